import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import type { SecretState } from '../../../functions/core/key/secret-state';
import type { Managed } from '../../../functions/core/lifecycle/managed';
import { daysOverdue, nextDue, oldest } from '../../../functions/core/lifecycle/overdue';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, entryOf, keyOf, secretOf, versionOf } from '../web-shop';

const current = (createdAt: Date, ...labels: string[]) =>
  secretOf([versionOf(keyOf('new', createdAt), 'AWSCURRENT', ...labels)]);

function managed(secret: SecretState, more: Partial<Managed> = {}): Managed {
  return { entry: entryOf(), secret, ...more };
}

describe('how late a rotation is', () => {
  it.each<[string, Managed, number, number]>([
    ['in time: not at all', managed(current(day(0))), 90, 0],
    ['half a day after its time', managed(current(day(0))), 90.5, 0.5],
    ['ten days after its time', managed(current(day(0))), 100, 10],
    ['of a first rotation at once, since its entry was written', managed(secretOf([]), { changedAt: day(3) }), 5, 2],
    ['of one whose entry has no date, since its secret was made', managed(secretOf([])), 5, 5],
    [
      'of a first rotation that waits for its day: not at all',
      managed(secretOf([]), { entry: entryOf({ firstRotation: 'when-due' }) }),
      500,
      0,
    ],
    ['of one that is paused: not at all', managed(secretOf([], { [TAG.paused]: `${day(9).toISOString()} ops` })), 5, 0],
    [
      'of one whose pause is over, since then',
      managed(secretOf([], { [TAG.paused]: `${day(9).toISOString()} ops` })),
      12,
      3,
    ],
    [
      'of a key that is taken over, since its entry was written',
      managed(
        { ...current(day(0)), takesOver: { secret: 'keyturn/before', pauses: false, isRecorded: true } },
        { changedAt: day(95) },
      ),
      97,
      2,
    ],
    ['of one whose entry was written since, since its time', managed(current(day(0)), { changedAt: day(95) }), 97, 7],
    ['of one that is paused without an end: not at all', managed(secretOf([], { [TAG.paused]: 'forever' })), 5, 0],
    [
      'of one that is taken over before its time, since its time',
      managed(
        { ...current(day(0)), takesOver: { secret: 'keyturn/before', pauses: false, isRecorded: true } },
        { changedAt: day(50) },
      ),
      97,
      7,
    ],
  ])('%s', (_what, each, now, expected) => {
    expect(daysOverdue(each, day(now))).toBe(expected);
  });
});

describe('the oldest of all keys', () => {
  it('has the greatest age, the greatest delay and the longest wait, each of its own', () => {
    const all = [
      managed(current(day(0), DELIVERED)),
      managed(current(day(50), DELIVERED)),
      managed(current(day(99, 21 * HOUR))),
      managed(current(day(99, 18 * HOUR))),
    ];
    expect(oldest(all, day(100))).toEqual({
      oldestCurrentKeyDays: 100,
      mostOverdueDays: 10,
      oldestUndeliveredHours: 6,
    });
  });

  it('is nothing of no keys', () => {
    expect(oldest([], day(100))).toEqual({ oldestCurrentKeyDays: 0, mostOverdueDays: 0, oldestUndeliveredHours: 0 });
  });

  it.each([
    [3, 1, 3],
    [3, 3, 5],
    [3, 2, 4],
    [1, 1, 5],
  ])('of %i new keys, %i a day, is five days after their entries %i days late', (keys, perRun, late) => {
    const all = Array.from({ length: keys }, () => managed(secretOf([])));
    expect(oldest(all, day(5), perRun).mostOverdueDays).toBe(late);
  });

  it('is as late as ever where it has been rotated before, however many there are', () => {
    const all = Array.from({ length: 5 }, () => managed(current(day(0))));
    expect(oldest(all, day(92), 1).mostOverdueDays).toBe(2);
  });
});

describe('what is due next', () => {
  it('comes soonest first, with its instant, and without what has no key yet', () => {
    const of = (id: string, secret: SecretState) => managed(secret, { entry: entryOf({ id }) });
    const all = [of('late', current(day(30))), of('soon', current(day(10))), of('new', secretOf([]))];
    expect(nextDue(all, 20)).toEqual([
      { key: 'soon', at: day(100).toISOString() },
      { key: 'late', at: day(120).toISOString() },
    ]);
    expect(nextDue(all, 1).map(({ key }) => key)).toEqual(['soon']);
  });
});
