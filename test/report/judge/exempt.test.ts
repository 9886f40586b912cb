import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/core/duration';
import { pauseTag } from '../../../functions/core/key/pause';
import { TAG } from '../../../functions/core/names';
import type { Evidence } from '../../../functions/report/evidence/evidence';
import { makeReport } from '../../../functions/report/judge/make-report';
import type { Report } from '../../../functions/report/judge/model';
import { day } from '../../core/web-shop';
import { ACCOUNT, ARun } from './a-run';
import { AnAccount } from './account';

const CAROL = `arn:aws:sts::${ACCOUNT}:assumed-role/Admin/carol`;
const WHY = 'the vendor needs a month';

/** Days on which nothing is rotated, delivered or retired, though every run comes to its end. */
function stuck(account: AnAccount, from: number, to: number): AnAccount {
  for (let today = from; today < to; today++)
    for (const name of ['rotate', 'sync', 'deactivate', 'delete'] as const) account.run(name, day(today, HOUR));
  return account;
}

interface Accepted {
  readonly at: number;
  readonly until: number;
  readonly key?: string;
  readonly function?: string;
}

/** What the administrators' front tells, in a whole run of its own. */
function accept(
  account: AnAccount,
  { at, until, key = 'key-0', ...more }: Accepted,
  event = 'exception-accepted' as const,
) {
  const run = new ARun(account, 'administrator' as 'rotate', day(at, 6 * HOUR), `accepted-${at}`);
  run.tell('run-started', { reason: 'request' });
  const facts = { by: CAROL, why: WHY, until: day(until).toISOString(), approver: 'Dora, CISO' };
  run.tell(event, { key, user: 'ci-0', facts, ...more });
  run.tell('run-finished');
}

function end(account: AnAccount, at: number) {
  const run = new ARun(account, 'administrator' as 'rotate', day(at, 6 * HOUR), `ended-${at}`);
  run.tell('run-started', { reason: 'request' });
  run.tell('exception-ended', { key: 'key-0', user: 'ci-0', facts: { by: CAROL, why: 'released' } });
  run.tell('run-finished');
}

/** As the reader gathers it: sealed events apart. */
function report(account: AnAccount, until: number, changes: Partial<Evidence> = {}, since?: number): Report {
  const evidence = account.evidence(until, since ?? Math.max(0, until - 89), changes);
  const exemptions = account.events.filter(({ event }) => event.startsWith('exception-'));
  return makeReport({ ...evidence, record: evidence.record && { ...evidence.record, exemptions } });
}
const accepted = ({ exceptions }: Report) => exceptions.filter(({ event }) => event !== undefined);
const failing = ({ controls }: Report) => controls.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id);

