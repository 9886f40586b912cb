import { describe, expect, it } from 'vitest';
import type { AcceptedException } from '../../../functions/core/config/audit-terms';
import { policyWith } from '../../../functions/core/config/policy';
import { HOUR } from '../../../functions/core/duration';
import { datedTag } from '../../../functions/core/key/dated-tag';
import { TAG } from '../../../functions/core/names';
import type { Evidence } from '../../../functions/report/evidence/evidence';
import { makeReport } from '../../../functions/report/judge/make-report';
import type { Report } from '../../../functions/report/judge/model';
import { day } from '../../core/web-shop';
import { AnAccount } from './account';

const report = (account: AnAccount, until: number, changes: Partial<Evidence> = {}) =>
  makeReport(account.evidence(until, Math.max(0, until - 89), changes));
const control = ({ controls }: Report, id: string) => controls.find((one) => one.id === id)?.verdict;
const result = ({ accessKeys }: Report, accessKeyId: string, id: string) =>
  accessKeys.find((line) => line.accessKeyId === accessKeyId)?.controls.find((one) => one.control === id);
const date = (days: number) => day(days).toISOString().slice(0, 10);

/** A run that does everything but make superseded keys Inactive. */
function withoutDeactivation(account: AnAccount, from: number, to: number): AnAccount {
  for (let today = from; today < to; today++) {
    for (const name of ['rotate', 'sync', 'deactivate', 'delete'] as const) account.run(name, day(today, HOUR));
  }
  return account;
}

describe('a healthy account of 30 keys on the default policy', () => {
  it('on day 95 says yes, with an exception for each overlap: how many, until when, under which policy', () => {
    const given = report(new AnAccount(30).live(0, 95), 95);

    expect(given.summary).toMatchObject({ verdict: 'compliant-with-exceptions', exceptionsInForce: 30 });
    expect(given.summary.headline).toBe(
      `Compliant, with 30 exceptions in force: 30 keys overlap with their successors until ${date(100)} at the latest ` +
        '(policy 90/100/110). 30 of 30 managed keys are on time, 60 changes are accounted for and every control passes, or ' +
        'is excepted for these keys alone.',
    );
    expect(given.attention).toEqual([]);
    expect(given.exceptions).toHaveLength(30);
    expect(given.exceptions[0]).toMatchObject({
      id: 'overlap-AKIA0000000000000001',
      kind: 'overlap',
      isInForce: true,
      key: 'key-0',
      accessKeyId: 'AKIA0000000000000001',
      policy: '90/100/110',
      controls: ['cis-1.13', 'cis-1.14'],
    });
    expect([control(given, 'cis-1.13'), control(given, 'cis-1.14')]).toEqual(['exception', 'exception']);
    expect(['pci-8.6.3', 'nist-ia-5', 'soc2-cc6.1', 'iso27001-5.17'].map((id) => control(given, id))).toEqual(
      Array(4).fill('pass'),
    );
  });

  it('says yes on every day of a year, without exceptions outside of the overlaps', () => {
    const account = new AnAccount(1);
    const answers = new Map<number, string>();
    for (let today = 0; today < 365; today += 1) {
      answers.set(today + 1, report(account.live(today, today + 1), today + 1).summary.verdict);
    }
    const excepted = [...answers].flatMap(([at, verdict]) => (verdict === 'compliant-with-exceptions' ? [at] : []));
    expect(new Set(answers.values())).toEqual(new Set(['compliant', 'compliant-with-exceptions']));
    expect(excepted.every((at) => at > 90 && (at - 1) % 90 < 10)).toBe(true);
    expect(excepted.length).toBeGreaterThan(30);
  });

  it('with one key behind its dates says no, with that key first, and 29 exceptions all the same', () => {
    const account = new AnAccount(30).live(0, 100);
    const kept = account.key(7);
    account.live(100, 102);
    // Somebody's trouble kept the function from it: it never became Inactive, and there is no trace that it did.
    const { accessKeyId } = kept;
    kept.status = 'Active';
    const events = account.events.filter(
      (event) => event.accessKeyId !== accessKeyId || !/deactivat/.test(event.event),
    );
    const writes = account.writes.filter(
      (write) => write.accessKeyId !== accessKeyId || write.action !== 'UpdateAccessKey',
    );
    account.events.splice(0, account.events.length, ...events);
    account.writes.splice(0, account.writes.length, ...writes);
    const given = report(account, 102);

    expect(given.summary.verdict).toBe('not-compliant');
    expect(given.attention.find(({ kind }) => kind === 'late-deactivation')).toMatchObject({
      key: 'key-7',
      accessKeyId,
      title: `key-7 is behind its dates: ${accessKeyId} is still Active`,
    });
    const [first] = given.attention.filter(({ kind }) => kind !== 'log-gap');
    expect(first).toMatchObject({ kind: 'late-deactivation', key: 'key-7' });
    expect(given.summary.headline).toMatch(/^Not compliant: 1 managed key is behind its dates \(key-7\)/);
    expect(result(given, accessKeyId, 'cis-1.14')).toMatchObject({ verdict: 'fail' });
    expect(result(given, accessKeyId, 'cis-1.13')?.why).toContain(`should have been made Inactive on ${date(100)}`);
  });
});

