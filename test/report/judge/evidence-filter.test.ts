import { describe, expect, it } from 'vitest';
import { AUDIT_EVENTS, type AuditEventName } from '../../../functions/core/audit';
import { FUNCTION_NAMES, LEVELS, type RECORDING_FUNCTIONS } from '../../../functions/core/names';
import { filterEvidence } from '../../../functions/report/judge/evidence-filter';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

const account = new AnAccount(1);
account.run('rotate', day(0));
const evidence = account.evidence(1, 0);
const [event] = account.events;
const told = (more: Partial<NonNullable<typeof event>>) => ({ ...(event ?? expect.fail('no event')), ...more });
const filtered = (...events: ReturnType<typeof told>[]) => {
  const { evidence: left, forged } = filterEvidence({
    ...evidence,
    record: evidence.record && { ...evidence.record, events, unreadable: [{ at: day(0), why: 'wrong-id' }] },
  });
  return { events: left.record?.events, unreadable: left.record?.unreadable, forged };
};
const before = { at: day(0), why: 'wrong-id' };

const WRITERS: Partial<Record<AuditEventName, readonly (typeof RECORDING_FUNCTIONS)[number][]>> = {
  'intent-written': ['rotate'],
  'intent-cleared': ['rotate'],
  'key-created': ['rotate'],
  'key-proved': ['rotate', 'sync'],
  'key-stored': ['rotate'],
  'key-promotion-begun': ['rotate'],
  'key-reactivation-begun': ['rotate'],
  'key-reactivated': ['rotate'],
  'key-promoted': ['rotate'],
  'key-discarded': ['rotate'],
  'key-deactivation-begun': ['deactivate'],
  'key-deactivated': ['deactivate'],
  'key-deletion-begun': ['delete', 'rotate'],
  'key-deleted': ['delete'],
  'target-begun': ['sync'],
  'restart-ended': ['sync'],
  'target-delivered': ['sync'],
  'target-failed': ['sync'],
  'target-drifted': ['sync'],
  'check-recorded': ['sync'],
  'drift-recorded': ['sync'],
  'version-delivered': ['sync'],
  'manifest-written': ['delete'],
  requested: LEVELS,
  'pause-written': LEVELS,
  'pause-removed': LEVELS,
  'ask-written': LEVELS,
  'check-started': LEVELS,
  'exception-accepted': ['administrator'],
  'exception-ended': ['administrator'],
  exposed: ['rotate'],
  'secrets-given': [],
  'secrets-refused': [],
};

describe('the evidence that something can rest on (K7)', () => {
  it.each(AUDIT_EVENTS)('has %s of the functions that may do it, and of no other', (name) => {
    const events = [...FUNCTION_NAMES, 'nightly'].map((writer) => told({ event: name, function: writer }));
    const writers: readonly string[] = WRITERS[name] ?? FUNCTION_NAMES;
    const ofWriters = ({ function: writer }: (typeof events)[number]) => writers.includes(writer);
    expect(filtered(...events)).toEqual({
      events: events.filter(ofWriters),
      unreadable: [before],
      forged: events.filter((each) => !ofWriters(each)),
    });
  });

  it.each([{ account: '999988887777' }, { region: 'us-east-1' }])('has no event of elsewhere: %j', (more) => {
    const elsewhere = { at: day(0), why: 'elsewhere' };
    expect(filtered(told(more))).toEqual({ events: [], unreadable: [before, elsewhere], forged: [] });
  });

  it('is the same where there is no record', () => {
    const nothing = { ...evidence, record: undefined };
    expect(filterEvidence(nothing)).toEqual({ evidence: nothing, forged: [] });
  });
});
