import { dim } from 'yoctocolors';
import type { Terminal } from '../terminal';

/** Over the line that was there: what a person waits for, on standard error, where somebody watches it. */
export class Reading {
  readonly #stream: NodeJS.WritableStream | undefined;

  constructor({ stderr, watched }: Pick<Terminal, 'stderr' | 'watched'>) {
    this.#stream = watched ? stderr : undefined;
  }

  tell(text: string): void {
    this.#stream?.write(`${OVER}${dim(text)}`);
  }

  count(text: string, done: number, of: number): void {
    this.tell(`${text}: ${done} of ${of}`);
  }

  /** Tells it for as long as something takes. */
  async during<Value>(text: string, work: () => Promise<Value>): Promise<Value> {
    this.tell(text);
    try {
      return await work();
    } finally {
      this.end();
    }
  }

  /** The line goes away. */
  end(): void {
    this.#stream?.write(OVER);
  }
}

/** To the start of the line, and the line cleared. */
const OVER = '\r\u001b[K';
