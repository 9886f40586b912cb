import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../functions/core/duration';
import { deliverToSchema, type TargetConfig, targetName, targetOf } from '../../../functions/core/hosts/target';
import {
  type Attempt,
  cannotBeOpen,
  isHeldUp,
  openBreakers,
  stuckKeys,
  undelivered,
} from '../../../functions/core/lifecycle/breaker';
import type { Managed } from '../../../functions/core/lifecycle/managed';
import { oldest } from '../../../functions/core/lifecycle/overdue';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, entryOf, handMade, keyOf, production, secretOf, staging, versionOf } from '../web-shop';

const now = day(90, 2 * HOUR);

/** A managed key whose current one was created then. */
function managed(id: string, createdAt: Date, ...labels: string[]): Managed {
  return { entry: entryOf({ id }), secret: secretOf([versionOf(keyOf(id, createdAt), 'AWSCURRENT', ...labels)]) };
}
const stuck = (id: string, hours = 1.5) => managed(id, day(90, (2 - hours) * HOUR));
const delivered = managed('fine', day(10), DELIVERED);
const paused: Managed = {
  ...stuck('paused', 50),
  secret: { ...stuck('paused', 50).secret, tags: { [TAG.paused]: '2027-01-01T00:00:00Z alice' } },
};
const edited: Managed = { entry: entryOf(), secret: secretOf([{ versionId: handMade, labels: ['AWSCURRENT'] }]) };
const unlabelled: Managed = { entry: entryOf(), secret: secretOf([versionOf(keyOf('old', day(1)), 'AWSPREVIOUS')]) };
const empty: Managed = { entry: entryOf(), secret: secretOf([]) };

describe('what waits for delivery', () => {
  it('is every current key that is not marked for today, oldest first', () => {
    const other = managed('other', day(89), 'DELIVERED-0000000000000001');
    expect(
      undelivered([stuck('b', 1), delivered, other, stuck('c', 0), edited, unlabelled, empty, paused], now),
    ).toEqual([
      { id: 'other', accessKeyId: 'AKIA00000000000OTHER', since: day(89) },
      { id: 'b', accessKeyId: 'AKIA000000000000000B', since: day(90, HOUR) },
      { id: 'c', accessKeyId: 'AKIA000000000000000C', since: now },
    ]);
  });
});

describe('what is stuck', () => {
  const moved = (user: string): Managed => ({
    ...stuck('a'),
    secret: { ...stuck('a').secret, tags: { [TAG.user]: user } },
  });

  it('is no key of a user before, which nobody tries to deliver', () => {
    expect(stuckKeys([moved(entryOf().user)], now)).toHaveLength(1);
    expect(stuckKeys([moved('deploy')], now)).toEqual([]);
  });

  it('opens nothing where it is fewer than three', () => {
    const [a, b, c] = stuckKeys([stuck('a'), stuck('b'), stuck('c')], now);
    if (a === undefined || b === undefined || c === undefined) throw new Error('three are stuck');
    expect([[], [a, b], [a, b, c]].map(cannotBeOpen)).toEqual([true, true, false]);
  });
});

describe('the time since which a key waits', () => {
  const since = (given: Managed) => undelivered([given], now)[0]?.since;
  const other = 'DELIVERED-0000000000000001';

  it.each<[string, Managed, Date]>([
    [
      'is the change of its targets, where it was delivered before',
      { ...managed('a', day(5), other), changedAt: day(89) },
      day(89),
    ],
    [
      'is its creation, where its entry was written before',
      { ...managed('a', day(89), other), changedAt: day(5) },
      day(89),
    ],
    ['is its creation, where it never was delivered', { ...managed('a', day(5)), changedAt: day(89) }, day(5)],
    ['is its creation, where nobody knows when its entry was written', managed('a', day(5), other), day(5)],
  ])('%s', (_what, given, expected) => {
    expect(since(given)).toEqual(expected);
  });

  it('begins anew for all keys when their targets change, and opens no breaker by that', () => {
    const changed = (minutes: number) =>
      ['a', 'b', 'c', 'd'].map((id) => ({
        ...managed(id, day(5), other),
        changedAt: day(90, (120 - minutes) * MINUTE),
      }));
    expect(stuckKeys(changed(60), now)).toEqual([]);
    expect(stuckKeys(changed(61), now)).toHaveLength(4);
  });
});

/** Another connection, and targets there. */
const globex = { host: 'bitbucket', url: 'https://globex.example/2.0', secret: 'keyturn/connections/globex' };
const acme = entryOf().connections.acme as typeof globex;
const atGlobex = { ...production, connection: 'globex' };

/** The same key with its targets somewhere else. */
function elsewhere(given: Managed, ...targets: TargetConfig[]): Managed {
  return { ...given, entry: { ...given.entry, targets, connections: { acme, globex } } };
}

