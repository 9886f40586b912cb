import { describe, expect, it } from 'vitest';
import type {
  AccessKeyLine,
  Attention,
  Change,
  ControlVerdict,
  Exception,
  ManagedKeyHistory,
  Report,
} from '../../../functions/report/judge/model';
import { summaryOf, type Tables } from '../../../functions/report/judge/summary';
import { day } from '../../core/web-shop';

const NO_TABLES: Tables = {
  accessKeys: [],
  managedKeys: [],
  changes: [],
  controls: [],
  runs: [],
  events: [],
  attention: [],
  exceptions: [],
  limits: [],
  isDoubtful: false,
  trail: { from: day(0), to: day(400), writes: [] },
};
const summary = (tables: Partial<Tables> = {}) => summaryOf({ ...NO_TABLES, ...tables });

/** Rows that have what the summary looks at. */
const rows = <Row>(...given: Partial<Row>[]) => given as Row[];
const managed = (...given: Partial<ManagedKeyHistory>[]) =>
  rows(...given.map((row) => ({ isManagedNow: true, state: 'on-time', lateRotations: 0, holds: 0, ...row }) as const));
const items = (...given: Partial<Attention>[]) => rows<Attention>(...given);
const controls = (...given: Partial<ControlVerdict>[]) => rows<ControlVerdict>(...given);
const changes = (...given: Partial<Change>[]) => rows<Change>(...given);
const told = (event: string, more: object = {}) =>
  ({ event, outcome: 'ok', time: day(1).toISOString(), ...more }) as Report['events'][number];

describe('the numbers of a summary', () => {
  it('are counted in the tables', () => {
    const events = [
      ...['key-stored', 'key-stored', 'target-delivered', 'target-delivered', 'target-delivered', 'target-failed'],
      ...['key-deactivated', 'key-deactivated', 'key-deleted', 'finding', 'finding', 'finding', 'finding'],
    ].map((event) => told(event));
    const {
      verdict: _verdict,
      headline: _headline,
      ...numbers
    } = summary({
      accessKeys: rows<AccessKeyLine>(
        { role: 'current', status: 'Active', ageDays: 3.5 },
        { role: 'current', status: 'Active', ageDays: 7.5 },
        { role: 'current', status: 'Active' },
        { role: 'superseded', status: 'Inactive', ageDays: 90 },
        { role: 'gone', status: 'Deleted', ageDays: 100 },
      ),
      managedKeys: managed(
        { lateRotations: 2, holds: 3 },
        { state: 'overdue', lateRotations: 1, holds: 1 },
        { isManagedNow: false, state: 'not-managed' },
      ),
      changes: changes(
        { id: '1', result: 'without-keyturn', isManaged: true },
        { id: '2', result: 'without-keyturn', isManaged: false },
        { id: '3', result: 'without-keyturn', isManaged: false },
        { id: '4', result: 'without-trail', isManaged: true },
        { id: '5', result: 'matched', isManaged: true },
        { id: '6', result: 'matched', isManaged: true },
        { id: '7', result: 'begun-only', isManaged: true },
      ),
      runs: rows<Report['runs'][number]>(
        { runs: 10, changed: 1, incomplete: 2 },
        { runs: 5, changed: 2, incomplete: 1 },
      ),
      exceptions: rows<Exception>({ isInForce: true }, { isInForce: false }),
      events,
    });
    expect(numbers).toEqual({
      exceptionsInForce: 1,
      accessKeys: 4,
      activeAccessKeys: 3,
      managedKeys: 2,
      managedKeysOnTime: 1,
      rotations: 2,
      lateRotations: 3,
      deliveries: 3,
      failedDeliveries: 1,
      deactivations: 2,
      deletions: 1,
      holds: 4,
      findings: 4,
      changesWithoutKeyturn: 1,
      changesOfUnmanagedUsers: 2,
      eventsWithoutTrail: 1,
      changesMatched: 2,
      runs: 15,
      runsWithoutChange: 12,
      runsIncomplete: 3,
      oldestCurrentKeyDays: 7.5,
    });
  });

  it('have no oldest key where the age of no current one is known', () => {
    expect(summary({ accessKeys: rows<AccessKeyLine>({ role: 'superseded', ageDays: 90 }) })).not.toHaveProperty(
      'oldestCurrentKeyDays',
    );
  });
});

