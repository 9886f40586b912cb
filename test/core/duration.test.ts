import { expect, it } from 'vitest';
import { after, DAY, daysBetween, HOUR, latest, MINUTE, SECOND } from '../../functions/core/duration';

const start = new Date('2026-01-01T03:00:00Z');

it('a day has 24 hours of 60 minutes of 60 seconds', () => {
  expect([SECOND, MINUTE, HOUR, DAY]).toEqual([1_000, 60_000, 3_600_000, 86_400_000]);
  expect(after(start, DAY + MINUTE)).toEqual(new Date('2026-01-02T03:01:00Z'));
  expect(after(start, -HOUR)).toEqual(new Date('2026-01-01T02:00:00Z'));
});

it('the latest of instants is one of them, in any order', () => {
  const [next, last] = [after(start, 1), after(start, 2)];
  expect([latest(start), latest(last, start, next), latest(next, last)]).toEqual([start, last, last]);
});

it.each([
  [0, 0],
  [DAY - 1, 0],
  [DAY, 1],
  [90 * DAY - 1, 89],
  [90 * DAY, 90],
  [-1, -1],
])('%i ms are %i whole days', (milliseconds, days) => {
  expect(daysBetween(start, after(start, milliseconds))).toBe(days);
});
