import { isAllRead, type UsesSince } from '../key/uses-since';

/** Services, addresses and regions that a message names, and that the record has. */
const MOST_NAMED = 5;
const MOST_RECORDED = 20;

/** What a leaked key did, in sentences that say what is not known too. */
export function whatItDid(used: UsesSince): string {
  const { regions, unasked, unread } = used;
  if (regions.length === 0) return `CloudTrail could not be asked what it did (${named(unasked)}).`;
  const more = unread === 0 ? '' : ` ${unread} ${unread === 1 ? 'record' : 'records'} could not be understood.`;
  const unknown = unasked.length === 0 ? '' : ` ${named(unasked)} could not be asked.`;
  return `${calls(used)}.${more}${unknown} Other regions, and what only touches data, such as S3 objects, are not in there; the last quarter of an hour may be missing.`;
}

function calls(used: UsesSince): string {
  const { since, calls: count, isWhole, services, addresses, last, regions } = used;
  const where = `since ${since.toISOString()}, in ${named(regions)}`;
  if (last === undefined) {
    return isAllRead(used)
      ? `CloudTrail has no call by it ${where}`
      : `No call by it was seen in CloudTrail ${where}, and not all was read`;
  }
  const number = `${isWhole ? '' : 'more than '}${count} ${count === 1 ? 'call' : 'calls'}`;
  // Whoever holds the key may make many calls after the one that matters.
  const of = isWhole ? '' : `the others were not read; of the latest ${count} only: `;
  return (
    `CloudTrail has ${number} by it ${where}: ${of}for ${named(services)}; from ` +
    `${addresses.length === 1 ? '' : `${addresses.length} addresses: `}${named(addresses)}; the last at ${last.toISOString()}`
  );
}

/** The same for programs. */
export function usesRecorded({ since, last, ...used }: UsesSince): Readonly<Record<string, unknown>> {
  const { calls, isWhole, unread, services, addresses, regions, unasked } = used;
  return {
    since: since.toISOString(),
    calls,
    isWhole,
    unread,
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