describe('an overdue key with an accepted exception', () => {
  const overdue = () => stuck(new AnAccount(2).live(0, 90), 90, 100);

  it('is no violation, and not fine: an exception in force, with who, why and until when', () => {
    const account = overdue();
    expect(report(account, 100).summary.verdict).toBe('not-compliant');
    for (const key of ['key-0', 'key-1']) accept(account, { at: key === 'key-0' ? 95 : 96, until: 130, key });
    const given = report(account, 100);
    expect(given.summary.verdict, given.summary.headline).toBe('compliant-with-exceptions');
    expect(given.summary.headline).toContain(`2 are accepted until ${day(130).toISOString().slice(0, 10)}`);
    expect(given.summary.headline).toContain(`(by ${CAROL})`);
    expect(given.summary.headline).toContain('0 of 2 managed keys are on time');
    const [first] = accepted(given);
    expect(first).toMatchObject({
      ...{ kind: 'accepted', isInForce: true, key: 'key-0', until: day(130).toISOString(), approver: CAROL },
      ...{ saidApprover: 'Dora, CISO', reason: WHY, why: expect.stringContaining('is not fine') },
      controls: ['cis-1.14', 'pci-8.6.3', 'nist-ia-5', 'soc2-cc6.1', 'iso27001-5.17'],
    });
    expect(given.events.map(({ id }) => id)).toContain(first?.event);
    expect(given.attention.map(({ id, severity }) => `${id} ${severity}`)).toEqual([
      'overdue-key-1 low',
      'overdue-key-0 low',
    ]);
    expect(given.attention[1]).toMatchObject({ exception: first?.id, detail: expect.stringContaining('Accepted by') });
    expect(given.managedKeys[0]).toMatchObject({ state: 'overdue', exception: first?.id });
  });

  it('is a violation as before for the key that nobody has accepted', () => {
    const account = overdue();
    accept(account, { at: 95, until: 130 });
    const given = report(account, 100);
    expect(given.summary.headline).toContain('Not compliant: 1 managed key is overdue (key-1)');
    expect(failing(given)).toContain('cis-1.14');
  });

  it('is a violation again when the exception is over, which the report shows', () => {
    const account = stuck(new AnAccount(1).live(0, 90), 90, 131);
    accept(account, { at: 95, until: 130 });
    const given = report(account, 131);
    expect(given.summary.verdict).toBe('not-compliant');
    expect(accepted(given)).toMatchObject([{ isInForce: false, why: 'It is over, and does not count any more.' }]);
  });

  it('is a violation again when it was ended early, also by a report of a period before that', () => {
    const account = stuck(new AnAccount(1).live(0, 90), 90, 110);
    accept(account, { at: 95, until: 130 });
    end(account, 105);
    for (const changes of [{}, { until: day(100) }]) {
      const given = report(account, 110, changes, 20);
      expect(given.summary.verdict).toBe('not-compliant');
      expect(accepted(given)).toMatchObject([{ isInForce: false, why: expect.stringContaining('ended on') }]);
    }
  });

  it('reads an acceptance from before the period', () => {
    const account = stuck(new AnAccount(1).live(0, 90), 90, 130);
    accept(account, { at: 91, until: 300 });
    const given = report(account, 130, {}, 125);
    expect([given.summary.verdict, given.summary.exceptionsInForce]).toEqual(['compliant-with-exceptions', 1]);
  });
});

describe('nothing is excused by an acceptance', () => {
  it.each([
    ['of the front of operators', { at: 95, until: 130, function: 'operator' }],
    ['of rotate', { at: 95, until: 130, function: 'rotate' }],
    ['that lasts longer than 366 days', { at: 95, until: 95 + 367 }],
    ['of another key', { at: 95, until: 130, key: 'key-1' }],
  ] as const)('%s', (_what, forged) => {
    const account = stuck(new AnAccount(1).live(0, 90), 90, 100);
    accept(account, forged);
    const given = report(account, 100);
    expect(given.summary.verdict).toBe('not-compliant');
    expect(given.summary.headline).toContain('1 managed key is overdue');
  });

  it('that no seal proves: it is among the events, and not among what was accepted', () => {
    const account = stuck(new AnAccount(1).live(0, 90), 90, 100);
    accept(account, { at: 95, until: 130 });
    const given = makeReport(account.evidence(100));
    expect(given.summary.verdict).toBe('not-compliant');
    expect(given.limits.map(({ message }) => message).join()).toContain('none of them counts');
  });

  it('of a key that a person made by hand, or of a change that Keyturn did not make (K5)', () => {
    const account = new AnAccount(1).live(0, 50);
    const foreign = account.make('ci-0', day(50, HOUR));
    account.write({ action: 'CreateAccessKey', at: day(50, HOUR), user: 'ci-0', accessKeyId: foreign.accessKeyId });
    stuck(account, 50, 80);
    accept(account, { at: 60, until: 130 });
    const given = report(account, 80);
    expect(given.summary.headline).toContain('1 change was made without Keyturn');
    expect(failing(given)).toEqual(expect.arrayContaining(['cis-1.13', 'nist-ia-5']));
    expect(accepted(given)).toMatchObject([{ isInForce: false, why: expect.stringContaining('Nothing needs it') }]);
  });

  it('of a gap in the record', () => {
    const account = stuck(new AnAccount(1).live(0, 90), 90, 100);
    accept(account, { at: 95, until: 130 });
    const at = account.events.findIndex(({ event, key }) => event === 'key-proved' && key === 'key-0');
    account.events.splice(at, 1);
    const given = report(account, 100, {}, 0);
    expect(given.summary.verdict).toBe('cannot-tell');
    expect(given.summary.headline).toContain('gap');
  });
});

