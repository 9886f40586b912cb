import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(__dirname, '../..');

/** What was deployed before hosts, half refusals and drift were looked at. */
export const EARLIER = '8b446e7';

/**
 * Whether this clone has the earlier commit. A shallow one has not, and says loudly what is left out.
 *
 * @param untried what is not tried then, as `The upgrade from 8b446e7 is`
 * @throws Error in CI, which has the whole history
 */
export function hasEarlierCommit(untried: string): boolean {
  const { status } = spawnSync('git', ['cat-file', '-e', `${EARLIER}^{commit}`], { cwd: ROOT });
  if (status === 0) return true;
  const notice = `${untried} NOT tried: this clone does not have the commit. Fetch the whole history.`;
  if (process.env.CI === 'true') throw new Error(notice);
  console.error(`\n${'='.repeat(80)}\n${notice}\n${'='.repeat(80)}\n`);
  return false;
}

/** Takes the earlier commit out of the history, with the packages of today. @param folder is made */
export function checkOutEarlierCommit(folder: string): void {
  mkdirSync(folder);
  execFileSync('tar', ['-x', '-C', folder], {
    input: execFileSync('git', ['archive', EARLIER], { cwd: ROOT, maxBuffer: 1e9 }),
  });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}
