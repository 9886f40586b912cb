import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { compileApi } from '../../infra/bundles/package';
import { emptyFolder, ROOT } from './apps';

/** With what the API is compared as long as nothing is released: the first commit whose API is promised to stay. */
const FIRST = 'df00f2f';

const gitIn = (cwd: string, ...args: readonly string[]) => spawnSync('git', args, { cwd, encoding: 'utf8' });
const git = (...args: readonly string[]) => gitIn(ROOT, ...args);

/**
 * The release before this commit, by its tag; before the first one a commit that is named here. A tag of the commit
 * itself is no base: the release would be compared with itself.
 *
 * @param checkout where to look
 */
export function baseOfApi(checkout = ROOT): string {
  const own = gitIn(checkout, 'tag', '--points-at', 'HEAD')
    .stdout.split('\n')
    .filter((tag) => tag !== '');
  const excluded = own.map((tag) => `--exclude=${tag}`);
  const { status, stdout } = gitIn(checkout, 'describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*', ...excluded);
  return status === 0 ? stdout.trim() : FIRST;
}

/**
 * Whether this clone has it. A shallow one has not, and says loudly what is left out.
 *
 * @throws Error in CI, which has the whole history
 */
export function hasBaseOfApi(): boolean {
  if (git('cat-file', '-e', `${baseOfApi()}^{commit}`).status === 0) return true;
  const notice = `The API is NOT compared with ${baseOfApi()}: this clone does not have it. Fetch the whole history.`;
  if (process.env.CI === 'true') throw new Error(notice);
  console.error(`\n${'='.repeat(80)}\n${notice}\n${'='.repeat(80)}\n`);
  return false;
}

/** Compiles the API of that commit with the packages of today. @returns its folder */
export async function compiledBase(): Promise<string> {
  const folder = emptyFolder();
  const checkout = join(folder, 'checkout');
  mkdirSync(checkout);
  execFileSync('tar', ['-x', '-C', checkout], {
    input: execFileSync('git', ['archive', baseOfApi()], { cwd: ROOT, maxBuffer: 1e9 }),
  });
  const api = join(folder, 'api');
  await compileApi(checkout, api);
  return api;
}
