import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { stripVTControlCharacters } from 'node:util';
import { AS_A_PROCESS } from './typed';

/** util-linux, which has it, is on every Linux; elsewhere nothing is tried in a terminal. */
export const HAS_PSEUDO_TERMINAL = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes(
  'util-linux',
);

/** The command line in a terminal of 80 columns, and a person before it. */
export class PseudoTerminal {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<number>;
  #seen = '';
  #read = 0;

  constructor(
    args: readonly string[],
    options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  ) {
    const quoted = [process.execPath, ...AS_A_PROCESS, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`);
    // What the terminal is like afterwards is told by itself.
    const command = `stty cols 80 rows 24; ${quoted.join(' ')}; code=$?; stty -a | grep -o -- '-\\?echo\\b\\|-\\?icanon'; exit $code`;
    this.#child = spawn('script', ['-qefc', command, '/dev/null'], options);
    this.#child.stdout.on('data', (chunk: Buffer) => {
      this.#seen += chunk.toString();
    });
    this.#ended = new Promise((resolve) => this.#child.on('close', (code) => resolve(code ?? -1)));
  }

  /** All that the screen has had, without colours. */
  get seen(): string {
    return stripVTControlCharacters(this.#seen).replaceAll('\r', '');
  }

  /** Waits until a text is there that was not there at the last wait. */
  async sees(text: string): Promise<void> {
    const until = Date.now() + 20_000;
    for (;;) {
      const at = this.seen.indexOf(text, this.#read);
      if (at >= 0) {
        this.#read = at + text.length;
        return;
      }
      if (Date.now() > until) throw new Error(`The screen has no "${text}" after:\n${this.seen.slice(this.#read)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** @returns the exit code */
  ended(): Promise<number> {
    return this.#ended;
  }

  close(): void {
    this.#child.stdin.end();
    this.#child.kill('SIGKILL');
  }
}
