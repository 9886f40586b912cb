import { describe, expect, it } from 'vitest';
import { HOUR, after as later } from '../../../functions/core/duration';
import type { Evidence, ListedKey } from '../../../functions/report/evidence/evidence';
import { foundEvents } from '../../../functions/report/judge/found-events';
import type { KeyEvent } from '../../../functions/report/judge/key-events';
import { makeReport } from '../../../functions/report/judge/make-report';
import { scopeOf } from '../../../functions/report/judge/scope';
import { day, handMade, keyOf, secretOf, versionOf } from '../../core/web-shop';
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

describe('what happened that nothing explains', () => {
  const evidence = new AnAccount(1).live(0, 2).evidence(2, 0);
  const [managed] = scopeOf(evidence).keys;
  const [a, b] = [keyOf('a', day(0)), keyOf('b', day(1))];
  const recorded = (what: KeyEvent['what'], { accessKeyId } = a, at = day(1)): KeyEvent => ({
    accessKeyId,
    at,
    what,
    event: 'event-1',
  });
  const listed = (status: ListedKey['status'], { accessKeyId, createdAt } = a): ListedKey => ({
    user: 'ci-0',
    accessKeyId,
    status,
    createdAt,
  });
  type Given = Partial<NonNullable<typeof managed>>;
  const found = (keyEvents: readonly KeyEvent[], more: Given = {}, changes: Partial<Evidence> = {}) =>
    foundEvents(
      { ...(managed ?? expect.fail('nothing is managed')), secret: undefined, events: [], listed: [], ...more },
      keyEvents,
      { ...evidence, ...changes },
    );
  const seen = (what: KeyEvent['what'], { accessKeyId } = a, isProved = true) => ({
    accessKeyId,
    at: day(2),
    what,
    isFound: true,
    by: isProved ? 'an unknown principal' : undefined,
  });

  it.each<[readonly KeyEvent['what'][], ListedKey['status'] | 'gone', KeyEvent['what'] | undefined]>([
    [['created'], 'Active', undefined],
    [['created'], 'Inactive', 'inactive'],
    [['created'], 'gone', 'deleted'],
    [['stored'], 'Active', undefined],
    [['stored'], 'Inactive', 'inactive'],
    [['created', 'inactive'], 'Inactive', undefined],
    [['created', 'inactive'], 'Active', 'active'],
    [['created', 'inactive'], 'gone', 'deleted'],
    [['created', 'inactive', 'active'], 'Active', undefined],
    [['created', 'inactive', 'active'], 'Inactive', 'inactive'],
    [['created', 'inactive', 'stored', 'delivered'], 'Inactive', undefined],
    [['delivered'], 'gone', 'deleted'],
    [['created', 'deleted'], 'gone', undefined],
    [['created', 'discarded'], 'gone', undefined],
  ])('to a key of which %j is known, and which is %s now: it was found %s', (whats, status, what) => {
    const keys = status === 'gone' ? [] : [listed('Active', b), listed(status)];
    expect(
      found(
        whats.map((each) => recorded(each)),
        { listed: keys },
      ),
    ).toEqual(what === undefined ? [] : [seen(what)]);
  });

  it('is nothing where IAM was not asked', () => {
    expect(found([recorded('created')], { listed: undefined })).toEqual([]);
  });

  it.each<[string, Parameters<typeof found>[1], Partial<Evidence>, readonly KeyEvent[]]>([
    ['the key is managed no more', { entry: undefined }, {}, [recorded('created')]],
    ['there is no record', {}, { record: undefined }, [recorded('created')]],
    ['the record was read long before', {}, { until: day(2, -HOUR - 1) }, [recorded('created')]],
    [
      'the record is younger than all that is known of the key',
      {},
      { record: evidence.record && { ...evidence.record, beginsAt: day(1, 1) } },
      [{ ...recorded('created'), event: undefined }, recorded('created', b)],
    ],
  ])('is held against nobody where %s', (_what, more, changes, keyEvents) => {
    expect(found(keyEvents, { listed: [listed('Active', b)], ...more }, changes)).toEqual([seen('deleted', a, false)]);
  });

  it.each<[string, Partial<Evidence>, ...KeyEvent[]]>([
    [
      'the record tells of it, and something else is older',
      {},
      { ...recorded('created', a, day(-1)), event: undefined },
      recorded('delivered'),
    ],
    [
      'the record tells of it, though that began later',
      { record: evidence.record && { ...evidence.record, beginsAt: day(1, 1) } },
      recorded('created'),
    ],
    ['the record was read an hour before', { until: day(2, -HOUR) }, recorded('created')],
    [
      'the key is as old as the record, which does not tell of it',
      { record: evidence.record && { ...evidence.record, beginsAt: day(1) } },
      { ...recorded('created'), event: undefined },
    ],
  ])('is held against somebody where %s', (_what, changes, ...keyEvents) => {
    expect(found(keyEvents, {}, changes)).toEqual([seen('deleted')]);
  });

  it.each([
    ['key-deletion-begun', [recorded('created')], []],
    ['key-deactivation-begun', [recorded('created')], [listed('Inactive')]],
    [
      'key-promotion-begun',
      [recorded('stored', a, day(0)), recorded('stored', b)],
      [listed('Active'), listed('Active', b)],
    ],
  ] as const)('is held against nobody where a run had said that it would: %s', (event, keyEvents, keys) => {
    const secret = secretOf([versionOf(a, 'AWSCURRENT')]);
    const [begun] = evidence.record?.events ?? [];
    const of = ({ accessKeyId } = a) => [{ ...(begun ?? expect.fail('no event')), event, accessKeyId }];
    const proved = (events: ReturnType<typeof of>) =>
      found(keyEvents, { listed: [...keys], secret, events }).map(({ by }) => by);
    expect(proved(of())).toEqual([undefined]);
    expect(proved(of(b))).toEqual(['an unknown principal']);
  });

  const stored = [recorded('stored', a, day(0)), recorded('stored', b)];
  const both = [listed('Active'), listed('Active', b)];
  it.each<[string, readonly KeyEvent[], Given['secret'], readonly object[]]>([
    ['the one that was stored last', stored, secretOf([versionOf(b, 'AWSCURRENT')]), []],
    ['one that was stored before', stored, secretOf([versionOf(a, 'AWSCURRENT')]), [seen('stored')]],
    ['one that somebody put there', stored, secretOf([{ versionId: handMade, labels: ['AWSCURRENT'] }]), []],
    ['nobody knows which', stored, undefined, []],
    ['one, though none was ever stored', [recorded('created')], secretOf([versionOf(a, 'AWSCURRENT')]), []],
  ])('to the secret, whose current key is %s', (_what, keyEvents, secret, expected) => {
    expect(found(keyEvents, { secret, listed: both })).toEqual(expected);
  });

  it('to the secret is held against nobody where the record does not know what was stored last', () => {
    const before = [recorded('stored', a, day(0)), { ...recorded('stored', b), event: undefined }];
    const record = evidence.record && { ...evidence.record, beginsAt: day(1, 1) };
    expect(found(before, { secret: secretOf([versionOf(a, 'AWSCURRENT')]), listed: both }, { record })).toEqual([
      seen('stored', a, false),
    ]);
  });
});
