import type { AwsCall, AwsFault } from './wire/server';

/** How many calls of some kind an account may make: AWS's token bucket. */
export interface Quota {
  /** What it covers, such as `iam` for a whole service or `ssm:GetParameter` for one operation. */
  readonly covers: readonly string[];
  readonly perSecond: number;
  /** Calls that a bucket holds when it was not used for a while. @default one second's */
  readonly burst?: number;
}

/** What each service calls it when a call is over its quota. */
const THROTTLED: Readonly<Record<string, string>> = { iam: 'Throttling', sts: 'Throttling', sns: 'Throttled' };

/**
 * Refuses calls over an account's quotas as AWS refuses them: 400 `Throttling`, `ThrottlingException` from the JSON
 * services. For the server's `fault`. A call that several quotas cover is counted by the first of them.
 *
 * @param now ms
 */
export function throttling(quotas: readonly Quota[], now: () => number): (call: AwsCall) => AwsFault | undefined {
  const buckets = new Map<string, Bucket>();
  for (const quota of quotas) {
    const bucket = new Bucket(quota, now);
    for (const name of quota.covers) if (!buckets.has(name)) buckets.set(name, bucket);
  }
  return ({ service, action }) => {
    const bucket = buckets.get(`${service}:${action}`) ?? buckets.get(service);
    if (bucket === undefined || bucket.take()) return undefined;
    return { kind: 'error', status: 400, code: THROTTLED[service] ?? 'ThrottlingException', message: 'Rate exceeded' };
  };
}

class Bucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(
    { perSecond, burst = perSecond }: Quota,
    private readonly now: () => number,
  ) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now();
  }

  take(): boolean {
    const now = this.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
