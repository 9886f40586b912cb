import type { ErrorCode } from '../errors';
import type { FoundOfAccessKey } from '../lifecycle/found';
import type { BrokenNow, Depends } from './descriptor';

/** One target did not take a key. */
export interface Refusal {
  readonly target: string;
  readonly error: ErrorCode;
  /** The error's own words. */
  readonly reason: string;
  /** Whether a pipeline may find one half of each key now, from a delivery before this one. */
  readonly torn: boolean;
}

export type RefusedDelivery<Code extends string, Facts extends Omit<Refusal, 'torn'>> = FoundOfAccessKey<Code, Facts>;

const WHOLE: BrokenNow = 'Nothing is broken while the key before works: it is kept until the fresh one is everywhere.';
/** What leaves a torn pair behind is a finding of its own: `torn-pair`. This one meets it again. */
export const TORN: BrokenNow = 'Broken now: a pipeline that starts may find half of each key, until the next delivery.';

export const refusalBreaks: Depends<BrokenNow, RefusedDelivery<string, Refusal>> = {
  usually: WHOLE,
  but: 'a torn pair: yes',
  of: ({ facts: { torn } }) => (torn ? TORN : WHOLE),
};

export function refusalMessage({ key, accessKeyId, facts }: RefusedDelivery<string, Refusal>): string {
  const { target, error, reason, torn } = facts;
  const meanwhile = torn
    ? 'A delivery before this one left a torn pair, and pipelines may fail until one succeeds.'
    : 'The old key keeps working until it has.';
  return `Key "${key}": ${accessKeyId} did not reach ${target} (${error}). ${reason} ${meanwhile}`;
}
