import { Ajv2020 } from 'ajv/dist/2020';
import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import { makeReport } from '../../../functions/report/judge/make-report';
import { type Report, reportJsonSchema, reportSchema } from '../../../functions/report/judge/model';
import { day } from '../../core/web-shop';
import type { ARun } from './a-run';
import { AnAccount } from './account';

/** An account in which everything happens at once. */
function eventful(): Report {
  const account = new AnAccount(4).live(0, 105);
  const made = account.make('ci-1', day(104, 6 * HOUR));
  account.write({ action: 'CreateAccessKey', at: made.createdAt, user: 'ci-1', accessKeyId: made.accessKeyId });
  account.write({ action: 'CreateAccessKey', at: made.createdAt, user: 'alice', accessKeyId: 'AKIA000000000000ALICE' });
  account.run('sync', day(104, 7 * HOUR), (run) => {
    run.tell('target-failed', {
      key: 'key-2',
      user: 'ci-2',
      target: 'bitbucket acme/web-shop',
      outcome: 'failed',
      code: 'host-down',
    });
    run.tell('finding', {
      key: 'key-2',
      user: 'ci-2',
      reason: 'delivery-failed',
      outcome: 'failed',
      message: 'Host is down.',
    });
  });
  account.run('delete', day(104, 8 * HOUR), (run) => {
    run.tell('key-deleted', { key: 'key-3', user: 'ci-3', accessKeyId: 'AKIA00000000000FORGED' });
    return false;
  });
  return makeReport(account.evidence(105, 50));
}

describe('a report', () => {
  it('is what its schema says, also as JSON Schema', () => {
    const report = eventful();
    expect(reportSchema.parse(report)).toEqual(report);
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(reportJsonSchema());
    expect(validate(JSON.parse(JSON.stringify(report))), JSON.stringify(validate.errors)).toBe(true);
  });

  it('has no number in its summary that its tables do not give', () => {
    const { summary, accessKeys, managedKeys, changes, runs, events, exceptions } = eventful();
    const there = accessKeys.filter(({ role }) => role !== 'gone');
    const sum = (pick: (row: Report['runs'][number]) => number) => runs.map(pick).reduce((a, b) => a + b, 0);
    const told = (name: string) => events.filter(({ event }) => event === name).length;
    const keys = (pick: (row: Report['managedKeys'][number]) => number) =>
      managedKeys.map(pick).reduce((a, b) => a + b, 0);
    expect(summary).toEqual({
      verdict: 'not-compliant',
      headline: expect.stringMatching(/^Not compliant: 1 change was made without Keyturn.*\.$/),
      exceptionsInForce: exceptions.filter(({ isInForce }) => isInForce).length,
      accessKeys: there.length,
      activeAccessKeys: there.filter(({ status }) => status === 'Active').length,
      managedKeys: managedKeys.filter(({ isManagedNow }) => isManagedNow).length,
      managedKeysOnTime: managedKeys.filter(({ state }) => state === 'on-time').length,
      rotations: keys(({ rotations }) => rotations),
      lateRotations: keys(({ lateRotations }) => lateRotations),
      deliveries: keys(({ deliveries }) => deliveries),
      failedDeliveries: told('target-failed'),
      deactivations: told('key-deactivated'),
      deletions: told('key-deleted'),
      holds: keys(({ holds }) => holds),
      findings: told('finding'),
      changesWithoutKeyturn: changes.filter(({ result, isManaged }) => result === 'without-keyturn' && isManaged)
        .length,
      changesOfUnmanagedUsers: changes.filter(({ isManaged }) => !isManaged).length,
      eventsWithoutTrail: changes.filter(({ result }) => result === 'without-trail').length,
      changesMatched: changes.filter(({ result }) => result === 'matched').length,
      runs: sum((row) => row.runs),
      runsWithoutChange: sum((row) => row.runs - row.changed),
      runsIncomplete: sum((row) => row.incomplete),
      oldestCurrentKeyDays: 15,
    });
    expect(summary).toMatchObject({
      rotations: 4,
      deliveries: 4,
      deactivations: 4,
      changesWithoutKeyturn: 1,
      eventsWithoutTrail: 1,
    });
    expect(summary).toMatchObject({ failedDeliveries: 1, findings: 1, changesOfUnmanagedUsers: 1, runsIncomplete: 1 });
  });

  it('lists what is most serious first', () => {
    const { attention } = eventful();
    expect(attention.map(({ kind, severity }) => `${severity} ${kind}`)).toEqual([
      'high without-keyturn',
      'high without-trail',
      'medium control-failed',
      'medium control-failed',
      'medium control-failed',
      'medium control-failed',
      'medium control-failed',
      'medium open-finding',
      'medium incomplete-run',
    ]);
    expect(new Set(attention.map(({ id }) => id)).size).toBe(attention.length);
  });

  it('leaves out the bounds of runs that changed nothing, and nothing else', () => {
    const account = new AnAccount(1).live(0, 2);
    const report = makeReport(account.evidence(2));
    expect(report.events.map(({ event }) => event)).toEqual([
      'run-started',
      'intent-written',
      'key-created',
      'key-proved',
      'key-stored',
      'run-finished',
      'run-started',
      'target-delivered',
      'version-delivered',
      'run-finished',
    ]);
    expect(report.runs).toHaveLength(8);
    expect(report.runs[0]).toEqual({
      function: 'deactivate',
      day: '2026-01-01',
      runs: 1,
      changed: 0,
      incomplete: 0,
      failed: 0,
    });
    expect(report.summary).toMatchObject({ runs: 8, runsWithoutChange: 6 });
  });

  it('is about its period only', () => {
    const report = makeReport(new AnAccount(1).live(0, 111).evidence(111, 95));
    expect(report.events.every(({ time }) => time >= day(95).toISOString())).toBe(true);
    expect(report.summary).toMatchObject({ rotations: 0, deactivations: 1, deletions: 1, changesMatched: 2 });
    expect(report.accessKeys.map(({ role }) => role)).toEqual(['gone', 'current']);
    expect(makeReport(new AnAccount(1).live(0, 115).evidence(115, 112)).accessKeys.map(({ role }) => role)).toEqual([
      'current',
    ]);
  });

  it.each(['<script>', '=cmd()', '__proto__', 'a b'])('takes a user called %s for what it is, a text', (user) => {
    const report = makeReport(new AnAccount(1, {}, () => user).live(0, 2).evidence(2));
    expect(report.managedKeys[0]?.user).toBe(user);
    expect(report.accessKeys[0]?.user).toBe(user);
    expect(report.summary).toMatchObject({ managedKeysOnTime: 1, changesMatched: 2, changesWithoutKeyturn: 0 });
  });

  it('can be made from nothing at all, and then says that it cannot tell', () => {
    const nothing = { record: undefined, trail: undefined, credentialReport: undefined, entries: undefined };
    const report = makeReport(
      new AnAccount(0).evidence(2, 0, { ...nothing, secrets: undefined, listedKeys: undefined }),
    );
    expect(reportSchema.parse(report)).toEqual(report);
    expect(report.summary.verdict).toBe('cannot-tell');
    expect(report.limits).toHaveLength(6);
  });

  it('answers yes when all is well', () => {
    const report = makeReport(new AnAccount(2).live(0, 30).evidence(30));
    expect(report.summary.headline).toBe(
      'Compliant: 2 of 2 managed keys are on time, 4 changes are accounted for and every control that applies passes.',
    );
    expect(report.attention).toEqual([]);
  });
});

