import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';

/** Real ms, for what deploys a stack: on a machine that does other things too. */
const DEPLOYS = 120_000;

const folder = mkdtempSync(join(tmpdir(), 'keyturn-interrupted-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** As package.json starts it: a process around this one would kill it when it does not hear of a signal at once. */
const START = ['--import', 'tsx', 'cli/main.ts', 'simulate'] as const;

/** `npm start` with a temporary directory of its own. */
function start(name: string, ...args: readonly string[]) {
  const TMPDIR = join(folder, name);
  mkdirSync(TMPDIR);
  const report = join(folder, `${name}.html`);
  const child = spawn(process.execPath, [...START, '--report', report, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR },
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(String(chunk)));
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  // What the runner of TypeScript keeps of its own stays, in everybody's temporary directory.
  const left = () => readdirSync(TMPDIR).filter((entry) => !/^(tsx-|node-compile-cache)/.test(entry));
  return { child, exited, output, left };
}

async function until(child: ChildProcess, holds: () => boolean): Promise<void> {
  while (!holds() && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
}

it(
  'says what it waits for at once, in one plain line where nobody watches, and leaves no folder behind',
  async () => {
    const { exited, output, left } = start('whole', '--days', '1');
    const started = performance.now();
    await expect.poll(() => output.join(''), { timeout: 20_000 }).toBe('Synthesizing docs/examples/keyturn.yaml…\n');
    // It takes half a second on a machine that does nothing else.
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(await exited).toBe(0);
    expect(left()).toEqual([]);
  },
  DEPLOYS,
);

it.each([
  ['SIGINT', 'while it synthesizes', 'synthesizing', ['--days', '400'], 130],
  ['SIGTERM', 'while it synthesizes', 'ended', ['--days', '400'], 143],
  ['SIGINT', 'in the middle of the days', 'living', ['--days', '4000'], 130],
] as const)(
  '%s %s leaves no folder behind either',
  async (signal, _when, name, args, code) => {
    const { child, exited, output, left } = start(name, ...args);
    await until(child, () => left().length > 0);
    expect(output.join('')).toBe('Synthesizing docs/examples/keyturn.yaml…\n');
    const [made = ''] = left();
    const isDeployed = () => readdirSync(join(folder, name, made)).includes('manifest.json');
    if (name === 'living') {
      await until(child, isDeployed);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
    }
    child.kill(signal);
    expect(await exited).toBe(code);
    expect(left()).toEqual([]);
  },
  DEPLOYS,
);
