import { describe, expect, it } from 'vitest';
import { DAY, HOUR, after as later, MINUTE, SECOND } from '../../../functions/core/duration';
import { makeReport } from '../../../functions/report/judge/make-report';
import type { Report } from '../../../functions/report/judge/model';
import { day } from '../../core/web-shop';
import { roleOf } from './a-run';
import { ADMIN, AnAccount } from './account';

const at = (days: number, hours = 6) => day(days, hours * HOUR);
const results = ({ changes }: Report) => changes.map(({ action, result }) => `${action} ${result}`);
const firsts = ({ attention }: Report) =>
  attention.filter(({ severity }) => severity === 'high').map(({ kind }) => kind);

describe('CloudTrail and the record', () => {
  it('account for each other in a healthy account (K7)', () => {
    const report = makeReport(new AnAccount(3).live(0, 111).evidence(111, 25));
    expect(new Set(report.changes.map(({ result }) => result))).toEqual(new Set(['matched']));
    expect(report.summary.changesMatched).toBe(3 * 4);
    expect(firsts(report)).toEqual([]);
  });

  it('show a key that somebody made by hand, and one that was deleted behind the record, before all else', () => {
    const account = new AnAccount(1).live(0, 95);
    const old = account.key();
    const made = account.make('ci-0', at(94));
    account.write({ action: 'DeleteAccessKey', at: at(94, 5), user: 'ci-0', accessKeyId: old.accessKeyId });
    account.delete(old);
    account.write({ action: 'CreateAccessKey', at: at(94), user: 'ci-0', accessKeyId: made.accessKeyId });
    const report = makeReport(account.evidence(95));
    expect(report.attention.slice(0, 2)).toMatchObject([
      { kind: 'without-keyturn', severity: 'high', accessKeyId: made.accessKeyId, user: 'ci-0' },
      { kind: 'without-keyturn', severity: 'high', accessKeyId: old.accessKeyId, key: 'key-0' },
    ]);
    expect(report.attention[0]?.title).toContain('created without Keyturn');
    expect(report.summary).toMatchObject({ verdict: 'not-compliant', changesWithoutKeyturn: 2 });
    expect(report.accessKeys.find(({ accessKeyId }) => accessKeyId === made.accessKeyId)?.role).toBe('foreign');
    expect(report.accessKeys.find(({ accessKeyId }) => accessKeyId === old.accessKeyId)).toMatchObject({
      role: 'gone',
      status: 'Deleted',
    });
  });

  it('tell a forged event by CloudTrail, which does not have it', () => {
    const account = new AnAccount(1).live(0, 5);
    account.run('delete', at(4), (run) =>
      run.tell('key-deleted', { key: 'key-0', user: 'ci-0', accessKeyId: 'AKIA00000000000FORGED' }),
    );
    const report = makeReport(account.evidence(5));
    expect(firsts(report)).toEqual(['without-trail']);
    expect(report.summary).toMatchObject({ eventsWithoutTrail: 1, verdict: 'cannot-tell' });
  });

  it.each([
    ['before CloudTrail reaches back', 1, at(2)],
    ['in the minutes that CloudTrail does not show yet', 5, day(4, 23 * HOUR)],
  ])('hold no event against the record that is %s', (_, until, to) => {
    const account = new AnAccount(1).live(0, 1);
    account.run('delete', until === 1 ? at(0) : day(4, 23.5 * HOUR), (run) =>
      run.tell('key-deleted', { key: 'key-0', user: 'ci-0', accessKeyId: 'AKIA00000000000000GONE' }),
    );
    const evidence = account.evidence(5, 0);
    const window = until === 1 ? { from: to, to: day(5) } : { from: day(0), to };
    const writes = account.writes.filter((write) => write.at >= window.from);
    const report = makeReport({ ...evidence, trail: { ...window, writes } });
    expect(report.summary.eventsWithoutTrail).toBe(0);
    expect(report.limits.map(({ source }) => source)).toContain('cloudtrail');
  });

  it('match a deactivation that a person undid, and not the undoing', () => {
    const account = new AnAccount(1).live(0, 101);
    const old = account.key();
    account.write({
      action: 'UpdateAccessKey',
      at: at(100),
      user: 'ci-0',
      accessKeyId: old.accessKeyId,
      status: 'Active',
    });
    old.status = 'Active';
    const report = makeReport(account.evidence(101, 95));
    expect(results(report)).toEqual(['UpdateAccessKey matched', 'UpdateAccessKey without-keyturn']);
    expect(report.managedKeys[0]?.lives[0]?.phases.map(({ phase }) => phase)).toEqual([
      'undelivered',
      'current',
      'overlap',
      'inactive',
      'overlap',
    ]);
  });

  it('list what happens to unmanaged users, and make no noise of it', () => {
    const account = new AnAccount(1).live(0, 3);
    account.write({ action: 'CreateAccessKey', at: at(2), user: 'alice', accessKeyId: 'AKIA000000000000ALICE' });
    const report = makeReport(account.evidence(3));
    expect(report.changes.at(-1)).toMatchObject({ result: 'without-keyturn', isManaged: false, user: 'alice' });
    expect(report.summary).toMatchObject({ changesOfUnmanagedUsers: 1, changesWithoutKeyturn: 0 });
    expect(firsts(report)).toEqual([]);
  });

  it('put what names nobody on the list, because it may concern a managed user', () => {
    const account = new AnAccount(1).live(0, 3);
    account.write({ action: 'DeleteAccessKey', at: at(2) });
    const report = makeReport(account.evidence(3));
    expect(report.attention[0]).toMatchObject({
      severity: 'high',
      title: expect.stringContaining('does not say whose'),
    });
    expect(report.summary).toMatchObject({ verdict: 'cannot-tell', changesWithoutKeyturn: 0 });
  });

  it('know whose key it is by its ID alone', () => {
    const account = new AnAccount(1).live(0, 3);
    account.write({ action: 'DeleteAccessKey', at: at(2), accessKeyId: account.key().accessKeyId });
    expect(makeReport(account.evidence(3)).attention[0]).toMatchObject({ kind: 'without-keyturn', key: 'key-0' });
  });

  it('know whose key it is when the user was renamed for the time of the change', () => {
    const account = new AnAccount(1).live(0, 3);
    const accessKeyId = account.key().accessKeyId;
    account.write({ action: 'UpdateAccessKey', at: at(2), user: 'nobody', accessKeyId, status: 'Inactive' });
    account.write({ action: 'UpdateAccessKey', at: at(2, 7), user: 'nobody', accessKeyId, status: 'Active' });
    const { attention, summary } = makeReport(account.evidence(3));
    expect(attention.slice(0, 2)).toMatchObject([
      { kind: 'without-keyturn', key: 'key-0', user: 'nobody' },
      { kind: 'without-keyturn', key: 'key-0', user: 'nobody' },
    ]);
    expect(summary).toMatchObject({ verdict: 'not-compliant', changesWithoutKeyturn: 2, changesOfUnmanagedUsers: 0 });
  });

  it('count nothing against a user from before it was managed', () => {
    const account = new AnAccount(1);
    account.write({
      action: 'CreateAccessKey',
      at: later(day(0), -HOUR),
      user: 'ci-0',
      accessKeyId: 'AKIA00000000000000OLD',
    });
    const evidence = account.live(0, 3).evidence(3);
    const since = later(day(0), -DAY);
    const trail = { from: since, to: day(3), writes: account.writes };
    const report = makeReport({ ...evidence, since, trail });
    expect(report.changes[0]).toMatchObject({ result: 'without-keyturn', isManaged: false });
    expect(report.changes[0]?.note).toContain('Before ci-0 was managed');
  });

  it('count a version that was put twice once, and a deactivation that an SDK repeated', () => {
    const account = new AnAccount(1).live(0, 101);
    for (const write of account.writes.filter(
      ({ action }) => action === 'PutSecretValue' || action === 'UpdateAccessKey',
    )) {
      account.write({ ...write, eventId: `${write.eventId}-again`, at: later(write.at, SECOND) });
    }
    const report = makeReport(account.evidence(101, 0));
    expect(report.summary.changesWithoutKeyturn).toBe(0);
    expect(report.changes.filter(({ note }) => note?.startsWith('Repetition'))).toHaveLength(2);
  });

  it('count a deletion that two runs tell of once', () => {
    const account = new AnAccount(1).live(0, 111);
    account.run('delete', day(110, 61 * MINUTE), (run) =>
      run.tell('key-deleted', { key: 'key-0', user: 'ci-0', accessKeyId: account.key().accessKeyId }),
    );
    const report = makeReport(account.evidence(111));
    expect(report.summary.eventsWithoutTrail).toBe(0);
    expect(report.changes.find(({ action }) => action === 'DeleteAccessKey')?.note).toContain('Told again');
  });

  it('do not believe an event whose write another principal made', () => {
    const account = new AnAccount(4).live(0, 2);
    const key = account.key();
    account.run('rotate', at(1), (run) => {
      run.write({ action: 'DeleteAccessKey', by: ADMIN, user: 'ci-0', accessKeyId: key.accessKeyId });
      run.tell('key-discarded', { key: 'key-0', user: 'ci-0', accessKeyId: key.accessKeyId, reason: 'orphan' });
    });
    account.delete(key);
    const report = makeReport(account.evidence(2));
    expect(report.changes.at(-1)).toMatchObject({ result: 'matched', by: ADMIN });
    expect(report.changes.at(-1)?.note).toContain('may be forged');
    expect(report.attention[0]?.title).toContain("another principal than Keyturn's");
    expect(report.summary.verdict).not.toBe('compliant');
  });

  it('name both when nobody has the majority', () => {
    const account = new AnAccount(1).live(0, 2);
    const writes = account.writes.map((write) => (write.action === 'PutSecretValue' ? { ...write, by: ADMIN } : write));
    const report = makeReport(account.evidence(2, 0, { trail: { from: day(0), to: day(2), writes } }));
    expect(report.changes.map(({ note }) => note)).toEqual([
      expect.stringContaining('several principals'),
      expect.stringContaining('several principals'),
    ]);
    expect(report.summary.verdict).toBe('cannot-tell');
  });

  it("say that an unexplained write has the principal of Keyturn's function", () => {
    const account = new AnAccount(1).live(0, 2);
    account.write({
      action: 'DeleteAccessKey',
      at: at(1),
      by: roleOf('rotate'),
      user: 'ci-0',
      accessKeyId: 'AKIA0000000000ORPHAN',
    });
    expect(makeReport(account.evidence(2)).changes.at(-1)?.note).toContain("function's own log");
  });

  it('show a value that a person put into the secret', () => {
    const account = new AnAccount(1).live(0, 2);
    account.write({
      action: 'PutSecretValue',
      at: at(1),
      secret: 'keyturn/key-0',
      version: '6b1f3c0e-3f0e-4a57-9a43-1f3c0e3f0e4a',
    });
    const report = makeReport(account.evidence(2));
    expect(report.attention[0]?.title).toContain('stored in the secret of key-0');
  });

  it('match what clocks set apart, and say so', () => {
    const account = new AnAccount(1).live(0, 2);
    const writes = account.writes.map((write) => ({ ...write, at: later(write.at, 20 * MINUTE) }));
    const report = makeReport(account.evidence(2, 0, { trail: { from: day(-1), to: day(2), writes } }));
    expect(new Set(report.changes.map(({ result }) => result))).toEqual(new Set(['matched']));
    expect(report.changes[0]?.note).toBe("The event is 20 minutes earlier than CloudTrail's record.");
    expect(report.limits).toContainEqual(expect.objectContaining({ source: 'clock' }));
  });

  it('do not take records for one that are more than a day apart', () => {
    const account = new AnAccount(1).live(0, 5);
    const writes = account.writes.map((write) => ({ ...write, at: later(write.at, 2 * DAY) }));
    const report = makeReport(account.evidence(5, 0, { trail: { from: day(-1), to: day(5), writes } }));
    expect(report.summary).toMatchObject({ changesWithoutKeyturn: 2, eventsWithoutTrail: 2 });
  });

  it('accuse nobody when there is no record', () => {
    const account = new AnAccount(1).live(0, 2);
    account.write({
      action: 'UpdateAccessKey',
      at: at(1),
      user: 'ci-0',
      accessKeyId: 'AKIA0000000000000ONE',
      status: 'Active',
    });
    const report = makeReport(account.evidence(2, 0, { record: undefined }));
    expect(results(report)).toEqual(['UpdateAccessKey without-keyturn']);
    expect(report.limits.map(({ message }) => message).join()).toContain("2 writes of CloudTrail's");
  });
});