describe('a finding', () => {
  const found =
    (reason: string, outcome: 'failed' | 'held' | 'ok' = 'failed') =>
    (run: ARun) => {
      run.tell('finding', { key: 'key-0', user: 'ci-0', reason, outcome, message: 'It is so.' });
      return undefined;
    };
  const open = (account: AnAccount, until: number) =>
    makeReport(account.evidence(until, 0)).attention.filter(({ kind }) => kind === 'open-finding');

  it('is open until a later run of its function does not find it any more', () => {
    const account = new AnAccount(1).live(0, 2);
    account.run('rotate', day(2), found('two-keys'));
    account.run('rotate', day(3), found('two-keys'));
    account.run('sync', day(3, HOUR));
    const [item] = open(account, 4);
    expect(item).toMatchObject({ severity: 'medium', title: 'two-keys of key-0 is open', key: 'key-0' });
    expect(item?.detail).toContain(`Seen 2 times, from ${day(2).toISOString()} to ${day(3).toISOString()}`);
    account.run('rotate', day(4));
    expect(open(account, 5)).toEqual([]);
  });

  it('is not cleared by a run that died, or that was for one key', () => {
    const account = new AnAccount(1).live(0, 2);
    account.run('sync', day(2), found('token-rejected'));
    account.run('sync', day(2, HOUR), () => false);
    const asked = account.run('sync', day(2, 2 * HOUR));
    account.events.forEach((event, index) => {
      if (event.run === asked.run && event.event === 'run-started')
        account.events[index] = { ...event, reason: 'request' };
    });
    expect(open(account, 3)).toHaveLength(1);
  });

  it('that is a notice asks for nobody, and one that somebody wanted is of little weight', () => {
    const account = new AnAccount(1).live(0, 2);
    account.run('rotate', day(2), found('settling', 'ok'));
    expect(open(account, 3)).toEqual([]);
    account.run('rotate', day(2, HOUR), found('paused', 'held'));
    expect(open(account, 3)).toMatchObject([{ severity: 'low' }]);
  });
});
