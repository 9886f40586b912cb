import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE } from '../../../functions/core/duration';
import type { FindingCode } from '../../../functions/core/findings/findings';
import { versionIdOf } from '../../../functions/core/key/version-id';
import { TAG } from '../../../functions/core/names';
import type { Evidence } from '../../../functions/report/evidence/evidence';
import { makeReport } from '../../../functions/report/judge/make-report';
import type { Report } from '../../../functions/report/judge/model';
import { day } from '../../core/web-shop';
import type { ARun } from './a-run';
import { ADMIN, AnAccount } from './account';

const at = (days: number, hours = 6) => day(days, hours * HOUR);
const phasesOf = ({ managedKeys }: Report, life = 0) =>
  managedKeys[0]?.lives[life]?.phases.map(
    ({ phase, from }) => `${phase} ${Math.floor((Date.parse(from) - day(0).getTime()) / DAY)}`,
  );
const find =
  (reason: FindingCode, more: Record<string, string> = {}) =>
  (run: ARun) => {
    run.tell('finding', { key: 'key-0', user: 'ci-0', reason, outcome: 'failed', message: `found ${reason}`, ...more });
    return undefined;
  };

describe('the life of a key', () => {
  it('goes from its creation over its overlap to its end, each mark with its event', () => {
    const report = makeReport(new AnAccount(1).live(0, 111).evidence(111));
    const [managed] = report.managedKeys;
    expect(phasesOf(report)).toEqual(['undelivered 0', 'current 0', 'overlap 90', 'inactive 100']);
    expect(managed?.lives[0]?.phases.at(-1)?.to).toBe(day(110, HOUR).toISOString());
    expect(managed?.lives[0]).toMatchObject({ origin: 'keyturn', rotationReason: 'first' });
    expect(managed?.lives[1]).toMatchObject({ origin: 'keyturn', rotationReason: 'due' });
    expect(managed?.lives.flatMap(({ marks }) => marks).every(({ event }) => event !== undefined)).toBe(true);
    expect(managed).toMatchObject({ state: 'on-time', rotations: 1, currentAccessKeyId: 'AKIA0000000000000002' });
  });

  it('is whole, also where it began before the period', () => {
    const report = makeReport(new AnAccount(1).live(0, 95).evidence(95, 92));
    expect(phasesOf(report)).toEqual(['undelivered 0', 'current 0', 'overlap 90']);
    expect(report.managedKeys[0]?.rotations).toBe(0);
  });

  it('of an adopted key begins when IAM says that it was made', () => {
    const account = new AnAccount(1);
    account.make('ci-0', day(-400));
    account.run('rotate', day(0), (run) => account.rotate(run, 0, 'first'));
    const report = makeReport(account.evidence(1));
    expect(report.managedKeys[0]?.lives[0]).toMatchObject({ origin: 'adopted' });
    expect(phasesOf(report)).toEqual(['current -400', 'overlap 0']);
    expect(report.managedKeys[0]?.lives[0]?.marks[0]).toMatchObject({
      kind: 'created',
      label: 'Created before it was managed',
    });
    expect(report.managedKeys[0]?.lives.slice(0, 1).map(({ lateDays }) => lateDays)).toEqual([undefined]);
  });

  it('of an adopted key that was retired is known from the day on which it was managed', () => {
    const account = new AnAccount(1);
    account.make('ci-0', day(-400));
    const report = makeReport(account.live(0, 3).evidence(3));
    const life = report.managedKeys[0]?.lives.find(({ origin }) => origin === 'adopted');
    expect(life?.phases.map(({ phase }) => phase)).toEqual(['current', 'overlap', 'inactive']);
    expect(life?.phases[0]?.from).toBe(day(0).toISOString());
    expect(life?.marks.map(({ kind }) => kind)).toEqual(['deactivated', 'deleted']);
  });

  it('of a foreign key is told apart from that of the stored ones (K5)', () => {
    const account = new AnAccount(1).live(0, 2);
    const foreign = account.make('ci-0', at(1));
    account.run('rotate', day(2), find('foreign-key', { accessKeyId: foreign.accessKeyId }));
    const report = makeReport({ ...account.evidence(2), gatheredAt: at(2), until: at(2) });
    const life = report.managedKeys[0]?.lives.find(({ accessKeyId }) => accessKeyId === foreign.accessKeyId);
    expect(life).toMatchObject({ origin: 'foreign', phases: [{ phase: 'overlap' }] });
    expect(life?.marks).toContainEqual(expect.objectContaining({ kind: 'incident', label: 'foreign-key' }));
  });

  it('comes back when an earlier version is promoted', () => {
    const account = new AnAccount(1).live(0, 92);
    const [old, young] = [account.key(0), account.key(1)];
    account.run('rotate', at(92), (run) => {
      const about = { key: 'key-0', user: 'ci-0', accessKeyId: old.accessKeyId, version: versionIdOf(old) };
      run.tell('key-promoted', about);
      return find('key-promoted', { accessKeyId: old.accessKeyId })(run);
    });
    account.stored.set('key-0', [versionIdOf(young), versionIdOf(old)]);
    const report = makeReport({ ...account.evidence(93) });
    expect(phasesOf(report, 0)).toEqual(['undelivered 0', 'current 0', 'overlap 90', 'current 92']);
    expect(phasesOf(report, 1)).toEqual(['undelivered 90', 'current 90', 'overlap 92']);
    expect(report.managedKeys[0]?.currentAccessKeyId).toBe(old.accessKeyId);
  });

  it('ends when a person deletes the key, and says who did', () => {
    const account = new AnAccount(1).live(0, 95);
    const old = account.key();
    account.write({ action: 'DeleteAccessKey', at: at(94), user: 'ci-0', accessKeyId: old.accessKeyId });
    account.delete(old);
    const life = makeReport(account.evidence(95)).managedKeys[0]?.lives[0];
    expect(life?.phases.at(-1)).toEqual({ phase: 'overlap', from: expect.any(String), to: at(94).toISOString() });
    expect(life?.marks.at(-1)).toEqual({
      kind: 'incident',
      at: at(94).toISOString(),
      label: `Deleted by ${ADMIN}, without Keyturn`,
    });
  });

  it('shows what somebody else did as an incident, not as a rotation of Keyturn', () => {
    const account = new AnAccount(1).live(0, 3);
    const { accessKeyId } = account.make('ci-0', at(2));
    account.write({ action: 'CreateAccessKey', at: at(2), user: 'ci-0', accessKeyId });
    const lifeOf = (evidence: Evidence) =>
      makeReport(evidence).managedKeys[0]?.lives.find((life) => life.accessKeyId === accessKeyId);
    const evidence = account.evidence(3);
    expect(lifeOf(evidence)?.marks).toEqual([
      { kind: 'incident', at: at(2).toISOString(), label: `Created by ${ADMIN}, without Keyturn` },
    ]);
    expect(lifeOf({ ...evidence, trail: undefined })?.marks).toEqual([
      { kind: 'incident', at: at(2).toISOString(), label: 'Created, without Keyturn' },
    ]);
    expect(makeReport(evidence).managedKeys[0]?.incidents).toBe(1);
  });

  it('lets no change of before it was managed be an incident', () => {
    const account = new AnAccount(1);
    const { accessKeyId } = account.make('ci-0', day(-20));
    account.write({ action: 'CreateAccessKey', at: day(-20), user: 'ci-0', accessKeyId });
    account.run('rotate', day(0), (run) => account.rotate(run, 0, 'first'));
    const evidence = account.evidence(1);
    const trail = { from: day(-80), to: day(1), writes: account.writes };
    const { managedKeys } = makeReport({ ...evidence, trail });
    expect(managedKeys[0]?.lives[0]?.marks).toMatchObject([{ kind: 'created' }]);
    expect(managedKeys[0]?.incidents).toBe(0);
  });

  it('does not end because a forged event says so: IAM still lists the key', () => {
    const account = new AnAccount(1).live(0, 2);
    account.run('delete', at(1), (run) =>
      run.tell('key-deleted', { key: 'key-0', user: 'ci-0', accessKeyId: account.key().accessKeyId }),
    );
    const report = makeReport(account.evidence(2));
    expect(report.accessKeys.map(({ role, status }) => `${role} ${status}`)).toEqual(['current Active']);
    expect(report.attention[0]?.kind).toBe('without-trail');
  });

  it('does not end because the keys of its user could not be listed', () => {
    const evidence = new AnAccount(1).live(0, 2).evidence(2);
    const report = makeReport({ ...evidence, listedKeys: [], usersNotListed: ['ci-0'] });
    expect(report.managedKeys[0]?.lives[0]?.phases.at(-1)).not.toHaveProperty('to');
    expect(makeReport({ ...evidence, listedKeys: [] }).managedKeys[0]?.lives[0]?.phases.at(-1)).toHaveProperty('to');
  });

  it('has one mark for trouble that every run finds again, and another when it comes back', () => {
    const account = new AnAccount(1).live(0, 1);
    for (const hours of [24, 25, 26, 72, 73]) account.run('sync', day(0, hours * HOUR), find('delivery-failed'));
    const [managed] = makeReport(account.evidence(5)).managedKeys;
    expect(managed?.incidents).toBe(2);
    expect(managed?.lives[0]?.marks.find(({ kind }) => kind === 'incident')?.label).toContain('3 times');
  });

  it('has its holds marked', () => {
    const account = new AnAccount(1).live(0, 99);
    account.run('deactivate', day(99), (run) => {
      run.tell('hold-recorded', { key: 'key-0', accessKeyId: account.key().accessKeyId, outcome: 'held' });
      return find('in-use', { accessKeyId: account.key().accessKeyId })(run);
    });
    const report = makeReport({ ...account.evidence(100) });
    expect(report.managedKeys[0]?.holds).toBe(1);
    expect(report.summary.holds).toBe(1);
    expect(report.managedKeys[0]?.lives[0]?.marks.at(-1)).toMatchObject({
      kind: 'hold',
      label: expect.stringContaining('in-use'),
    });
  });

  it('that was superseded late says by how much, and is on the list (K8)', () => {
    const account = new AnAccount(1).live(0, 89);
    account.run('rotate', day(95), (run) => account.rotate(run, 0, 'due'));
    const report = makeReport(account.evidence(96));
    expect(report.managedKeys[0]?.lives[0]?.lateDays).toBe(5);
    expect(report.summary.lateRotations).toBe(1);
    expect(report.attention).toContainEqual(expect.objectContaining({ kind: 'late-rotation', severity: 'medium' }));
  });

  it('that was superseded by the run after its day is not late', () => {
    const account = new AnAccount(1).live(0, 89);
    account.run('rotate', day(90, 23 * HOUR), (run) => account.rotate(run, 0, 'due'));
    const [managed] = makeReport(account.evidence(92)).managedKeys;
    expect(managed?.lives.slice(0, 1).map(({ lateDays }) => lateDays)).toEqual([undefined]);
  });
});

