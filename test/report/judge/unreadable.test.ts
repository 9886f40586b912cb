import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit';
import type { Evidence, UnreadableLine } from '../../../functions/report/evidence/evidence';
import { forgeries, unreadableLines } from '../../../functions/report/judge/unreadable';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

const evidence = new AnAccount(0).evidence(10, 5);
const items = (...unreadable: UnreadableLine[]) =>
  unreadableLines({ ...evidence, record: evidence.record && { ...evidence.record, unreadable } });
const line = (why: UnreadableLine['why'], at = day(6), schema?: string): UnreadableLine => ({
  at,
  why,
  ...(schema === undefined ? {} : { schema }),
});
const item = (kind: string, title: string, detail: string, at = day(6)) => ({
  kind,
  severity: 'high',
  title,
  detail,
  at: at.toISOString(),
  events: [],
});

describe('a line of the record that nothing rests on', () => {
  it.each<[UnreadableLine['why'], string, string, string]>([
    [
      'not-an-event',
      'log-gap',
      'could not be read',
      'No event of Keyturn: only the functions may write into this log group, so look who did.',
    ],
    [
      'conflicting-id',
      'tampering',
      'with an ID that another event has',
      'Two different events have one ID, and an ID is given once: one of them is forged. Compare them with the second copy ' +
        'in the log of the function itself.',
    ],
    [
      'wrong-stream',
      'tampering',
      'in the log stream of another function',
      'Each function writes into log streams of its own: somebody else wrote it, so look who did.',
    ],
    [
      'wrong-id',
      'tampering',
      'with an ID that does not end in its number',
      'No function gives such an ID: somebody else wrote it, so look who did.',
    ],
    [
      'unsealed',
      'tampering',
      'without a seal',
      'The functions seal every event with the KMS key of the stack, and these have none: somebody else wrote them, so ' +
        'look who did. They account for nothing.',
    ],
    [
      'other-key',
      'tampering',
      'sealed by another key',
      "A KMS key that is not the stack's has sealed them: somebody else wrote them, or a deployment before this one did; " +
        'then name its key (audit.formerSealKeys, or --seal-key). They account for nothing.',
    ],
    [
      'false-seal',
      'tampering',
      'with a seal that is not theirs',
      'The seal is of another text: somebody has changed these events, or made them up. They account for nothing. The ' +
        'functions have a second copy of their events in their own logs.',
    ],
    [
      'wrong-time',
      'tampering',
      'written at another time than they name',
      'Somebody has written true events into the record once more, so look who did. They account for nothing.',
    ],
    [
      'broken-chain',
      'tampering',
      'that do not follow the event before them',
      'Each event names the digest of the one before it, and that is not the one that the record has: one of the two was replaced.',
    ],
    [
      'elsewhere',
      'log-gap',
      'of another account or region',
      'The record has events of its own account and region only. They were left out, so look who wrote them.',
    ],
  ])('because it is %s: what it is and what that means', (why, kind, what, detail) => {
    expect(items(line(why))).toEqual([item(kind, `1 line of the record ${what} (2026-01-07)`, detail)]);
  });

  it('of newer versions names them, each once', () => {
    const lines = ['v2', 'v3', 'v2'].map((schema) => line('newer-schema', day(6), schema));
    expect(items(...lines, line('newer-schema'))).toEqual([
      item(
        'log-gap',
        '4 lines of the record could not be read (2026-01-07)',
        'Written by a newer version of Keyturn (v2, v3). Make the report with that version.',
      ),
    ]);
  });

  it('is one item for each day and reason, of the period only', () => {
    const lines = [line('wrong-id'), line('wrong-id', day(6, 1)), line('elsewhere'), line('wrong-id', day(7))];
    const found = items(...lines, line('wrong-id', day(4)), line('wrong-id', day(10)));
    expect(found.map(({ title }) => title)).toEqual([
      '2 lines of the record with an ID that does not end in its number (2026-01-07)',
      '1 line of the record of another account or region (2026-01-07)',
      '1 line of the record with an ID that does not end in its number (2026-01-08)',
    ]);
  });

  it('is none where there is no record', () => {
    expect(unreadableLines({ ...evidence, record: undefined })).toEqual([]);
  });
});

it('a forged event says who could not have written it, of the period only', () => {
  const forged = (time: Date, more: Partial<AuditEvent> = {}) =>
    ({ id: 'event-1', event: 'key-deleted', function: 'nightly', time: time.toISOString(), ...more }) as AuditEvent;
  const about = { key: 'shop', user: 'ci-shop', accessKeyId: 'A' };
  const told: readonly AuditEvent[] = [forged(day(6), about), forged(day(4)), forged(day(10))];
  expect(forgeries(evidence as Evidence, told)).toEqual([
    {
      kind: 'tampering',
      severity: 'high',
      title: 'Forged event: key-deleted by nightly',
      detail: `Event event-1 at ${day(6).toISOString()}. No function nightly of Keyturn tells of that, so somebody else wrote it: it accounts for nothing.`,
      at: day(6).toISOString(),
      ...about,
      events: ['event-1'],
    },
  ]);
});
