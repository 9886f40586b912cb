/** CloudTrail: an event has 256 KB at most, and its record some more around it. */
const LONGEST_RECORD = 4 * 1024 * 1024;
/** What stands before the first record. */
const HEAD = /^\s*\{\s*"Records"\s*:\s*\[$/;
const LONGEST_HEAD = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b]);
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d]);
/** Records are in the list of the document. */
const INSIDE = 2;

/**
 * Cuts a file of a trail, `{"Records":[…]}`, into its records as it comes, so that no file has to be in memory as a
 * whole. What is structure is ASCII, which in UTF-8 is no part of any other character.
 */
export class TrailFileRecords {
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  /** The bytes of the head, and then of the record, that came before this piece. */
  #begun: Uint8Array[] = [];
  #length = 0;
  #hasList = false;
  #hasEnded = false;

  /** The records that are whole with this piece. @throws Error that says how it is no file of a trail */
  push(piece: Uint8Array): readonly string[] {
    const records: string[] = [];
    let from = 0;
    for (let at = 0; at < piece.length; at += 1) {
      const found = this.#step(piece[at] ?? 0);
      if (found === undefined) continue;
      const end = found === 'record-begins' ? at : at + 1;
      const taken = this.#taken(piece.subarray(from, end));
      if (found === 'list-begins') this.#checkHead(taken);
      if (found === 'record-ends') records.push(taken);
      from = end;
    }
    this.#keep(piece.subarray(from));
    return records;
  }

  /** @throws Error when the file is not whole */
  end(): void {
    if (!this.#hasEnded || !this.#hasList) throw new Error('it ends too early');
  }

  #step(byte: number): 'list-begins' | 'record-begins' | 'record-ends' | undefined {
    if (this.#isText) this.#goOnInText(byte);
    else if (byte === QUOTE) this.#isText = true;
    else if (OPENING.has(byte)) {
      if (this.#hasEnded) throw new Error('there is something after its end');
      this.#depth += 1;
      if (this.#depth === INSIDE) return 'list-begins';
      if (this.#depth === INSIDE + 1) return 'record-begins';
    } else if (CLOSING.has(byte)) {
      this.#depth -= 1;
      this.#hasEnded ||= this.#depth <= 0;
      if (this.#depth === INSIDE) return 'record-ends';
    }
    return undefined;
  }

  #goOnInText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#isText = false;
  }

  #checkHead(head: string): void {
    if (this.#hasList || !HEAD.test(head)) throw new Error('it does not begin as a file of records does');
    this.#hasList = true;
  }

  #keep(bytes: Uint8Array): void {
    // Commas between records, and what follows the last one.
    if (bytes.length === 0 || (this.#hasList && this.#depth <= INSIDE)) return;
    this.#length += bytes.length;
    const most = this.#hasList ? LONGEST_RECORD : LONGEST_HEAD;
    if (this.#length > most) {
      throw new Error(
        this.#hasList ? 'it has a record that is too long' : 'it does not begin as a file of records does',
      );
    }
    this.#begun.push(bytes);
  }

  #taken(rest: Uint8Array): string {
    const text = Buffer.concat([...this.#begun, rest]).toString();
    this.#begun = [];
    this.#length = 0;
    return text;
  }
}
