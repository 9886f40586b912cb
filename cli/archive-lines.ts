import { isUtf8 } from 'node:buffer';
import { closeSync, openSync, readSync } from 'node:fs';

/** CloudWatch Logs takes 1 MB an event; an event of Keyturn has far less. */
const MOST_OF_A_LINE = 2 * 1024 * 1024;
const CHUNK = 1024 * 1024;
const NEWLINE = 10;

/** A line of a file. */
export interface FileLine {
  /** From 1. */
  readonly number: number;
  /** Undefined where its bytes are no UTF-8, or more than any event has. */
  readonly text: string | undefined;
}

/** The lines of a file that are not empty, one after the other: it may be larger than the memory. */
export function* linesOfFile(path: string): Generator<FileLine> {
  const file = openSync(path, 'r');
  try {
    const chunk = Buffer.allocUnsafe(CHUNK);
    let rest = new LineBytes();
    let number = 1;
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      let from = 0;
      for (let to = chunk.indexOf(NEWLINE); to >= 0 && to < read; to = chunk.indexOf(NEWLINE, from)) {
        rest.add(chunk.subarray(from, to));
        if (rest.size > 0) yield { number, text: rest.text() };
        rest = new LineBytes();
        number += 1;
        from = to + 1;
      }
      rest.add(chunk.subarray(from, read));
    }
    if (rest.size > 0) yield { number, text: rest.text() };
  } finally {
    closeSync(file);
  }
}

/** What has been read of a line; of one that is too long only how much. */
class LineBytes {
  #parts: Buffer[] = [];
  size = 0;

  add(part: Buffer): void {
    this.size += part.length;
    if (this.size > MOST_OF_A_LINE) this.#parts = [];
    else if (part.length > 0) this.#parts.push(Buffer.from(part));
  }

  text(): string | undefined {
    if (this.size > MOST_OF_A_LINE) return undefined;
    const bytes = Buffer.concat(this.#parts);
    return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
  }
}