describe('within its dates', () => {
  it('a key that is held because it is in use is an exception with its end; beyond the hold it is none', () => {
    const account = new AnAccount(1).live(0, 95);
    const { accessKeyId } = account.key();
    const held = (until: number) => {
      account.tags.set('key-0', { [TAG.held]: datedTag(accessKeyId, day(100, HOUR)) });
      return report(account, until);
    };
    expect(held(108).exceptions).toMatchObject([{ kind: 'held', until: day(110, HOUR).toISOString(), key: 'key-0' }]);
    expect(held(108).attention.map(({ kind }) => kind)).not.toContain('late-deactivation');
    expect(held(108).summary.headline).not.toContain('behind its dates');
    expect(result(held(108), accessKeyId, 'pci-8.6.3')?.why).toContain('held because it is in use');
    expect(held(113).exceptions).toEqual([]);
    expect(held(113).attention.map(({ kind }) => kind)).toContain('late-deactivation');
  });

  it('a key that was adopted says when its own overlap ends, whatever its age', () => {
    const account = new AnAccount(1).live(0, 4);
    const adopted = account.make('ci-0', day(-300));
    adopted.lastUsed = day(3);
    const given = report(account, 4);
    const why = result(given, adopted.accessKeyId, 'cis-1.14')?.why ?? '';

    expect(why).toBe(
      `Active at 304 days. ${adopted.accessKeyId} overlaps with its successor until ${date(10)} (policy 90/100/110).`,
    );
    expect(given.summary).toMatchObject({ verdict: 'compliant-with-exceptions', exceptionsInForce: 1 });
    expect(result(report(withoutDeactivation(account, 4, 12), 12), adopted.accessKeyId, 'cis-1.14')?.verdict).toBe(
      'fail',
    );
  });

  it('a current key in its 92nd day is an exception for as long as the next run may take', () => {
    const account = new AnAccount(1).live(0, 80);
    const at = (hours: number) => makeReport({ ...account.evidence(91), gatheredAt: day(91, hours * HOUR) });
    expect(result(at(1), 'AKIA0000000000000001', 'cis-1.14')).toMatchObject({ verdict: 'exception' });
    expect(at(1).exceptions).toMatchObject([{ kind: 'due', accessKeyId: 'AKIA0000000000000001' }]);
    expect(result(at(3), 'AKIA0000000000000001', 'cis-1.14')).toMatchObject({ verdict: 'fail' });
    expect(at(3).summary.headline).toMatch(/^Not compliant: 1 managed key is overdue \(key-0\)/);
  });

  it('a delivery is an exception for two hours, and then somebody has to look', () => {
    const account = new AnAccount(1);
    account.run('rotate', day(0), (run) => {
      account.rotate(run, 0, 'first');
    });
    const at = (hours: number) => makeReport({ ...account.evidence(0, -1), gatheredAt: day(0, hours * HOUR) });
    expect(at(1).exceptions).toMatchObject([{ kind: 'delivery', key: 'key-0', controls: [] }]);
    expect(at(1).summary.headline).not.toContain('not delivered');
    expect(at(3).exceptions).toEqual([]);
    expect(at(3).attention[0]).toMatchObject({ kind: 'late-delivery', key: 'key-0' });
    expect(at(3).summary).toMatchObject({
      verdict: 'not-compliant',
      headline: expect.stringMatching(/^Not compliant: 1 managed key is not delivered \(key-0\)/),
    });
  });

  it('is counted from the change of the targets where those were changed', () => {
    const account = new AnAccount(1).live(0, 5);
    const entries = account.entries.map((entry) => ({ ...entry, targets: [...entry.targets, ...entry.targets] }));
    const at = (changed: Date) =>
      report(account, 5, { entries, entriesChangedAt: new Map([['key-0', changed]]) }).exceptions.map(
        ({ kind }) => kind,
      );
    expect(at(day(5, -HOUR))).toEqual(['delivery']);
    expect(at(day(5, -3 * HOUR))).toEqual([]);
  });
});

