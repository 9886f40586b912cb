import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../functions/core/duration';
import { breaker, undelivered } from '../../../functions/core/lifecycle/breaker';
import type { Managed } from '../../../functions/core/lifecycle/managed';
import { oldest } from '../../../functions/core/lifecycle/overdue';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, entryOf, handMade, keyOf, secretOf, versionOf } from '../web-shop';

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
    expect(breaker(changed(60), now)).toBeUndefined();
    expect(breaker(changed(61), now)).toHaveLength(4);
  });
});

describe('the breaker', () => {
  it.each<[string, Managed[], string[] | undefined]>([
    ['nothing waits', [delivered, empty, edited], undefined],
    ['two are stuck', [stuck('a'), stuck('b'), delivered], undefined],
    ['three are stuck', [stuck('a'), stuck('b'), delivered, stuck('c')], ['a', 'b', 'c']],
    ['the third is stuck for an hour and no more', [stuck('a'), stuck('b'), stuck('c', 1)], undefined],
    ['the third is paused', [stuck('a'), stuck('b'), paused], undefined],
    ['four are stuck', [stuck('a', 3), stuck('b', 5), stuck('c'), stuck('d', 4)], ['b', 'd', 'a', 'c']],
  ])('where %s', (_what, all, ids) => {
    expect(breaker(all, now)?.map(({ id }) => id)).toEqual(ids);
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
    ['nothing', []],
    ['nothing yet', [{ ...empty, changedAt: now }, { ...edited, changedAt: now }, unlabelled]],
    ['a clock that is behind', [managed('a', day(91), DELIVERED)]],
  ])('are zero for %s', (_what, all) => {
    expect(oldest(all, now)).toEqual({ oldestCurrentKeyDays: 0, mostOverdueDays: 0, oldestUndeliveredHours: 0 });
  });
});
