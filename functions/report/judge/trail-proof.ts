import type { Evidence, TamperedTrail, TrailProof } from '../evidence/evidence';
import { groupBy } from '../group-by';
import type { Attention } from './model';
import { plural } from './plural';
import { dayOf, isWithin } from './time-bounds';

const MOST_NAMED = 3;

export interface UnprovedFiles {
  readonly message: string;
  readonly isDecisive: boolean;
}

type Words = readonly [one: string, many: string, detail: string];

/** What was found of a trail, and what that means. */
const WORDS: Readonly<Record<TamperedTrail, Words>> = {
  'file-changed': [
    'file of the trail is not what CloudTrail wrote',
    'files of the trail are not what CloudTrail wrote',
    'Their digest, which CloudTrail has signed, has another hash: somebody has replaced them since. What they say does not count.',
  ],
  'file-deleted': [
    'file of the trail is gone',
    'files of the trail are gone',
    'A digest, which CloudTrail has signed, names them, and older files are still there: somebody has deleted them.',
  ],
  'digest-changed': [
    'digest of the trail was replaced',
    'digests of the trail were replaced',
    'The next digest, which CloudTrail has signed, has another hash of it. Nothing proves the files of that hour.',
  ],
  'digest-deleted': [
    'digest of the trail is gone',
    'digests of the trail are gone',
    'The next digest, which CloudTrail has signed, names it. Nothing proves the files of that hour.',
  ],
  'digest-not-signed': [
    'digest of the trail is not signed by CloudTrail',
    'digests of the trail are not signed by CloudTrail',
    'Somebody else wrote it, or has changed it since. Nothing proves the files of that hour.',
  ],
};

/** What somebody did to the files of the trail within the period, one item for each region, day and kind. */
export function trailTampering(evidence: Evidence): readonly Omit<Attention, 'id'>[] {
  const found = (evidence.trailProof?.tampering ?? []).filter(({ at }) => isWithin(evidence, at));
  const groups = groupBy(found, ({ region, at, why }) => `${dayOf(at)} ${region} ${why}`);
  return [...groups.values()].flatMap((group): Omit<Attention, 'id'>[] => {
    const [first] = group;
    if (first === undefined) return [];
    const [one, many, detail] = WORDS[first.why];
    const names = group.slice(0, MOST_NAMED).map(({ file }) => file.slice(file.lastIndexOf('/') + 1));
    const more = group.length > MOST_NAMED ? `, and ${group.length - MOST_NAMED} more` : '';
    return [
      {
        kind: 'tampering',
        severity: 'high',
        title: `${plural(group.length, one, many)} (${first.region}, ${dayOf(first.at)})`,
        detail: `${names.join(', ')}${more}. ${detail} Who may write into that bucket could; its own access log or data events tell who did.`,
        at: first.at.toISOString(),
        events: [],
      },
    ];
  });
}

/** What no digest proves of the period, in a sentence for each reason; decisive where there should be a proof. */
export function unprovedFiles({ trailProof, since, until }: Evidence): readonly UnprovedFiles[] {
  const within = (trailProof?.unproved ?? []).filter(({ from, to }) => from < until && to > since);
  return [...groupBy(within, ({ why, region }) => `${region} ${why}`).values()].flatMap((days) => {
    const [first] = days;
    const last = days.at(-1);
    if (first === undefined || last === undefined) return [];
    const count = days.reduce((sum: number, { files }: TrailProof['unproved'][number]) => sum + files, 0);
    const what = count === 0 ? 'The files of the trail' : plural(count, 'file of the trail', 'files of the trail');
    const message =
      `${what} in ${first.region} ${count === 1 ? 'is' : 'are'} not proved on ${plural(days.length, 'day')} from ${dayOf(first.from)} to ${dayOf(last.from)}: ` +
      `${first.why}. What they say is as true as those are who may write into the bucket.`;
    return [{ message, isDecisive: days.some(({ isDecisive = false }) => isDecisive) }];
  });
}
