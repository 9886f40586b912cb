import type { Redacted } from './credential';

/** Letters and digits of a secret in a row that are no accident. */
const TELLING = 8;

/** The secrets that a process holds, in every form in which a text from outside could say one of them back (K6). */
export class KnownSecrets {
  readonly #secrets = new Set<string>();
  /** Every piece of every form that is long enough to tell. */
  readonly #pieces = new Set<string>();

  /** @param secrets one that has less than eight letters and digits is no secret, and is not looked for */
  constructor(...secrets: readonly Redacted[]) {
    for (const secret of secrets) this.add(secret);
  }

  add(secret: Redacted): void {
    const value = secret.reveal();
    if (this.#secrets.has(value)) return;
    this.#secrets.add(value);
    for (const form of formsOf(value)) for (const piece of piecesOf(form)) this.#pieces.add(piece);
  }

  /** Whether a part of a secret stands there, whatever separates its letters. */
  isIn(text: string): boolean {
    return piecesOf(lettersOf(text)).some((piece) => this.#pieces.has(piece));
  }
}

/** As it is, backwards, for a URL, as bytes in hex and in decimal, and as base64 at any offset of a longer text. */
function formsOf(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const plain = lettersOf(secret);
  return [
    plain,
    [...plain].reverse().join(''),
    lettersOf(encodeURIComponent(secret)),
    bytes.toString('hex'),
    bytes.join(''),
    ...[0, 1, 2].map((offset) => lettersOf(base64At(bytes, offset))),
  ];
}

/** The part of a longer text's base64 that this secret alone decides, when so many bytes (modulo 3) stand before it. */
function base64At(bytes: Buffer, offset: number): string {
  const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
  const isCut = (bytes.length + offset) % 3 !== 0;
  return whole.slice(offset === 0 ? 0 : 4, isCut ? -4 : undefined);
}

function piecesOf(letters: string): readonly string[] {
  return Array.from({ length: Math.max(0, letters.length - TELLING + 1) }, (_, at) => letters.slice(at, at + TELLING));
}

function lettersOf(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}
