import { createHash } from 'node:crypto';

/** One thing that happened. */
export interface Line {
  readonly at: number;
  /** The managed key that it concerns; absent for the whole account. */
  readonly key: string | undefined;
  readonly text: string;
}

const KEPT = 6_000;

/** Everything that happened, as a digest over all of it and the latest lines in full. */
export class History {
  readonly #hash = createHash('sha256');
  #lines: Line[] = [];
  length = 0;

  note(at: number, key: string | undefined, text: string): void {
    this.#hash.update(`${at} ${key ?? ''} ${text}\n`);
    this.#lines.push({ at, key, text });
    this.length += 1;
    if (this.#lines.length > 2 * KEPT) this.#lines = this.#lines.slice(-KEPT);
  }

  lines(): readonly Line[] {
    return this.#lines;
  }

  /** Ends the history. */
  digest(): string {
    return this.#hash.digest('hex').slice(0, 32);
  }
}