describe('no', () => {
  const late = (...keys: string[]) => keys.map((key) => ({ key, lateRotations: 1 }));
  it.each<[Partial<Tables>, string]>([
    [
      { changes: changes({ id: '1', result: 'without-keyturn', isManaged: true }) },
      '1 change was made without Keyturn',
    ],
    [
      { changes: changes(...['1', '2'].map((id) => ({ id, result: 'without-keyturn' as const, isManaged: true }))) },
      '2 changes were made without Keyturn',
    ],
    [{ attention: items({ kind: 'without-keyturn', id: 'found-1' }) }, '1 change was found that nobody told of'],
    [
      { attention: items({ kind: 'without-keyturn', id: 'found-1' }, { kind: 'without-keyturn', id: 'found-2' }) },
      '2 changes were found that nobody told of',
    ],
    [{ managedKeys: managed({ key: 'a', state: 'overdue' }) }, '1 managed key is overdue (a)'],
    [
      { managedKeys: managed({ key: 'a', state: 'overdue' }, { key: 'b' }, { key: 'c', state: 'overdue' }) },
      '2 managed keys are overdue (a and c)',
    ],
    [{ attention: items({ kind: 'late-deactivation', key: 'a' }) }, '1 managed key is behind its dates (a)'],
    [
      { attention: items(...['a', 'b', 'c'].map((key) => ({ kind: 'late-deactivation' as const, key }))) },
      '3 managed keys are behind their dates (a, b and c)',
    ],
    [{ attention: items({ kind: 'late-delivery', key: 'a' }) }, '1 managed key is not delivered (a)'],
    [
      { attention: items(...['a', 'b', 'c', 'd', 'e'].map((key) => ({ kind: 'late-delivery' as const, key }))) },
      '5 managed keys are not delivered (a, b, c and 2 more)',
    ],
    [{ managedKeys: managed(...late('a'), { key: 'b' }) }, '1 rotation came late (a)'],
    [{ managedKeys: managed(...late('a', 'b', 'c', 'd')) }, '4 rotations came late (a, b, c and 1 more)'],
    [{ controls: controls({ id: 'cis-1.14', verdict: 'fail' }) }, '1 control fails (cis-1.14)'],
    [
      { controls: controls({ id: 'cis-1.4', verdict: 'fail' }, { id: 'cis-1.14', verdict: 'fail' }) },
      '2 controls fail (cis-1.4 and cis-1.14)',
    ],
  ])('is said with what is against the rules: %#', (tables, violation) => {
    expect(summary(tables)).toMatchObject({ verdict: 'not-compliant', headline: `Not compliant: ${violation}.` });
  });

  it('is said with all of it, whatever is doubtful beside', () => {
    const tables: Partial<Tables> = {
      managedKeys: managed({ key: 'a', state: 'overdue' }),
      controls: controls({ id: 'cis-1.14', verdict: 'fail' }),
      changes: changes({ id: '1', result: 'without-keyturn', isManaged: true }),
      isDoubtful: true,
      exceptions: rows<Exception>({ isInForce: true }),
    };
    expect(summary(tables)).toMatchObject({
      verdict: 'not-compliant',
      headline:
        'Not compliant: 1 change was made without Keyturn, 1 managed key is overdue (a) and 1 control fails (cis-1.14).',
    });
  });

  it.each<[string, Partial<Tables>]>([
    [
      'a change that is in the table of changes already',
      {
        changes: changes({ id: '1', result: 'without-keyturn', isManaged: false }),
        attention: items({ kind: 'without-keyturn', id: '1' }),
      },
    ],
    ['late items without a key', { attention: items({ kind: 'late-deactivation' }, { kind: 'late-delivery' }) }],
    ['controls that pass', { controls: controls({ id: 'cis-1.4', verdict: 'pass' }, { verdict: 'not-applicable' }) }],
  ])('is not said because of %s', (_what, tables) => {
    expect(summary(tables).verdict).toBe('compliant');
  });
});