/** What the record says of a key's last attempt. */
function attempt(id: string, error?: string, more: Partial<Attempt> = {}): Attempt {
  return { key: id, accessKeyId: keyOf(id, now).accessKeyId, target: targetName(production), error, ...more };
}

function open(all: readonly Managed[], attempts: readonly Attempt[] = []) {
  const breakers = openBreakers(all, stuckKeys(all, now), attempts);
  return breakers.map(({ connection, stuck }) => [connection?.name, stuck.map(({ id }) => id)]);
}

describe('a breaker', () => {
  it.each<[string, Managed[], string[] | undefined]>([
    ['nothing waits', [delivered, empty, edited], undefined],
    ['two are stuck', [stuck('a'), stuck('b'), delivered], undefined],
    ['three are stuck', [stuck('a'), stuck('b'), delivered, stuck('c')], ['a', 'b', 'c']],
    ['the third is stuck for an hour and no more', [stuck('a'), stuck('b'), stuck('c', 1)], undefined],
    ['the third is paused', [stuck('a'), stuck('b'), paused], undefined],
    ['four are stuck', [stuck('a', 3), stuck('b', 5), stuck('c'), stuck('d', 4)], ['b', 'd', 'a', 'c']],
  ])('where %s and nobody knows why', (_what, all, ids) => {
    expect(open(all)).toEqual(ids === undefined ? [] : [['acme', ids]]);
    if (ids === undefined) expect(cannotBeOpen(stuckKeys(all, now))).toBe(true);
  });

  const [a, b, c] = ['a', 'b', 'c'].map((id) => stuck(id)) as [Managed, Managed, Managed];

  it.each(['host-down', 'rate-limited', 'token-rejected', 'host-answer-invalid'])(
    'is opened by %s: all keys of the connection have it',
    (error) => {
      expect(open([a, b, c], [attempt('a', error), attempt('b', error), attempt('c', error)])).toHaveLength(1);
    },
  );

  it.each([
    'environment-not-found',
    'repository-not-found',
    'workspace-not-found',
    'host-rejected',
    'scope-missing',
    'read-back-differs',
    'invalid-connection',
    'unexpected',
  ])('is not opened by %s: that is the trouble of each key by itself (K8, K11)', (error) => {
    expect(open([a, b, c], [attempt('a', 'host-down'), attempt('b', 'host-down'), attempt('c', error)])).toEqual([]);
  });

  it('is not opened by what is down for one place only, by a key that does not prove itself, or by one that has arrived', () => {
    const down = [attempt('a', 'host-down'), attempt('b', 'host-down')];
    for (const last of [
      attempt('c', 'host-down', { ofPlace: true }),
      attempt('c', 'proof-failed', { target: undefined }),
      attempt('c'),
    ]) {
      expect(open([a, b, c], [...down, last])).toEqual([]);
    }
  });

  it('goes by the last attempt, and by those of the current key', () => {
    const down = [attempt('a', 'host-down'), attempt('b', 'host-down')];
    expect(open([a, b, c], [...down, attempt('c', 'host-rejected'), attempt('c', 'host-down')])).toHaveLength(1);
    expect(open([a, b, c], [...down, attempt('c', 'host-down'), attempt('c', 'host-rejected')])).toEqual([]);
    const before = attempt('c', 'host-rejected', { accessKeyId: 'AKIA00000000000BEFORE' });
    expect(open([a, b, c], [...down, before])).toHaveLength(1);
    const elsewhere = attempt('c', 'host-rejected', { key: 'd' });
    expect(open([a, b, c], [...down, elsewhere])).toHaveLength(1);
  });

  it('is of one connection, and holds up the keys that need it (K11)', () => {
    const all = [...['a', 'b', 'c'].map((id) => elsewhere(stuck(id), atGlobex)), stuck('d')];
    const breakers = openBreakers(all, stuckKeys(all, now), []);
    expect(breakers).toMatchObject([
      { connection: { name: 'globex', secret: globex.secret }, host: globex.url, stuck: [{}, {}, {}] },
    ]);
    const isStopped = (...targets: TargetConfig[]) => isHeldUp(elsewhere(delivered, ...targets).entry, breakers);
    expect([isStopped(production), isStopped(atGlobex), isStopped(production, atGlobex)]).toEqual([false, true, true]);
    const [breaker] = breakers;
    const others = [...breakers, { ...(breaker ?? expect.fail('no breaker')), system: 'another' }];
    expect(isHeldUp(elsewhere(delivered, atGlobex).entry, others)).toBe(true);
    expect(isHeldUp(delivered.entry, [])).toBe(false);
  });

  it('is opened by a key of several connections only where it has failed', () => {
    const both = ['a', 'b', 'c'].map((id) => elsewhere(stuck(id), { ...staging }, atGlobex));
    const failures = ['a', 'b', 'c'].flatMap((id) => [
      attempt(id, undefined, { target: targetName(staging) }),
      attempt(id, 'host-down', { target: targetName(atGlobex) }),
    ]);
    expect(open(both, failures)).toEqual([['globex', ['a', 'b', 'c']]]);
    expect(open(both)).toEqual([
      ['acme', ['a', 'b', 'c']],
      ['globex', ['a', 'b', 'c']],
    ]);
  });

  it('is of a function too, which takes no token', () => {
    const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:deliver';
    const target = targetOf(deliverToSchema.parse({ function: arn }));
    const all = ['a', 'b', 'c'].map((id) => elsewhere(stuck(id), target));
    const [breaker, ...more] = openBreakers(all, stuckKeys(all, now), []);
    expect(breaker).toMatchObject({ host: arn, system: arn });
    expect(breaker).not.toHaveProperty('connection');
    expect(more).toEqual([]);
  });
});

