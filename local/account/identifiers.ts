import { seededRandom } from '../random';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const HEX = '0123456789abcdef';

/**
 * Makes the identifiers that AWS makes. Keys and ARN suffixes come from the account's random numbers; request and event
 * IDs come from a stream of their own, so that a read more or less never changes which key is created next.
 */
export class Identifiers {
  readonly #random: () => number;
  readonly #requests = seededRandom(0x5eed);

  constructor(random: () => number) {
    this.#random = random;
  }

  /** `AKIA…` for a user's key, `ASIA…` for a session's. */
  accessKeyId(prefix: 'AKIA' | 'ASIA'): string {
    return prefix + this.#pick(BASE32, 16);
  }

  secretAccessKey(): string {
    return this.#pick(BASE64, 40);
  }

  sessionToken(): string {
    return this.#pick(BASE64, 160);
  }

  /** `AIDA…` for a user, `AROA…` for a role. */
  uniqueId(prefix: 'AIDA' | 'AROA' | 'ANPA'): string {
    return prefix + this.#pick(BASE32, 17);
  }

  /** The six characters that Secrets Manager appends to a secret's name in its ARN. */
  secretSuffix(): string {
    return this.#pick(ALPHANUMERIC, 6);
  }

  uuid(): string {
    return this.#uuid(this.#random);
  }

  requestId(): string {
    return this.#uuid(this.#requests);
  }

  #uuid(random: () => number): string {
    const hex = pick(random, HEX, 32);
    const variant = '89ab'[Math.floor(random() * 4)] ?? '8';
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
  }

  #pick(alphabet: string, length: number): string {
    return pick(this.#random, alphabet, length);
  }
}

function pick(random: () => number, alphabet: string, length: number): string {
  let text = '';
  for (let index = 0; index < length; index++) text += alphabet[Math.floor(random() * alphabet.length)];
  return text;
}
