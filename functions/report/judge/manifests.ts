import { DAY } from '../../core/duration';
import type { ManifestMismatch } from '../../core/seal/compare-manifests';
import type { Evidence } from '../evidence/evidence';
import { groupBy } from '../group-by';
import type { Attention } from './model';
import { plural } from './plural';

const MOST_NAMED = 5;

const WORDS: Readonly<Record<ManifestMismatch['why'], readonly [what: string, detail: string]>> = {
  'other-end': [
    'that the manifest of the day names, and the record has not, or ended otherwise',
    'The manifest was made from the record, so that somebody has taken their events away or replaced them since. The archive and the functions’ own logs have second copies.',
  ],
  'not-named': [
    'that the manifest of the day does not name',
    'The manifest names every attempt that there was, so that somebody has written these later, with the role of a function: look who used it.',
  ],
};

/** What the manifests of the period and the record say otherwise, one item for each day and reason. */
export function manifestItems({ record, since, until }: Evidence): readonly Omit<Attention, 'id'>[] {
  const within = (record?.mismatches ?? []).filter(({ day }) => {
    const begins = Date.parse(day);
    return begins < until.getTime() && begins + DAY > since.getTime();
  });
  const groups = groupBy(within, ({ day, why }) => `${day} ${why}`);
  return [...groups.values()].flatMap((group): Omit<Attention, 'id'>[] => {
    const [first] = group;
    if (first === undefined) return [];
    const [what, detail] = WORDS[first.why];
    const attempts = [...new Set(group.map(({ attempt }) => attempt))];
    const more = attempts.length > MOST_NAMED ? `, and ${attempts.length - MOST_NAMED} more` : '';
    return [
      {
        kind: 'tampering',
        severity: 'high',
        title: `${plural(attempts.length, 'attempt')} ${what} (${first.day})`,
        detail: `${attempts.slice(0, MOST_NAMED).join(', ')}${more}. ${detail}`,
        at: new Date(first.day).toISOString(),
        events: [],
      },
    ];
  });
}
