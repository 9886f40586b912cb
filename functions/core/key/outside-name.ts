import { cleaned, LONGEST } from '../outside-text';
import type { KnownSecrets } from './known-secrets';

/** In place of a text that could say a secret. */
export const WITHHELD = '(not shown: it could hold a secret)';

/**
 * A text from outside in which somebody may repeat what was sent, fit to be shown: clean, short, and withheld where a secret
 * stands in it (K6).
 */
export function withoutSecrets(text: string, secrets: KnownSecrets, characters = LONGEST): string {
  const short = cleaned(text, characters);
  return secrets.isIn(short) ? WITHHELD : short;
}

/** Nothing that quotes or escapes. */
const HARMLESS = /^[\p{L}\p{M}\p{N} .,:;()'\-_/&]+$/u;
const LONG_RUNS = /[\p{L}\p{N}+/=_-]{12,}/gu;
/** A word, or a name that is made of words and small numbers, such as `/ci/release-signer-2` or `Release-EU`. */
const WORDS = /^\/?(?:\p{Lu}?[\p{Ll}\p{Lo}\p{M}]+|\p{Lu}+)(?:[-_/](?:\p{Lu}?[\p{Ll}\p{Lo}\p{M}]+|\p{Lu}+|\d{1,4}))*$/u;
/** Bytes that are written as numbers take more of them. */
const MOST_DIGITS = 12;

/**
 * Whether the words of somebody who was told a secret can go on as they are. An encoded secret is told from words by its
 * form, because there are more encodings than anybody can list, and because it may be one that this process does not
 * hold any more (K6).
 */
export function isHarmless(text: string, secrets: KnownSecrets): boolean {
  return (
    text === cleaned(text) &&
    HARMLESS.test(text) &&
    (text.match(LONG_RUNS) ?? []).every((run) => WORDS.test(run)) &&
    (text.match(/\p{N}/gu) ?? []).length <= MOST_DIGITS &&
    !secrets.isIn(text)
  );
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * What a host calls a thing. It can be compared as it is, and whatever prints, serializes or inspects it gets the text
 * that is fit to be shown: there is no other way out (K6).
 */
export class OutsideName {
  readonly #raw: string;
  readonly #secrets: KnownSecrets;

  constructor(raw: string, secrets: KnownSecrets) {
    this.#raw = raw;
    this.#secrets = secrets;
  }

  is(name: string): boolean {
    return this.#raw === name;
  }

  isInAnyCase(name: string): boolean {
    return this.#raw.toLowerCase() === name.toLowerCase();
  }

  toString(): string {
    const shown = cleaned(this.#raw);
    return isHarmless(shown, this.#secrets) ? shown : WITHHELD;
  }

  toJSON(): string {
    return this.toString();
  }

  [INSPECT](): string {
    return this.toString();
  }
}
