import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { run } from '../../cli/run';
import { synthesize } from '../../cli/synthesize';
import type { Terminal } from '../../cli/terminal';

/** What a command left behind. */
export interface Typed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The command line in this process. Its clock is the real one, and nothing is waited for. */
export async function typed(args: readonly string[], given: Partial<Terminal> = {}): Promise<Typed> {
  const stdout = new Heard();
  const stderr = new Heard();
  const code = await run(args, {
    stdin: Readable.from([]),
    stdout,
    stderr,
    watched: false,
    folder: process.cwd(),
    time: { now: () => new Date(), sleep: async () => {} },
    synthesize,
    ...given,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

const ROOT = resolve(__dirname, '../..');

/** How a process of the command line is started from any folder, as `npm run keyturn` starts it. */
export const AS_A_PROCESS = [
  resolve(ROOT, 'node_modules/tsx/dist/cli.mjs'),
  '--tsconfig',
  resolve(ROOT, 'tsconfig.json'),
  resolve(ROOT, 'cli/main.ts'),
] as const;

/**
 * The same without tsx's own process before it, which ends by itself where the command does not answer a signal within
 * 30 ms.
 */
export const IN_ONE_PROCESS = [
  '--import',
  pathToFileURL(resolve(ROOT, 'node_modules/tsx/dist/loader.mjs')).href,
  resolve(ROOT, 'cli/main.ts'),
] as const;

/** The command line as a user runs it, in a process of its own. */
export async function typedInAShell(
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Typed> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [...AS_A_PROCESS, ...args], { cwd, env });
    return { code: 0, stdout, stderr };
  } catch (error) {
    const { code = 1, stdout = '', stderr = '' } = error as Partial<Typed>;
    return { code, stdout, stderr };
  }
}

class Heard extends Writable {
  readonly #chunks: string[] = [];

  get text(): string {
    return stripVTControlCharacters(this.#chunks.join(''));
  }

  override _write(chunk: Buffer, _encoding: string, written: () => void): void {
    this.#chunks.push(chunk.toString());
    written();
  }
}
