import type { AuditEvent } from '../../core/audit';
import type { Evidence, UnreadableLine } from '../evidence/evidence';
import { groupBy } from '../group-by';
import type { Attention } from './model';
import { plural } from './plural';
import { dayOf, isWithin } from './time-bounds';

type Item = Omit<Attention, 'id'>;

/** What a line is called that nothing can rest on, and what that means. */
const WHY: Readonly<Record<UnreadableLine['why'], readonly [kind: Item['kind'], what: string, detail: string]>> = {
  'newer-schema': ['log-gap', 'could not be read', 'Written by a newer version of Keyturn'],
  'not-an-event': [
    'log-gap',
    'could not be read',
    'No event of Keyturn: only the functions may write into this log group, so look who did.',
  ],
  'conflicting-id': [
    'tampering',
    'with an ID that another event has',
    'Two different events have one ID, and an ID is given once: one of them is forged. Compare them with the second copy in the log of the function itself.',
  ],
  'wrong-stream': [
    'tampering',
    'in the log stream of another function',
    'Each function writes into log streams of its own: somebody else wrote it, so look who did.',
  ],
  'wrong-id': [
    'tampering',
    'with an ID that does not end in its number',
    'No function gives such an ID: somebody else wrote it, so look who did.',
  ],
  unsealed: [
    'tampering',
    'without a seal',
    'The functions seal every event with the KMS key of the stack, and these have none: somebody else wrote them, so look who did. They account for nothing.',
  ],
  'other-key': [
    'tampering',
    'sealed by another key',
    "A KMS key that is not the stack's has sealed them: somebody else wrote them, or a deployment before this one did; then name its key (audit.formerSealKeys, or --seal-key). They account for nothing.",
  ],
  'false-seal': [
    'tampering',
    'with a seal that is not theirs',
    'The seal is of another text: somebody has changed these events, or made them up. They account for nothing. The functions have a second copy of their events in their own logs.',
  ],
  'wrong-time': [
    'tampering',
    'written at another time than they name',
    'Somebody has written true events into the record once more, so look who did. They account for nothing.',
  ],
  'broken-chain': [
    'tampering',
    'that do not follow the event before them',
    'Each event names the digest of the one before it, and that is not the one that the record has: one of the two was replaced.',
  ],
  elsewhere: [
    'log-gap',
    'of another account or region',
    'The record has events of its own account and region only. They were left out, so look who wrote them.',
  ],
};

/** Lines of the period that nothing rests on, one item for each day and reason. */
export function unreadableLines(evidence: Evidence): readonly Item[] {
  return [
    ...linesOf(evidence, evidence.record?.unreadable ?? [], 'the record'),
    ...linesOf(evidence, evidence.provided?.unreadable ?? [], "the record of the provider's endpoint"),
    ...missingOf(evidence),
  ];
}

function linesOf(evidence: Evidence, all: readonly UnreadableLine[], record: string): readonly Item[] {
  const lines = all.filter(({ at }) => isWithin(evidence, at));
  const days = groupBy(lines, ({ at, why }) => `${dayOf(at)} ${why}`);
  return [...days.values()].flatMap((ofDay): Item[] => {
    const [first] = ofDay;
    if (first === undefined) return [];
    const [kind, what, detail] = WHY[first.why];
    const schemas = [...new Set(ofDay.flatMap(({ schema }) => (schema === undefined ? [] : [schema])))];
    const cure = ` (${schemas.join(', ')}). Make the report with that version.`;
    return [
      {
        kind,
        severity: 'high',
        title: `${plural(
          ofDay.reduce((sum, { lines: count = 1 }) => sum + count, 0),
          'line',
        )} of ${record} ${what} (${dayOf(first.at)})`,
        detail: first.why === 'newer-schema' ? detail + cure : detail,
        at: first.at.toISOString(),
        events: [],
      },
    ];
  });
}

/** An attempt of the endpoint is a chain without a gap: a failed writing begins another one. */
function missingOf(evidence: Evidence): readonly Item[] {
  const missing = evidence.provided?.missing.filter(({ at }) => isWithin(evidence, at)) ?? [];
  return [...groupBy(missing, ({ at }) => dayOf(at)).values()].flatMap((ofDay): Item[] => {
    const [first] = ofDay;
    if (first === undefined) return [];
    return [
      {
        kind: 'tampering',
        severity: 'high',
        title: `Events of ${plural(ofDay.length, 'attempt')} are missing from the record of the provider's endpoint (${dayOf(first.at)})`,
        detail: `${ofDay.map(({ events }) => events).join(', ')}. Somebody has taken them away: the log of its function and its access log have what was asked and decided, too.`,
        at: first.at.toISOString(),
        events: [],
      },
    ];
  });
}

/** Events of the period that no function of Keyturn writes. */
export function forgeries(evidence: Evidence, forged: readonly AuditEvent[]): readonly Item[] {
  return forged
    .filter(({ time }) => isWithin(evidence, time))
    .map(({ id, event, function: name, time, key, user, accessKeyId }) => ({
      kind: 'tampering',
      severity: 'high',
      title: `Forged event: ${event} by ${name}`,
      detail: `Event ${id} at ${time}. No function ${name} of Keyturn tells of that, so somebody else wrote it: it accounts for nothing.`,
      at: new Date(time).toISOString(),
      key,
      user,
      accessKeyId,
      events: [id],
    }));
}