describe('nobody can tell', () => {
  const states = (state: ManagedKeyHistory['state'], count: number) =>
    managed(...Array.from({ length: count }, () => ({ state })));
  const kinds = (kind: Attention['kind'], count: number) =>
    items(...Array.from({ length: count }, () => ({ kind, severity: 'high' as const })));
  const limit = { source: 'clock', message: 'A clock is wrong.', isDecisive: true } as const;

  it.each<[Partial<Tables>, string]>([
    [{ changes: changes({ result: 'without-trail', isManaged: true }) }, '1 event is not in CloudTrail'],
    [
      { changes: changes(...Array(2).fill({ result: 'without-trail', isManaged: true })) },
      '2 events are not in CloudTrail',
    ],
    [{ isDoubtful: true }, "changes have another principal than Keyturn's"],
    [{ attention: kinds('log-gap', 1) }, '1 gap is in the record'],
    [{ attention: kinds('log-gap', 2) }, '2 gaps are in the record'],
    [{ attention: kinds('tampering', 1) }, '1 sign of tampering was found'],
    [{ attention: kinds('tampering', 2) }, '2 signs of tampering were found'],
    [{ trail: undefined }, 'nothing could be reconciled with CloudTrail'],
    [{ managedKeys: states('unknown', 1) }, '1 managed key is not known to be on time'],
    [{ managedKeys: states('unknown', 2) }, '2 managed keys are not known to be on time'],
    [{ managedKeys: states('not-rotated-yet', 1) }, '1 managed key is not rotated yet'],
    [{ managedKeys: states('not-rotated-yet', 2) }, '2 managed keys are not rotated yet'],
    [{ managedKeys: states('paused', 1) }, '1 managed key is paused'],
    [{ managedKeys: states('paused', 2) }, '2 managed keys are paused'],
    [{ managedKeys: states('observed', 1) }, '1 managed key is only observed'],
    [{ managedKeys: states('observed', 2) }, '2 managed keys are only observed'],
    [{ attention: items({ kind: 'open-finding', severity: 'medium' }) }, '1 finding is open'],
    [{ attention: kinds('open-finding', 2) }, '2 findings are open'],
    [{ controls: controls({ verdict: 'unknown' }) }, '1 control cannot be judged'],
    [{ controls: controls({ verdict: 'unknown' }, { verdict: 'unknown' }) }, '2 controls cannot be judged'],
    [{ limits: [limit] }, '1 limit of the evidence is listed'],
    [{ limits: [limit, limit] }, '2 limits of the evidence are listed'],
    [
      { isDoubtful: true, managedKeys: states('paused', 1), trail: undefined },
      "changes have another principal than Keyturn's, nothing could be reconciled with CloudTrail and 1 managed key is paused",
    ],
  ])('is said with what would have to be known: %#', (tables, doubt) => {
    expect(summary(tables)).toMatchObject({
      verdict: 'cannot-tell',
      headline: `Cannot tell: nothing was found against the rules, but ${doubt}.`,
    });
  });

  it.each<[string, Partial<Tables>]>([
    ['a finding of little weight', { attention: items({ kind: 'open-finding', severity: 'low' }) }],
    ['a run without an end', { attention: items({ kind: 'incomplete-run', severity: 'medium' }) }],
    ['a limit that decides nothing', { limits: [{ ...limit, isDecisive: false }] }],
    ['a key that is being delivered', { managedKeys: states('undelivered', 1) }],
  ])('is not said because of %s', (_what, tables) => {
    expect(summary(tables).verdict).toBe('compliant');
  });
});

describe('yes', () => {
  const passes = 'every control that applies passes';
  const matchedChanges = (count: number) =>
    changes(...Array.from({ length: count }, () => ({ result: 'matched' as const, isManaged: true })));
  const old = (more: object) => told('key-created', { accessKeyId: 'A', time: day(-1).toISOString(), ...more });
  const caveat = {
    source: 'cloudtrail',
    message: 'x',
    isDecisive: false,
    caveat: 'Changes before are out of reach.',
  } as const;

  it.each<[string, Partial<Tables>, string]>([
    ['nothing', {}, `Keyturn manages no key, 0 changes are accounted for and ${passes}.`],
    [
      'one of one',
      { managedKeys: managed({}), changes: matchedChanges(1) },
      `1 of 1 managed key is on time, 1 change is accounted for and ${passes}.`,
    ],
    [
      'one of two',
      { managedKeys: managed({}, { state: 'undelivered' }), changes: matchedChanges(2) },
      `1 of 2 managed keys is on time, 2 changes are accounted for and ${passes}.`,
    ],
    [
      'two of two',
      { managedKeys: managed({}, {}) },
      `2 of 2 managed keys are on time, 0 changes are accounted for and ${passes}.`,
    ],
    [
      "what CloudTrail's reach ends before",
      { limits: [caveat], events: [old({})] },
      "Keyturn manages no key, 0 changes of CloudTrail's last 90 days are accounted for, 1 older one is known from the " +
        `record alone and ${passes}. Changes before are out of reach.`,
    ],
    [
      'two that are older, beside what is no change, and what CloudTrail could be asked for',
      { events: [old({}), old({ accessKeyId: 'B' }), old({ outcome: 'failed' }), old({ time: day(0).toISOString() })] },
      `Keyturn manages no key, 0 changes are accounted for, 2 older ones are known from the record alone and ${passes}.`,
    ],
    [
      'a limit that says nothing of it',
      { limits: [{ source: 'clock', message: 'x', isDecisive: false }] },
      `Keyturn manages no key, 0 changes are accounted for and ${passes}.`,
    ],
  ])('says how much it rests on: %s', (_what, tables, says) => {
    expect(summary(tables)).toMatchObject({ verdict: 'compliant', headline: `Compliant: ${says}` });
  });

  it.each([
    [1, '1 exception', '1 key overlaps with its successor until 2026-04-11 at the latest (policy 90/100/110)'],
    [2, '2 exceptions', '2 keys overlap with their successors until 2026-04-11 at the latest (policy 90/100/110)'],
  ])('with %i exceptions says what is excepted', (count, exceptions, what) => {
    const excepted = { isInForce: true, kind: 'overlap', until: day(100).toISOString(), policy: '90/100/110' } as const;
    const given = Array.from({ length: count }, () => excepted);
    expect(summary({ exceptions: rows<Exception>(...given, { ...excepted, isInForce: false }) })).toMatchObject({
      verdict: 'compliant-with-exceptions',
      headline:
        `Compliant, with ${exceptions} in force: ${what}. Keyturn manages no key, 0 changes are accounted for and every ` +
        'control passes, or is excepted for these keys alone.',
    });
  });
});