describe('no exception', () => {
  it('is a key that somebody made by hand beside the current one', () => {
    const account = new AnAccount(1).live(0, 2);
    const foreign = account.make('ci-0', day(1, 6 * HOUR));
    account.write({ action: 'CreateAccessKey', at: foreign.createdAt, user: 'ci-0', accessKeyId: foreign.accessKeyId });
    const given = report(account, 2);
    expect(given.exceptions).toEqual([]);
    expect(control(given, 'cis-1.13')).toBe('fail');
    expect(given.summary.verdict).toBe('not-compliant');
    expect(given.attention[0]).toMatchObject({ kind: 'without-keyturn', accessKeyId: foreign.accessKeyId });
  });

  it('is a key older than 90 days whose policy rotates later than that', () => {
    const policy = policyWith({ rotateAfter: 120, deactivateAfter: 130, deleteAfter: 140 });
    const given = report(new AnAccount(1, policy).live(0, 95), 95);
    expect(result(given, 'AKIA0000000000000001', 'cis-1.14')).toMatchObject({
      verdict: 'fail',
      why: 'Active at 94 days. Its policy rotates at 120 days, which is later than 90.',
    });
    expect(result(given, 'AKIA0000000000000001', 'nist-ia-5')?.verdict).toBe('pass');
    const overlapping = report(new AnAccount(1, policy).live(0, 125), 125);
    expect(result(overlapping, 'AKIA0000000000000001', 'cis-1.14')?.verdict).toBe('fail');
    expect(result(overlapping, 'AKIA0000000000000001', 'cis-1.13')?.verdict).toBe('exception');
  });

  it('is a pair of keys of a user that nobody manages', () => {
    const account = new AnAccount(1).live(0, 2);
    account.make('alice', day(0));
    account.make('alice', day(1));
    expect(control(report(account, 2), 'cis-1.13')).toBe('fail');
  });

  it('is a key from before Keyturn whose first rotation does not come', () => {
    const account = new AnAccount(1);
    const { accessKeyId } = account.make('ci-0', day(-300));
    const first = (until: number) => result(report(account, until), accessKeyId, 'cis-1.14');
    expect(first(1)).toMatchObject({ verdict: 'exception', exception: `first-rotation-${accessKeyId}` });
    expect(first(2)).toMatchObject({ verdict: 'fail' });
  });
});

describe('a first rotation that waits until the user’s own key is due', () => {
  it('is not overdue before', () => {
    const account = new AnAccount(1);
    account.entries.splice(0, 1, { ...account.entry(), firstRotation: 'when-due' });
    account.make('ci-0', day(-10));
    const state = (until: number) => report(account, until).managedKeys[0]?.state;
    expect(state(60)).toBe('not-rotated-yet');
    expect(state(82)).toBe('overdue');
  });
});

