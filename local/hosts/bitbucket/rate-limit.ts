import type { Clock } from '../../clock';
import { BitbucketError } from './bitbucket-error';

const hour = 3_600_000;
/** NearLimit turns true when less than a fifth of the hour's requests is left. */
const nearLimit = 0.8;

/**
 * Bitbucket's limit on `/2.0/repositories/*`: so many requests per user, token or consumer in any sixty minutes.
 * Refused requests do not count. There is no Retry-After: Bitbucket documents none.
 */
export class RateLimit {
  readonly #requests = new Map<string, number[]>();

  constructor(
    private readonly clock: Clock,
    private readonly limit: number,
  ) {}

  /**
   * Counts one request.
   * @returns the headers that go with its answer
   * @throws BitbucketError 429 with a plain-text body, as the real service sends it
   */
  count(who: string): Record<string, string> {
    const now = this.clock.now();
    const recent = (this.#requests.get(who) ?? []).filter((instant) => instant > now - hour);
    const allowed = recent.length < this.limit;
    if (allowed) recent.push(now);
    this.#requests.set(who, recent);
    const headers = {
      'x-ratelimit-limit': String(this.limit),
      'x-ratelimit-nearlimit': String(recent.length > this.limit * nearLimit),
    };
    if (!allowed) throw new BitbucketError(429, 'Rate limit for this resource has been exceeded', headers);
    return headers;
  }
}
