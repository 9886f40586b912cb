import type { Report } from '../judge/model';

type Summary = Report['summary'];
type Count = Exclude<keyof Summary, 'verdict' | 'headline'>;

const GROUPS: readonly { readonly title: string; readonly counts: readonly (readonly [Count, string])[] }[] = [
  {
    title: 'Keys',
    counts: [
      ['accessKeys', 'access keys'],
      ['activeAccessKeys', 'of them active'],
      ['managedKeys', 'managed keys'],
      ['managedKeysOnTime', 'of them on time'],
      ['oldestCurrentKeyDays', 'days: oldest current key'],
      ['exceptionsInForce', 'exceptions in force'],
    ],
  },
  {
    title: 'Done by Keyturn',
    counts: [
      ['rotations', 'rotations'],
      ['lateRotations', 'of them late'],
      ['deliveries', 'deliveries'],
      ['failedDeliveries', 'deliveries that failed'],
      ['deactivations', 'deactivations'],
      ['deletions', 'deletions'],
      ['holds', 'holds'],
      ['findings', 'findings'],
    ],
  },
  {
    title: 'Compared with CloudTrail',
    counts: [
      ['changesMatched', 'changes matched'],
      ['changesWithoutKeyturn', 'without Keyturn'],
      ['eventsWithoutTrail', 'not in CloudTrail'],
      ['changesOfUnmanagedUsers', 'of unmanaged users'],
    ],
  },
  {
    title: 'Keyturn itself',
    counts: [
      ['ownChanges', 'changes by hand'],
      ['openSecrets', 'open secrets'],
    ],
  },
  {
    title: 'Runs',
    counts: [
      ['runs', 'runs'],
      ['runsWithoutChange', 'changed nothing'],
      ['runsIncomplete', 'incomplete'],
    ],
  },
];

/** More than none of these is bad news. */
const BAD: ReadonlySet<Count> = new Set([
  'lateRotations',
  'failedDeliveries',
  'changesWithoutKeyturn',
  'eventsWithoutTrail',
  'runsIncomplete',
  'ownChanges',
  'openSecrets',
]);

/** All counts of the summary, each once. */
export function Numbers({ summary }: { summary: Summary }) {
  return (
    <section class="numbers" aria-labelledby="numbers">
      <h2 id="numbers">In numbers</h2>
      <div class="groups">
        {GROUPS.map(({ title, counts }) => (
          <div key={title}>
            <h3>{title}</h3>
            <dl>
              {counts.map(([name, label]) => (
                <div key={name} class={BAD.has(name) && (summary[name] ?? 0) > 0 ? 'bad' : undefined}>
                  <dt>{label}</dt>
                  <dd data-count={name} data-value={summary[name]}>
                    {summary[name]?.toLocaleString('en') ?? '–'}
                  </dd>
                </div>
              ))}
            </dl>
          </div>
        ))}
      </div>
    </section>
  );
}