describe('the state of a managed key', () => {
  const states = (account: AnAccount, until: number) =>
    makeReport(account.evidence(until)).managedKeys.map(({ state }) => state);

  it('is overdue when nothing has rotated it in time', () => {
    const account = new AnAccount(1).live(0, 80);
    const report = makeReport(account.evidence(93));
    expect(report.managedKeys[0]?.state).toBe('overdue');
    expect(report.summary.verdict).toBe('not-compliant');
    expect(report.attention.map(({ id }) => id)).toContain('overdue-key-0');
  });

  it('is paused as long as its tag says', () => {
    const account = new AnAccount(1).live(0, 2);
    account.tags.set('key-0', { [TAG.paused]: `${day(30).toISOString()} alice migration` });
    expect(states(account, 2)).toEqual(['paused']);
  });

  it('is unknown when somebody edited the secret', () => {
    const account = new AnAccount(1).live(0, 2);
    account.stored.set('key-0', ['6b1f3c0e-3f0e-4a57-9a43-1f3c0e3f0e4a']);
    const report = makeReport(account.evidence(2));
    expect(report.managedKeys[0]?.state).toBe('unknown');
    expect(report.summary.verdict).toBe('cannot-tell');
  });

  it('is undelivered until every target has confirmed it', () => {
    const account = new AnAccount(1);
    account.run('rotate', day(0), (run) => account.rotate(run, 0, 'first'));
    const report = makeReport({ ...account.evidence(1), gatheredAt: at(0), until: day(0, 10 * MINUTE) });
    expect(report.managedKeys[0]?.state).toBe('undelivered');
  });

  it('is not rotated yet before its first key', () => {
    expect(states(new AnAccount(1), 0.5)).toEqual(['not-rotated-yet']);
  });

  it('is not managed when it was taken out of the registry, and its history stays', () => {
    const account = new AnAccount(2).live(0, 3);
    const evidence = account.evidence(3);
    const report = makeReport({ ...evidence, entries: evidence.entries?.slice(1) });
    expect(report.managedKeys[0]).toMatchObject({
      key: 'key-0',
      isManagedNow: false,
      state: 'not-managed',
      rotations: 1,
    });
    expect(report.accessKeys.find(({ user }) => user === 'ci-0')?.role).toBe('unmanaged');
    expect(report.summary.managedKeys).toBe(1);
  });

  it('counts its access keys once when its registry entry got another ID', () => {
    const account = new AnAccount(1).live(0, 3);
    const evidence = account.evidence(3);
    const entries = [{ ...account.entry(), id: 'renamed' }];
    for (const credentialReport of [evidence.credentialReport, undefined]) {
      const { accessKeys, managedKeys } = makeReport({ ...evidence, entries, credentialReport });
      expect(managedKeys.map(({ key }) => key)).toEqual(['key-0', 'renamed']);
      expect(accessKeys.map(({ id }) => id)).toEqual(['AKIA0000000000000001']);
    }
  });
});