describe('an exception that somebody has accepted', () => {
  const ACCEPTED: AcceptedException = {
    user: 'alice',
    control: 'cis-1.14',
    approver: 'Grace Hopper, CISO',
    reason: 'Moves to roles by May.',
    approvedOn: date(100),
    until: date(120),
  };
  /** An account in which a person has one old key, of which CIS asks that it is rotated. */
  function withOldKey(at: number, ...exceptions: AcceptedException[]): Report {
    const account = new AnAccount(0);
    const key = account.make('alice', day(0));
    key.lastUsed = day(at, -HOUR);
    for (const name of ['rotate', 'sync', 'deactivate', 'delete'] as const) account.run(name, day(at, -HOUR));
    const frameworks = ['cis-7.0' as const];
    return report(account, at, { terms: { frameworks, exceptions, changedAt: day(99) } });
  }
  const alice = ({ accessKeys }: Report) => accessKeys[0]?.controls.find((one) => one.control === 'cis-1.14');

  it('takes the place of the failure, with who, why and until when', () => {
    const given = withOldKey(110, ACCEPTED);
    expect(alice(given)).toMatchObject({
      verdict: 'exception',
      exception: 'accepted-1',
      why: expect.stringContaining(`Accepted by Grace Hopper, CISO until ${date(120)}: Moves to roles by May.`),
    });
    expect(given.exceptions).toEqual([
      {
        id: 'accepted-1',
        kind: 'accepted',
        isInForce: true,
        until: `${date(121)}T00:00:00.000Z`,
        why: '1 access key needs it.',
        user: 'alice',
        controls: ['cis-1.14'],
        approver: 'Grace Hopper, CISO',
        reason: 'Moves to roles by May.',
        approvedOn: date(100),
      },
    ]);
    expect(given.termsChangedAt).toBe(day(99).toISOString());
  });

  it.each([
    ['on the day of the approval', 100, true],
    ['on its last day', 120, true],
    ['on the day after', 121, false],
    ['before it was approved', 99, false],
  ] as const)('counts or does not %s', (_, at, counts) => {
    expect(alice(withOldKey(at, ACCEPTED))?.verdict).toBe(counts ? 'exception' : 'fail');
    expect(withOldKey(at, ACCEPTED).exceptions).toMatchObject([{ isInForce: counts }]);
  });

  it('that is over is told as such', () => {
    expect(withOldKey(130, ACCEPTED).exceptions[0]?.why).toBe('It is over, and does not count any more.');
    expect(withOldKey(130, ACCEPTED).summary.exceptionsInForce).toBe(0);
  });

  it.each([
    ['another user', { user: 'bob' }],
    ['another control', { control: 'cis-1.12' as const }],
  ])('is about nothing else: %s', (_, changes) => {
    const given = withOldKey(110, { ...ACCEPTED, ...changes });
    expect(alice(given)?.verdict).toBe('fail');
    expect(given.exceptions).toMatchObject([{ isInForce: false, why: expect.stringContaining('Nothing needs it') }]);
  });

  it('of a managed key is by its ID, and does not hide that it is overdue', () => {
    const { user: _, ...rest } = ACCEPTED;
    const account = new AnAccount(1).live(0, 80);
    const exceptions = [{ ...rest, key: 'key-0', approvedOn: date(80) }];
    const given = report(account, 100, { terms: { frameworks: undefined, exceptions } });
    expect(result(given, 'AKIA0000000000000001', 'cis-1.14')?.verdict).toBe('exception');
    expect(result(given, 'AKIA0000000000000001', 'pci-8.6.3')?.verdict).toBe('fail');
    expect(given.summary.verdict).toBe('not-compliant');
  });
});

describe('the frameworks that are chosen', () => {
  const chosen = (...frameworks: NonNullable<NonNullable<Evidence['terms']>['frameworks']>) =>
    report(new AnAccount(1).live(0, 95), 95, { terms: { frameworks, exceptions: [] } });

  it('are the ones that keys are judged by, with the numbers of their version', () => {
    const given = chosen('cis-7.0', 'pci-dss-4.0.1');
    expect(given.controls.map(({ id, reference }) => [id, reference])).toEqual([
      ['cis-1.4', '2.4'],
      ['cis-1.12', '2.11'],
      ['cis-1.14', '2.12'],
      ['pci-8.2.6', '8.2.6'],
      ['pci-8.6.3', '8.6.3'],
    ]);
    expect(given.controls[0]).toMatchObject({ version: '7.0.0' });
    expect(given.accessKeys[0]?.controls).toHaveLength(5);
    expect(given.frameworks).toEqual(['cis-7.0', 'pci-dss-4.0.1']);
  });

  it('may be several versions of one', () => {
    expect(chosen('cis-3.0', 'cis-5.0').controls[0]).toMatchObject({
      version: '3.0.0, 5.0.0',
      reference: '3.0.0: 1.4, 5.0.0: 1.3',
    });
  });

  it('are all where nothing is said', () => {
    const given = report(new AnAccount(1).live(0, 2), 2);
    expect(given.controls).toHaveLength(9);
    expect(given).not.toHaveProperty('frameworks');
  });
});
