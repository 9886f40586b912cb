import type { Receipt } from '../../../functions/account/ports';
import type { HostName } from '../../../functions/core/hosts/target';

/** What every host is put into, and what has to come of it. */
export const SUCCEEDS = [
  'create',
  'update',
  'repeat',
  'lost answer',
  'rate limit with a time to come back',
  'odd encodings',
] as const;

/** Each with the error that a delivery ends in; what the place held before, it holds after. */
export const FAILS = {
  'credentials refused': { code: /^token-rejected$/, retryable: false },
  'right missing': { code: /^scope-missing$/, retryable: false },
  'place missing': { code: /-not-found$/, retryable: false },
  'rate limit without a time to come back': { code: /^rate-limited$/, retryable: true },
  'rate limit for longer than anybody waits': { code: /^rate-limited$/, retryable: true },
  "host's error": { code: /^host-down$/, retryable: true },
  timeout: { code: /^host-down$/, retryable: true },
  redirect: { code: /^host-answer-invalid$/, retryable: false },
  'wrong content type': { code: /^host-answer-invalid$/, retryable: true },
  'huge answer': { code: /^host-answer-invalid$/, retryable: true },
} as const;

export type CaseName = (typeof SUCCEEDS)[number] | keyof typeof FAILS | 'refused half' | 'late answer';

/** One place at a host that is in some condition. It holds the first credential, but for `create`. */
export interface Place {
  /** Delivers the credential of this number. */
  deliver(number: number): Promise<Receipt>;
  /** What a pipeline gets there now. */
  held(): Partial<Pair>;
  /** Milliseconds that the client has waited before another try, each time. */
  readonly sleeps: readonly number[];
}

export interface Pair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** A case that a host's protocol cannot have. */
export interface LeftOut {
  readonly why: string;
}

/** What one host brings to the suite. */
export interface HostFixture {
  readonly host: HostName;
  readonly cases: Readonly<Record<CaseName, (() => Promise<Place>) | LeftOut>>;
}
