import { describe, expect, it } from 'vitest';
import { HOUR, after as later } from '../../../functions/core/duration';
import type { Evidence } from '../../../functions/report/evidence/evidence';
import { makeReport } from '../../../functions/report/judge/make-report';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

/** A superseded key that is not what it was, and nobody told of it: CloudTrail does not reach back so far. */
function tampered(status: 'Deleted' | 'Inactive' | 'Active', until = 95): AnAccount {
  const account = new AnAccount(1).live(0, until);
  const old = account.key();
  if (status === 'Deleted') account.delete(old);
  else old.status = status;
  return account;
}
const itemsOf = (evidence: Evidence) => makeReport(evidence).attention.filter(({ id }) => id.startsWith('found-'));

describe('what IAM shows and nobody told of', () => {
  it.each([
    ['Deleted', 95, 'Found deleted'],
    ['Inactive', 95, 'Found Inactive'],
    ['Active', 102, 'Found Active again'],
  ] as const)('is on top of the list, and no end or day is made up for it: %s (K7)', (status, until, says) => {
    const evidence = tampered(status, until).evidence(until);
    const report = makeReport(evidence);
    const label = `${says} by an unknown principal, without Keyturn; it happened before`;
    expect(report.attention[0]).toEqual({
      id: 'found-1',
      kind: 'without-keyturn',
      severity: 'high',
      title: `AKIA0000000000000001 of ci-0: ${label}`,
      detail: `Seen at ${day(until).toISOString()}; it happened before. Neither an audit event nor CloudTrail tells of it.`,
      key: 'key-0',
      user: 'ci-0',
      accessKeyId: 'AKIA0000000000000001',
      events: [],
    });
    expect(report.managedKeys[0]?.lives[0]?.marks.at(-1)).toEqual({
      kind: 'incident',
      at: day(until).toISOString(),
      label,
      isFound: true,
    });
    expect(report.summary.verdict).toBe('not-compliant');
    expect(report.summary.headline).toContain('1 change was found that nobody told of');
    expect(report.summary.changesWithoutKeyturn).toBe(0);
  });

  it('is a key that is gone, at an age that nobody knows', () => {
    const { accessKeys, managedKeys } = makeReport(tampered('Deleted').evidence(95));
    expect(accessKeys[0]).toMatchObject({ accessKeyId: 'AKIA0000000000000001', role: 'gone', status: 'Deleted' });
    expect(accessKeys[0]).not.toHaveProperty('ageDays');
    expect(managedKeys[0]?.lives[0]).toMatchObject({ foundGoneAt: day(95).toISOString() });
    expect(managedKeys[0]?.lives[0]).not.toHaveProperty('endedAt');
  });

  it('is the secret, whose current version somebody changed back', () => {
    const account = new AnAccount(1).live(0, 95);
    account.stored.set('key-0', [...(account.stored.get('key-0') ?? [])].reverse());
    expect(itemsOf(account.evidence(95))).toMatchObject([
      { severity: 'high', title: expect.stringContaining('Found current by an unknown principal') },
    ]);
  });

  it('accuses nobody where the record could not tell of it', () => {
    const evidence = tampered('Deleted').evidence(95);
    expect(itemsOf({ ...evidence, record: undefined })).toEqual([]);
    const record = evidence.record && {
      ...evidence.record,
      beginsAt: day(93),
      events: evidence.record.events.filter(({ time }) => new Date(time) >= day(93)),
    };
    expect(itemsOf({ ...evidence, record })).toEqual([]);
  });

  it('accuses nobody of what came after the period, which the record was not asked about', () => {
    const account = new AnAccount(1).live(0, 120);
    const until = day(105);
    const evidence = account.evidence(120, 30);
    const record = evidence.record && {
      ...evidence.record,
      events: evidence.record.events.filter(({ time }) => new Date(time) < later(until, HOUR)),
    };
    const trail = evidence.trail && {
      ...evidence.trail,
      to: until,
      writes: evidence.trail.writes.filter(({ at }) => at < until),
    };
    const report = makeReport({ ...evidence, until, record, trail });
    expect(report.attention.filter(({ kind }) => kind === 'without-keyturn')).toEqual([]);
    expect(report.managedKeys[0]?.lives[0]?.marks.at(-1)).toMatchObject({
      kind: 'deleted',
      label: 'Found deleted; it happened before',
    });
  });

  it('is no work of a run that said what it was about to do', () => {
    const account = tampered('Deleted');
    account.run('delete', day(94, 23 * HOUR), (run) => {
      const accessKeyId = account.key().accessKeyId;
      run.tell('key-deletion-begun', { key: 'key-0', user: 'ci-0', accessKeyId });
      return false;
    });
    expect(itemsOf(account.evidence(95))).toEqual([]);
  });
});
