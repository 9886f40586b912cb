import { AdaptiveRetryStrategy } from '@smithy/core/retry';

type Renew = AdaptiveRetryStrategy['refreshRetryTokenForRetry'];

/**
 * Repeats a call only when AWS said that it did nothing. CreateAccessKey is not idempotent: repeating it after a lost
 * answer would leave a key behind whose secret nobody knows.
 */
export class ThrottleOnlyRetryStrategy extends AdaptiveRetryStrategy {
  override async refreshRetryTokenForRetry(...[token, error]: Parameters<Renew>): ReturnType<Renew> {
    if (error.errorType !== 'THROTTLING' || isQuota(error.error)) throw new Error('not repeatable');
    return super.refreshRetryTokenForRetry(token, error);
  }
}

/** IAM's name for the quota of two keys; the SDK takes it for throttling and would ask for eight seconds. */
function isQuota(error: unknown): boolean {
  return error instanceof Error && /^LimitExceeded(Exception)?$/.test(error.name);
}
