import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Mutant } from './instrumented';
import type { Fates } from './mutant-runner';

const HELP = `npm run mutation:quick -- <core | provider | use-cases> [file or pattern …]

Takes the guards out of some files, or all of the suite, with Stryker's own mutants, in one process that has loaded the
code once and switches one mutant on after the other. Names each that lives, and the score of each file.`;

const LOW = 85;

interface Count {
  readonly all: number;
  readonly caught: number;
}

function main(): number {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean' } } });
  const [suite = '', ...files] = positionals;
  if (values.help || !['core', 'provider', 'use-cases'].includes(suite)) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  const { mutate } = read<{ mutate: readonly string[] }>(`${import.meta.dirname}/../${suite}/stryker.json`);
  const fatesFile = `coverage/mutation/quick-${suite}.json`;
  mkdirSync('coverage/mutation', { recursive: true });
  rmSync(fatesFile, { force: true });
  const env = {
    ...process.env,
    KEYTURN_SUITE: suite,
    KEYTURN_MUTATE: (files.length > 0 ? files : mutate).join(' '),
    KEYTURN_FATES: fatesFile,
    // A record that differs is a test that fails, and is not written anew.
    CI: 'true',
  };
  const config = `${import.meta.dirname}/vitest.config.mts`;
  const { status } = spawnSync('vitest', ['run', '--config', config, '--reporter', 'dot'], { stdio: 'inherit', env });
  if (status !== 0) return status ?? 1;
  return told(read(`${fatesFile}.mutants`), read(fatesFile));
}

/** @returns the exit code */
function told(mutants: Readonly<Record<string, Mutant>>, { caught, tried, loaded }: Fates): number {
  const counts = new Map<string, Count>();
  for (const [id, { at, by, was, is }] of Object.entries(mutants)) {
    const isReached = id in caught || id in tried;
    if (!isReached && loaded.includes(id)) continue;
    const [file = ''] = at.split(':');
    const { all, caught: before } = counts.get(file) ?? { all: 0, caught: 0 };
    counts.set(file, { all: all + 1, caught: before + (id in caught ? 1 : 0) });
    if (!(id in caught)) {
      console.log(`${isReached ? 'lives' : 'is not reached'}: ${at} ${by}: ${short(was)}  =>  ${short(is)}`);
    }
  }
  for (const [file, count] of counts) console.log(scoreOf(file, count));
  const sum = [...counts.values()].reduce((one, other) => ({
    all: one.all + other.all,
    caught: one.caught + other.caught,
  }));
  console.log(scoreOf('together', sum));
  return (100 * sum.caught) / sum.all < LOW ? 1 : 0;
}

function scoreOf(what: string, { all, caught }: Count): string {
  return `${what}: ${caught} of ${all} caught, ${((100 * caught) / all).toFixed(1)} %`;
}

function short(code: string): string {
  const line = code.replaceAll(/\s+/g, ' ');
  return line.length > 100 ? `${line.slice(0, 100)}…` : line;
}

function read<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}

process.exitCode = main();
