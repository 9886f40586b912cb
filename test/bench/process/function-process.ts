import { type ChildProcess, fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import type { Cost, InvokeMessage, ProcessMessage } from './protocol';

export interface FunctionProcessProps {
  readonly codeDirectory: string;
  /** `<file without extension>.<export>`. */
  readonly handler: string;
  /** MB. */
  readonly memorySize: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** What one invocation gave back. */
export interface Invocation {
  /** The handler's result; undefined when it failed. */
  readonly result: unknown;
  /** Why it failed: what it threw, or how its process ended. */
  readonly error: string | undefined;
  /** ms. */
  readonly wall: number;
  /** Unknown when the process died. */
  readonly cost: Cost | undefined;
  /** The lines that it wrote, such as audit events. */
  readonly lines: readonly string[];
}

/**
 * A function in an operating system's process of its own, so that its memory is its own. Node gets the shares of the
 * memory that Lambda's start script gives it: 90 % for the old generation, 5 % for a half of the young one.
 */
export class FunctionProcess {
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  #lines: string[] = [];

  constructor({ codeDirectory, handler, memorySize, environment }: FunctionProcessProps) {
    const share = (percent: number) => Math.floor((memorySize * percent) / 100);
    this.#child = fork(script(), [codeDirectory, handler], {
      env: { ...environment },
      execArgv: [`--max-old-space-size=${share(90)}`, `--max-semi-space-size=${share(5)}`],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#closed = new Promise((resolve) => {
      this.#child.once('close', () => resolve());
      this.#child.on('error', (error) => {
        this.#lines.push(error.message);
        // A process that could not be started never closes.
        if (this.#child.pid === undefined) resolve();
      });
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface(stream).on('line', (line) => this.#lines.push(line));
    }
  }

  /** Runs the handler once, and kills the process when it takes longer than it may. @param timeout ms */
  async invoke(event: unknown, timeout: number): Promise<Invocation> {
    const start = performance.now();
    this.#lines = [];
    const message: InvokeMessage = { requestId: randomUUID(), event, timeout };
    const ended = await new Promise<ProcessMessage | string>((resolve) => {
      const timer = setTimeout(() => {
        this.#child.kill('SIGKILL');
        resolve(`timed out after ${timeout} ms`);
      }, timeout);
      const settle = (how: ProcessMessage | string) => {
        clearTimeout(timer);
        this.#child.removeAllListeners('message').removeAllListeners('exit');
        resolve(how);
      };
      this.#child.once('message', (answer: ProcessMessage) => settle(answer));
      this.#child.once('exit', (code, signal) => settle(`the process ended: ${signal ?? code}`));
      this.#child.send(message, (error) => {
        if (error !== null) settle(`the process could not be reached: ${error.message}`);
      });
    });
    const wall = performance.now() - start;
    if (typeof ended === 'string') {
      this.#child.kill('SIGKILL');
      await this.#closed;
      return {
        result: undefined,
        error: `${ended}\n${this.#lines.slice(-5).join('\n')}`,
        wall,
        cost: undefined,
        lines: this.#lines,
      };
    }
    // The pipe may hold lines that were written before the message.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { cost } = ended;
    const outcome =
      ended.type === 'succeeded'
        ? { result: ended.result, error: undefined }
        : { result: undefined, error: ended.error };
    return { ...outcome, wall, cost, lines: this.#lines };
  }

  async close(): Promise<void> {
    this.#child.kill();
    await this.#closed;
  }
}

let built: string | undefined;

/** The inside of the process as plain JavaScript, built once. */
function script(): string {
  if (built === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'keyturn-bench-'));
    const file = join(folder, 'main.cjs');
    buildSync({
      entryPoints: [join(__dirname, 'main.ts')],
      outfile: file,
      bundle: true,
      platform: 'node',
      target: 'node24',
      format: 'cjs',
      logLevel: 'silent',
    });
    built = file;
  }
  return built;
}
