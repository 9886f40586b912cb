import type { LastUsed } from '../key/access-key';

/** When, for which service and in which region, as far as IAM knows it. */
export function lastUseOf({ at, service, region }: LastUsed): string {
  return [at?.toISOString(), service && `for ${service}`, region && `in ${region}`].filter(Boolean).join(' ');
}
