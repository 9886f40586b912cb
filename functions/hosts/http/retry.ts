import type { Time } from '../../account/ports';
import { KeyturnError } from '../../core/errors';
import { HostError } from './host-error';

/** How often and for how long a request is repeated. Times in milliseconds. */
export interface RetryPolicy {
  /** Tries in all. */
  readonly tries: number;
  /** Upper bound of the first wait; it doubles with every try. */
  readonly firstWait: number;
  readonly longestWait: number;
  /** A Retry-After beyond this is not waited for. */
  readonly longestRetryAfter: number;
  /** No try starts later than this after the first. */
  readonly deadline: number;
  /** Whether even failures that look final are repeated. */
  readonly stubborn: boolean;
}

export const ONCE: RetryPolicy = {
  tries: 1,
  firstWait: 0,
  longestWait: 0,
  longestRetryAfter: 0,
  deadline: 0,
  stubborn: false,
};

export const USUAL_RETRIES: RetryPolicy = {
  tries: 4,
  firstWait: 300,
  longestWait: 5_000,
  longestRetryAfter: 20_000,
  deadline: 45_000,
  stubborn: false,
};

/** While a pair is torn a starting pipeline breaks (K1), and another try can only help: a minute for either way out. */
export const TORN_PAIR_RETRIES: RetryPolicy = {
  tries: 12,
  firstWait: 300,
  longestWait: 10_000,
  longestRetryAfter: 60_000,
  deadline: 60_000,
  stubborn: true,
};

/** A half that is refused: it may be a hiccup, but putting the other one back heals sooner than waiting. */
export const REFUSED_HALF_RETRIES: RetryPolicy = { ...TORN_PAIR_RETRIES, tries: 6, deadline: 15_000 };

/**
 * Runs an operation that is safe to repeat until it succeeds, fails for good or the policy is used up.
 * The operation is told what failed before it. With `failed`, a failure of an earlier round is waited out first.
 */
export type Retry = <T>(
  policy: RetryPolicy,
  operation: (previous: KeyturnError | undefined) => Promise<T>,
  failed?: KeyturnError,
) => Promise<T>;

/** @param random a number in [0, 1): full jitter, so that clients that failed together do not come back together */
export function retrying({ time, random }: { readonly time: Time; readonly random: () => number }): Retry {
  /** Waits out a failure. @throws it, where the next try would come too late */
  const waitOut = async (failure: KeyturnError, retries: number, policy: RetryPolicy, end: number) => {
    const jitter = random() * Math.min(policy.longestWait, policy.firstWait * 2 ** retries);
    const asked = failure instanceof HostError ? failure.leastWait : 0;
    const wait = Math.max(jitter, asked);
    if (asked > policy.longestRetryAfter || time.now().getTime() + wait > end) throw failure;
    await time.sleep(wait);
  };

  return async (policy, operation, failed) => {
    const end = time.now().getTime() + policy.deadline;
    let previous = failed;
    for (let tries = 1, retries = 0; ; tries += 1) {
      if (previous !== undefined) {
        await waitOut(previous, retries, policy, end);
        retries += 1;
      }
      try {
        return await operation(previous);
      } catch (thrown) {
        if (tries >= policy.tries || !isWorthRepeating(thrown, policy)) throw thrown;
        previous = thrown;
      }
    }
  };
}

function isWorthRepeating(thrown: unknown, { stubborn }: RetryPolicy): thrown is KeyturnError {
  return thrown instanceof KeyturnError && (thrown.retryable || stubborn);
}
