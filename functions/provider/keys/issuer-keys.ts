import { type CryptoKey, importJWK } from 'jose';
import * as z from 'zod';
import type { Time } from '../../account/ports';
import { MINUTE, SECOND } from '../../core/duration';
import { Refusal } from '../refusal';

/** How long a list of keys is taken as it is; after that a key that was withdrawn opens nothing any more. */
const FRESH = 10 * MINUTE;
/** How long it is taken while the issuer does not answer. */
const STALE = 60 * MINUTE;
/**
 * Between two readings of the list for the sake of keys that it does not have, doubled by each that brought nothing new:
 * anybody can name one.
 */
const COOLDOWN = 5 * SECOND;
/** After the first failure, doubled by each further one. */
const FIRST_BACKOFF = SECOND;
/** Of both. */
const LONGEST_PAUSE = MINUTE;
/**
 * Until when, from the first failure on, whoever needs the list waits for it to be read again: at the ends of the first two
 * backoffs. An issuer that takes all its time to answer is not asked twice.
 */
const PATIENCE = 4 * SECOND;
const MOST_KEYS = 50;

const listSchema = z.object({ keys: z.array(z.unknown()).max(MOST_KEYS) });
const keySchema = z.object({
  kty: z.literal('RSA'),
  kid: z.string().min(1).max(256),
  alg: z.literal('RS256').optional(),
  use: z.literal('sig').optional(),
  n: z.string(),
  e: z.string(),
});

/**
 * The keys of one issuer. They are read once however many ask, again for a key that is new, not too often while the issuer
 * fails, and are not believed for ever when it is gone. Who cannot be answered because the issuer fails waits for the next
 * reading, but only in the first seconds of its trouble: anybody can ask for a key that nobody has, and while it is waited
 * for nobody else is answered.
 */
export class IssuerKeys {
  #keys: ReadonlyMap<string, CryptoKey> | undefined;
  #readAt = 0;
  #nextAt = 0;
  /** Since the last success. */
  #failures = 0;
  /** When the first of them began. */
  #failingSince = 0;
  /** Readings in a row that brought nothing new. */
  #fruitless = 0;
  #reading: Promise<void> | undefined;

  /**
   * @param read reads the list. @throws any error where there is none
   * @param failed is told why there is none
   */
  constructor(
    private readonly read: () => Promise<string>,
    private readonly time: Time,
    private readonly failed: (why: string) => void,
  ) {}

  /** @throws Refusal `unknown-key`, and `keys-unavailable` where the issuer fails: then nobody can say whose key it is */
  async find(keyId: string): Promise<CryptoKey> {
    for (;;) {
      if (this.#age() > FRESH || this.#keys?.has(keyId) !== true) await this.#refresh();
      const key = this.#age() > STALE ? undefined : this.#keys?.get(keyId);
      if (key !== undefined) return key;
      if (this.#failures === 0) throw new Refusal('unknown-key');
      const wait = this.#nextAt - this.time.now().getTime();
      if (this.#nextAt >= this.#failingSince + PATIENCE || wait > PATIENCE) throw new Refusal('keys-unavailable');
      await this.time.sleep(Math.max(0, wait));
    }
  }

  /** A clock that was set back makes nothing younger. */
  #age(): number {
    return this.#keys === undefined ? Number.POSITIVE_INFINITY : Math.abs(this.time.now().getTime() - this.#readAt);
  }

  #refresh(): Promise<void> {
    if (this.#reading !== undefined) return this.#reading;
    const wait = this.#nextAt - this.time.now().getTime();
    // A longer one is none of ours: the clock was set back.
    if (wait > 0 && wait <= LONGEST_PAUSE) return Promise.resolve();
    this.#reading = this.#readAll().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    const begunAt = this.time.now().getTime();
    const isDue = this.#age() > FRESH;
    try {
      const keys = await keysIn(await this.read());
      const bringsNew = [...keys.keys()].some((id) => this.#keys?.has(id) !== true);
      this.#fruitless = isDue || bringsNew ? 0 : this.#fruitless + 1;
      this.#keys = keys;
      this.#readAt = begunAt;
      this.#failures = 0;
      this.#pause(COOLDOWN, this.#fruitless);
    } catch (thrown) {
      // The keys of before stay for a while.
      this.failed(whyOf(thrown));
      if (this.#failures === 0) this.#failingSince = begunAt;
      this.#pause(FIRST_BACKOFF, this.#failures);
      this.#failures += 1;
    }
  }

  #pause(first: number, doublings: number): void {
    this.#nextAt = this.time.now().getTime() + Math.min(first * 2 ** doublings, LONGEST_PAUSE);
  }
}

/**
 * The keys that tokens may be signed with. An ID that two of them have names neither.
 *
 * @throws Error where there is none: an issuer that signs has one, so nothing is said by a list without, not even that each
 * key was withdrawn
 */
async function keysIn(text: string): Promise<ReadonlyMap<string, CryptoKey>> {
  const { keys } = listSchema.parse(JSON.parse(text));
  const found = new Map<string, CryptoKey>();
  const seen = new Set<string>();
  for (const key of keys) {
    const { data } = keySchema.safeParse(key);
    if (data === undefined) continue;
    const { kty, kid, n, e } = data;
    const imported = await importJWK({ kty, n, e }, 'RS256').catch(() => undefined);
    if (seen.has(kid)) found.delete(kid);
    else if (imported !== undefined && !(imported instanceof Uint8Array)) found.set(kid, imported);
    seen.add(kid);
  }
  if (found.size === 0) throw new Error('no key that a token may be signed with');
  return found;
}

/** What is wrong with the list may quote it: then the kind of the error alone. */
function whyOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return 'unknown';
  return thrown.name === 'Error' ? thrown.message : thrown.name;
}