describe('the oldest keys of a summary', () => {
  it('are the oldest current key in days and the oldest undelivered version in hours, to a tenth', () => {
    expect(oldest([stuck('a', 1.26), managed('b', day(5), DELIVERED), { ...empty, changedAt: now }], now)).toEqual({
      oldestCurrentKeyDays: 85.1,
      mostOverdueDays: 0,
      oldestUndeliveredHours: 1.3,
    });
  });

  it('count the current key, and not the older one that it superseded', () => {
    const versions = [versionOf(keyOf('old', day(1)), 'AWSPREVIOUS'), versionOf(keyOf('new', day(89)), 'AWSCURRENT')];
    expect(oldest([{ entry: entryOf(), secret: secretOf(versions) }], now)).toEqual({
      oldestCurrentKeyDays: 1.1,
      mostOverdueDays: 0,
      oldestUndeliveredHours: 26,
    });
  });

  it('count a paused key as current, and not as waiting', () => {
    expect(oldest([paused], now)).toEqual({ oldestCurrentKeyDays: 2.1, mostOverdueDays: 0, oldestUndeliveredHours: 0 });
  });

  const never = (overrides: Partial<Managed> = {}): Managed => ({ ...empty, ...overrides });

  it.each<[string, Managed, number]>([
    ['since its entry was written', never({ changedAt: day(80) }), 10.1],
    ['since its secret was made, where that is all that is known', never(), 90.1],
    ['never, where it waits for its turn', never({ entry: entryOf({ firstRotation: 'when-due' }) }), 0],
    [
      'not while it is paused',
      never({ secret: { ...secretOf([]), tags: { [TAG.paused]: '2027-01-01T00:00:00Z alice' } } }),
      0,
    ],
    [
      'since its pause ended',
      never({
        changedAt: day(70),
        secret: { ...secretOf([]), tags: { [TAG.paused]: `${day(85).toISOString()} alice` } },
      }),
      5.1,
    ],
    ['by its last stored key, where the secret was edited', { ...unlabelled, changedAt: day(1) }, 0],
  ])('are overdue for a first rotation %s', (_what, given, days) => {
    expect(oldest([given], now)).toMatchObject({ oldestCurrentKeyDays: 0, mostOverdueDays: days });
  });

  it.each([
    ['at its turn', 6, 0],
    ['a day after it', 7, 1],
  ])('are overdue for a first rotation only after the days that all of them take: %s', (_what, since, days) => {
    const all = Array.from({ length: 14 }, () => never({ changedAt: day(90 - since) }));
    expect(oldest(all, day(90), 2)).toMatchObject({ mostOverdueDays: days });
    expect(oldest(all, day(90), 14)).toMatchObject({ mostOverdueDays: since });
  });

  it('are overdue for a key that is taken over since its entry was written', () => {
    const takesOver = { secret: 'keyturn/before', pauses: false, isRecorded: true };
    const versions = [versionOf(keyOf('old', day(-300)), 'AWSCURRENT')];
    const given = never({ changedAt: day(88), secret: { ...secretOf(versions), takesOver } });
    expect(oldest([given], day(90))).toMatchObject({ mostOverdueDays: 2 });
  });

  it.each([
    ['nothing', []],
    ['nothing yet', [{ ...empty, changedAt: now }, { ...edited, changedAt: now }, unlabelled]],
    ['a clock that is behind', [managed('a', day(91), DELIVERED)]],
  ])('are zero for %s', (_what, all) => {
    expect(oldest(all, now)).toEqual({ oldestCurrentKeyDays: 0, mostOverdueDays: 0, oldestUndeliveredHours: 0 });
  });
});
