import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HAS_PSEUDO_TERMINAL, PseudoTerminal } from './pseudo-terminal';
import { AS_A_PROCESS, typedInAShell } from './typed';

/** Real ms until the stack is synthesized, deployed and served. */
const DEPLOYS = 120_000;
const folder = mkdtempSync(join(tmpdir(), 'keyturn-acting-'));
let child: ChildProcess;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  const config = join(folder, 'keyturn.yaml');
  writeFileSync(config, `operators: true\n${readFileSync('docs/examples/keyturn.yaml', 'utf8')}`);
  const serving = spawn(process.execPath, [...AS_A_PROCESS, 'simulate', '--serve', '--json', '--config', config], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = serving;
  const served = await new Promise<{ readonly environment: typeof environment }>((resolve, reject) => {
    let text = '';
    serving.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.trimEnd().endsWith('}')) resolve(JSON.parse(text));
    });
    serving.once('exit', () => reject(new Error('it ended before it served')));
  });
  environment = { PATH: process.env.PATH ?? '', ...served.environment };
}, DEPLOYS);
afterAll(() => {
  child.kill('SIGTERM');
  rmSync(folder, { recursive: true });
});

const keyturn = (...args: readonly string[]) => typedInAShell(args, { cwd: process.cwd(), env: environment });
const KEY = 'web-shop-production';
const rotate = ['rotate', KEY, '--why', 'a developer left'];

describe.skipIf(!HAS_PSEUDO_TERMINAL)('a person at a terminal of 80 columns', () => {
  it('sees the plan, says yes, and goes away: what was asked for is done all the same (K9)', async () => {
    // The old key is gone by then.
    await keyturn('clock', '+21d');
    const terminal = new PseudoTerminal(rotate, { cwd: process.cwd(), env: environment });
    try {
      await terminal.sees('Key "web-shop-production" is rotated now.');
      await terminal.sees('Do it?');
      terminal.type('y\n');
      await terminal.sees('Asked for');
      await terminal.sees('stored');
    } finally {
      terminal.close();
    }
    await keyturn('clock', '+5m');
    const { stdout } = await keyturn('status', KEY, '--json');
    const [key] = JSON.parse(stdout).keys;
    expect(key.delivered.at).toEqual(expect.any(String));
  }, 150_000);

  it('declines, and nothing is done', async () => {
    const terminal = new PseudoTerminal(['deliver', KEY, '--why', 'x'], { cwd: process.cwd(), env: environment });
    try {
      await terminal.sees('Do it?');
      terminal.type('n\n');
      await terminal.sees('Nothing was done.');
      expect(await terminal.ended()).toBe(1);
    } finally {
      terminal.close();
    }
  }, 60_000);
});

it('has it delivered again and compared, each to its end', async () => {
  const delivered = await keyturn('deliver', KEY, '--why', 'a red pipeline', '--yes');
  expect([delivered.code, delivered.stdout]).toEqual([0, expect.stringMatching(/\nDelivered to every target\.\n$/)]);
  const compared = await keyturn('deliver', KEY, '--verify', '--why', 'is it there?', '--yes');
  expect([compared.code, compared.stdout]).toEqual([
    0,
    expect.stringMatching(/\nEvery target holds what was delivered to it\.\n$/),
  ]);
}, 60_000);
