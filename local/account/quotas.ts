import type { AwsCall, AwsFault } from './wire/server';

/** How many calls of some kind an account may make: AWS's token bucket. */
export interface Quota {
  /** What it covers, such as `iam` for a whole service or `ssm:GetParameter` for one operation. */
  readonly covers: readonly string[];
  readonly perSecond: number;
  /** Calls that a bucket holds when it was not used for a while. @default one second's */
  readonly burst?: number;
  /** Whether each region has a bucket of its own. @default false */
  readonly perRegion?: boolean;
}

/** CloudTrail's: two requests a second in each region ("Quotas in AWS CloudTrail"). */
export const LOOKUP_EVENTS_QUOTA: Quota = { covers: ['cloudtrail:LookupEvents'], perSecond: 2, perRegion: true };

/** What each service calls it when a call is over its quota. */
const THROTTLED: Readonly<Record<string, string>> = { iam: 'Throttling', sts: 'Throttling', sns: 'Throttled' };

/**
 * Refuses calls over an account's quotas as AWS refuses them: 400 `Throttling`, `ThrottlingException` from the JSON
 * services. For the server's `fault`. A call that several quotas cover is counted by the first of them.
 *
 * @param now ms
 */
export function throttling(quotas: readonly Quota[], now: () => number): (call: AwsCall) => AwsFault | undefined {
  const covering = new Map<string, Quota>();
  for (const quota of quotas) {
    for (const name of quota.covers) if (!covering.has(name)) covering.set(name, quota);
  }
  const buckets = new Map(quotas.map((quota) => [quota, new Map<string, Bucket>()]));
  const bucketOf = (quota: Quota, region: string | undefined) => {
    const place = quota.perRegion === true ? (region ?? '') : '';
    const bucket = buckets.get(quota)?.get(place) ?? new Bucket(quota, now);
    buckets.get(quota)?.set(place, bucket);
    return bucket;
  };
  return ({ service, action, region }) => {
    const quota = covering.get(`${service}:${action}`) ?? covering.get(service);
    if (quota === undefined || bucketOf(quota, region).take()) return undefined;
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
