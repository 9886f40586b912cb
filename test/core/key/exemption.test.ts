import { describe, expect, it } from 'vitest';
import type { AuditEvent } from '../../../functions/core/audit';
import { exemptionOf, exemptionsOf, isExemptThroughout } from '../../../functions/core/key/exemption';
import { day } from '../web-shop';

const BY = 'arn:aws:sts::111122223333:assumed-role/Admin/carol';
let told = 0;

function event(at: number, more: Partial<AuditEvent> = {}): AuditEvent {
  told += 1;
  return {
    schema: 'keyturn.audit/v1',
    id: `run-${told}-1`,
    sequence: 1,
    event: 'exception-accepted',
    time: day(at).toISOString(),
    account: '111122223333',
    region: 'eu-central-1',
    run: `run-${told}`,
    function: 'administrator',
    functionVersion: 'test',
    key: 'web-shop',
    outcome: 'ok',
    facts: { by: BY, why: 'release freeze', until: day(at + 30).toISOString() },
    ...more,
  };
}
const until = (at: number) => ({ by: BY, why: 'release freeze', until: day(at).toISOString() });
const inForce = (events: readonly AuditEvent[], at: number) =>
  exemptionOf(exemptionsOf(events), 'web-shop', day(at))?.event;

describe('an exemption', () => {
  it('is in force from its acceptance to its end, for its key alone', () => {
    const one = event(10, { facts: { ...until(40), approver: 'the CISO' } });
    expect([9.9, 10, 39.9, 40].map((at) => inForce([one], at))).toEqual([undefined, one.id, one.id, undefined]);
    expect(exemptionOf(exemptionsOf([one]), 'other', day(20))).toBeUndefined();
    expect(exemptionsOf([one])).toEqual([
      {
        ...{ key: 'web-shop', from: day(10), until: day(40), by: BY, saidApprover: 'the CISO' },
        ...{ why: 'release freeze', event: one.id },
      },
    ]);
  });

  it('is over when it is ended early, and says by whom', () => {
    const [one, end] = [event(10), event(20, { event: 'exception-ended', facts: { by: BY, why: 'done' } })];
    expect(exemptionsOf([one, end])).toMatchObject([{ until: day(20), ended: { by: BY, why: 'done' } }]);
    const again = event(25);
    expect([19, 20, 26].map((at) => inForce([again, end, one], at))).toEqual([one.id, undefined, again.id]);
  });

  it('is ended by words that say nothing: what takes an excuse away needs no form', () => {
    expect(inForce([event(10), event(20, { event: 'exception-ended', facts: undefined })], 21)).toBeUndefined();
  });

  it('is replaced by a later one of its key, also where that is shorter', () => {
    const [long, short] = [event(10), event(12, { facts: until(15) })];
    expect([11, 14, 16].map((at) => inForce([long, short], at))).toEqual([long.id, short.id, undefined]);
  });

  it.each([
    ['another function tells of it', { function: 'operator' }],
    ['rotate tells of it', { function: 'rotate' }],
    ['it was refused', { outcome: 'blocked' as const }],
    ['it names no key', { key: undefined }],
    ['it is longer than 366 days', { facts: until(10 + 366.01) }],
    ['it ends before it begins', { facts: until(9) }],
    ['nobody has accepted it', { facts: { ...until(40), by: undefined } }],
    ['nobody says why', { facts: { ...until(40), why: undefined } }],
    ['it has no end', { facts: { by: BY, why: 'x' } }],
    ['it has no facts', { facts: undefined }],
    ['it is another event', { event: 'requested' as const }],
  ])('excuses nothing when %s', (_why, more) => {
    expect(exemptionsOf([event(10, more)])).toEqual([]);
  });

  it('lasts for 366 days at most', () => {
    expect(exemptionsOf([event(10, { facts: until(376) })])).toHaveLength(1);
  });

  it('covers a time when one after the other did, and not where there was none between', () => {
    const gapless = exemptionsOf([event(10), event(35)]);
    expect(isExemptThroughout(gapless, 'web-shop', day(12), day(60))).toBe(true);
    expect(isExemptThroughout(gapless, 'web-shop', day(9), day(60))).toBe(false);
    expect(isExemptThroughout(gapless, 'web-shop', day(12), day(66))).toBe(false);
    expect(isExemptThroughout(exemptionsOf([event(10), event(41)]), 'web-shop', day(12), day(60))).toBe(false);
  });
});