describe('what else is late by its age or its delivery', () => {
  it('a delivery', () => {
    const account = new AnAccount(1).live(0, 90);
    account.run('rotate', day(90), (run) => account.rotate(run, 0, 'due'));
    stuck(account, 90, 93);
    const before = report(account, 93);
    expect(before.summary.headline).toContain('1 managed key is not delivered');
    accept(account, { at: 92, until: 130 });
    const given = report(account, 93);
    expect(given.summary.verdict, given.summary.headline).toBe('compliant-with-exceptions');
    expect(given.attention).toMatchObject([{ kind: 'late-delivery', severity: 'low' }]);
  });

  it('a pause: the key is not known to be on time, and that is accepted', () => {
    const account = new AnAccount(1).live(0, 50);
    stuck(account, 50, 60);
    account.tags.set('key-0', { [TAG.paused]: pauseTag({ until: day(90), by: 'carol', why: 'freeze' }) });
    expect(report(account, 60).summary.verdict).toBe('cannot-tell');
    accept(account, { at: 51, until: 130 });
    const given = report(account, 60);
    expect(given.summary.verdict, given.summary.headline).toBe('compliant-with-exceptions');
    expect(accepted(given)).toMatchObject([{ isInForce: true, controls: [] }]);
  });

  it('a rotation that came late while the key was exempt all the time, also when the exception is over', () => {
    const late = (acceptedAt: number) => {
      const account = stuck(new AnAccount(1).live(0, 90), 90, 100);
      accept(account, { at: acceptedAt, until: 125 });
      account.live(100, 140);
      return report(account, 140);
    };
    const given = late(90);
    expect(given.summary.lateRotations).toBe(1);
    expect(given.summary.verdict, given.summary.headline).toBe('compliant-with-exceptions');
    expect(accepted(given)).toMatchObject([
      { isInForce: true, why: 'It is over; what was late until then is accepted.' },
    ]);
    expect(late(95).summary.headline).toContain('1 rotation came late');
  });

  it.each([
    ['in its overlap', 0],
    ['beyond it', 20],
  ])('a rotation that came late is not whitewashed afterwards, while the superseded key is %s', (_what, beyond) => {
    const account = stuck(new AnAccount(1).live(0, 90), 90, 95).live(95, 97);
    const now = 97 + beyond;
    stuck(account, 97, now);
    const period = ['pci-8.6.3', 'nist-ia-5', 'soc2-cc6.1', 'iso27001-5.17'];
    expect(failing(report(account, now))).toEqual(expect.arrayContaining(period));
    accept(account, { at: now - 1, until: 160 });
    const given = report(account, now);
    expect(given.summary.verdict).toBe('not-compliant');
    expect(failing(given)).toEqual(expect.arrayContaining(period));
  });
});

describe('the report says how far back it could read what was accepted', () => {
  it.each([
    ['a retention of less than a year', 60, true],
    ['a record that is older', -400, false],
  ])('with %s', (_what, beginsAt, isTold) => {
    const account = new AnAccount(1).live(0, 100);
    const evidence = account.evidence(100, 70);
    const record = evidence.record && { ...evidence.record, beginsAt: new Date(day(0).getTime() + beginsAt * DAY) };
    const told = makeReport({ ...evidence, record }).limits.map(({ message }) => message);
    expect(told.some((message) => message.includes('an exception may be accepted for a year'))).toBe(isTold);
  });
});
