import { formsOf } from './forms';
import type { KeyRecord } from './records';

/** How much of a form is looked up at once, and how far the looks into a text are apart; the shortest form has 20. */
const GRAM = 12;
const STRIDE = 4;
/** Words that are remembered until there is another secret. */
const MOST_WORDS = 10_000;
/** What every form consists of, and most other words do not for so long. */
const CANDIDATES = /[A-Za-z0-9+/\\%=_-]{19,}/g;

/** A key, or whatever else holds a secret. */
type Holder = Pick<KeyRecord, 'id' | 'secret'>;

interface Known {
  readonly form: string;
  readonly text: string;
  /** Where in the form the piece stands. */
  readonly offset: number;
  readonly key: Holder;
}

/** Every secret of a history in every form of the leak hunt, to be found in a text at once. */
export class SecretForms {
  readonly #byGram = new Map<string, Known[]>();
  /** Words that hold none of the secrets of now: key IDs, version IDs and the like, which come again and again. */
  readonly #clean = new Set<string>();

  add(key: Holder): void {
    this.#clean.clear();
    for (const { name, text } of formsOf(key.secret)) {
      for (let offset = 0; offset < STRIDE; offset++) {
        const gram = text.slice(offset, offset + GRAM);
        const known = this.#byGram.get(gram);
        if (known === undefined) this.#byGram.set(gram, [{ form: name, text, offset, key }]);
        else known.push({ form: name, text, offset, key });
      }
    }
  }

  /** The first secret that a text holds. */
  findIn(text: string): { readonly form: string; readonly key: Holder } | undefined {
    for (const { 0: word, index } of text.matchAll(CANDIDATES)) {
      if (this.#clean.has(word)) continue;
      for (let at = 0; at + GRAM <= word.length; at += STRIDE) {
        const known = this.#byGram.get(word.slice(at, at + GRAM));
        const found = known?.find((one) => text.startsWith(one.text, index + at - one.offset));
        if (found !== undefined) return found;
      }
      if (this.#clean.size < MOST_WORDS) this.#clean.add(word);
    }
    return undefined;
  }
}
