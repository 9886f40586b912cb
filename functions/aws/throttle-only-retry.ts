import { AdaptiveRetryStrategy } from '@smithy/core/retry';

type Renew = AdaptiveRetryStrategy['refreshRetryTokenForRetry'];

/**
 * Repeats a call only when AWS said that it did nothing. CreateAccessKey is not idempotent: repeating it after a lost
 * answer would leave a key behind whose secret nobody knows.
 */
export class ThrottleOnlyRetryStrategy extends AdaptiveRetryStrategy {
  override async refreshRetryTokenForRetry(...[token, error]: Parameters<Renew>): ReturnType<Renew> {
    if (error.errorType !== 'THROTTLING') throw new Error('not repeatable');
    return super.refreshRetryTokenForRetry(token, error);
  }
}
