import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import { TAG } from '../../../functions/core/names';
import { makeReport } from '../../../functions/report/judge/make-report';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

const SAFE = { rotateAfter: 75, deactivateAfter: 85, deleteAfter: 95 };

/** Runs that look at a key and change nothing. */
function idle(account: AnAccount, days: number): AnAccount {
  for (let today = 0; today < days; today++) {
    for (const name of ['rotate', 'sync', 'deactivate', 'delete'] as const) account.run(name, day(today, HOUR));
  }
  return account;
}

describe('the answer', () => {
  it('is no yes for a key that was never rotated', () => {
    const report = makeReport(idle(new AnAccount(1), 60).evidence(60));
    expect(report.summary.verdict).toBe('not-compliant');
    expect(report.summary.headline).toContain('1 managed key is overdue');
    expect(report.attention.find(({ id }) => id === 'overdue-key-0')?.detail).toContain('holds no key of ci-0 yet');
  });

  it('is a doubt as long as the first run may still come', () => {
    const { summary } = makeReport(new AnAccount(1).evidence(1));
    expect(summary.verdict).toBe('cannot-tell');
    expect(summary.headline).toContain('1 managed key is not rotated yet');
  });

  it('is a doubt while a key is paused', () => {
    const account = new AnAccount(1).live(0, 5);
    account.tags.set('key-0', { [TAG.paused]: `${day(30).toISOString()} alice migration` });
    const { summary } = makeReport(account.evidence(5));
    expect(summary).toMatchObject({
      verdict: 'cannot-tell',
      headline: expect.stringContaining('1 managed key is paused'),
    });
  });

  it.each([
    ['failed', 'step-failed', 'cannot-tell'],
    ['held', 'in-use', 'compliant'],
  ] as const)('weighs an open finding that is %s: %s', (outcome, reason, verdict) => {
    const account = new AnAccount(1).live(0, 5);
    account.run('rotate', day(4, 2 * HOUR), (run) =>
      run.tell('finding', { key: 'key-0', user: 'ci-0', reason, outcome, message: 'It is so.' }),
    );
    const { summary } = makeReport(account.evidence(5));
    expect(summary.verdict).toBe(verdict);
    expect(summary.headline.includes('1 finding is open')).toBe(verdict === 'cannot-tell');
  });

  it('says so when no key is managed', () => {
    expect(makeReport(idle(new AnAccount(0), 5).evidence(5)).summary.headline).toBe(
      'Compliant: Keyturn manages no key, 0 changes are accounted for and every control that applies passes.',
    );
  });

  it('says how much of the period was reconciled', () => {
    const account = new AnAccount(1, SAFE).live(0, 100);
    expect(makeReport(account.evidence(100, 0)).summary.headline).toBe(
      "Compliant: 1 of 1 managed key is on time, 4 changes of CloudTrail's last 90 days are accounted for, " +
        '2 older ones are known from the record alone and every control that applies passes. ' +
        `Changes before ${day(10).toISOString().slice(0, 10)} are out of CloudTrail's reach.`,
    );
  });
});

describe('late rotations', () => {
  it('are counted with the key, of the period only', () => {
    const account = new AnAccount(1).live(0, 89).live(95, 130);
    const late = (since: number) => makeReport(account.evidence(130, since));
    expect(late(60).managedKeys[0]?.lateRotations).toBe(1);
    expect(late(60).summary.lateRotations).toBe(1);
    expect(late(120).managedKeys[0]).toMatchObject({ lateRotations: 0, lives: [{ lateDays: 5 }, {}] });
    expect(late(120).summary.lateRotations).toBe(0);
  });
});

describe('a managed user whose keys could not be listed', () => {
  it('does not look as if it had none', () => {
    const evidence = new AnAccount(1).evidence(1);
    const unlisted = { ...evidence, credentialReport: undefined, listedKeys: [], usersNotListed: ['ci-0'] };
    const { limits, summary } = makeReport(unlisted);
    expect(limits.map(({ message }) => message)).toContain(
      'IAM did not list the access keys of the managed user ci-0: which it has is not known.',
    );
    expect(summary.verdict).toBe('cannot-tell');
  });

  it('keeps the keys that are known otherwise', () => {
    const evidence = new AnAccount(1).live(0, 3).evidence(3);
    for (const credentialReport of [evidence.credentialReport, undefined]) {
      const unlisted = { ...evidence, credentialReport, listedKeys: [], usersNotListed: ['ci-0'] };
      const { accessKeys, summary } = makeReport(unlisted);
      expect(accessKeys).toMatchObject([{ accessKeyId: 'AKIA0000000000000001', role: 'current', status: 'Active' }]);
      expect(summary.verdict).toBe('cannot-tell');
    }
  });
});
