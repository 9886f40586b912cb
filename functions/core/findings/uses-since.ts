import type { UsesSince } from '../key/uses-since';

/** Services, addresses and regions that a message names, and that the record has. */
const MOST_NAMED = 5;
const MOST_RECORDED = 20;

/** What a leaked key did, in sentences that say what is not known too. */
export function whatItDid({ since, calls, isWhole, services, addresses, last, regions, unasked }: UsesSince): string {
  if (regions.length === 0) return `CloudTrail could not be asked what it did (${named(unasked)}).`;
  const number = `${isWhole ? '' : 'more than '}${calls} ${calls === 1 ? 'call' : 'calls'}`;
  const did =
    last === undefined
      ? `CloudTrail has no call by it since ${since.toISOString()}, in ${named(regions)}`
      : `CloudTrail has ${number} by it since ${since.toISOString()}, in ${named(regions)}: for ${named(services)}; from ` +
        `${addresses.length === 1 ? '' : `${addresses.length} addresses: `}${named(addresses)}; the last at ${last.toISOString()}`;
  const unknown = unasked.length === 0 ? '' : ` ${named(unasked)} could not be asked.`;
  return `${did}.${unknown} Other regions, and what only touches data, such as S3 objects, are not in there; the last quarter of an hour may be missing.`;
}

/** The same for programs. */
export function usesRecorded({ since, last, ...used }: UsesSince): Readonly<Record<string, unknown>> {
  const { calls, isWhole, services, addresses, regions, unasked } = used;
  return {
    since: since.toISOString(),
    calls,
    isWhole,
    services: services.slice(0, MOST_RECORDED),
    addresses: addresses.slice(0, MOST_RECORDED),
    addressCount: addresses.length,
    ...(last === undefined ? {} : { last: last.toISOString() }),
    regions,
    unasked,
  };
}

function named(all: readonly string[]): string {
  const more = all.length > MOST_NAMED ? ` and ${all.length - MOST_NAMED} more` : '';
  return `${all.slice(0, MOST_NAMED).join(', ')}${more}`;
}

export function minutesInWords(minutes: number): string {
  if (minutes < 1) return 'less than a minute';
  return minutes === 1 ? '1 minute' : `${minutes} minutes`;
}
