import { expect, it } from 'vitest';
import { DAY } from '../../../functions/core/duration';
import { dayOf, isWithin, tenthsOfDays } from '../../../functions/report/judge/time-bounds';
import { day } from '../../core/web-shop';

const period = { since: day(1), until: day(2) };

it.each([
  [day(1, -1), false],
  [day(1), true],
  [day(2, -1), true],
  [day(2), false],
  [new Date('soon'), false],
])('%s is within the period: %s', (instant, expected) => {
  expect(isWithin(period, instant)).toBe(expected);
  expect(isWithin(period, Number.isNaN(instant.getTime()) ? 'soon' : instant.toISOString())).toBe(expected);
});

it('is within the period to the millisecond', () => {
  const fine = { since: day(1, 500), until: day(2, 500) };
  expect([499, 500, 600].map((at) => isWithin(fine, day(1, at)))).toEqual([false, true, true]);
});

it('days are told to a tenth, and an instant by its UTC date', () => {
  expect([0.04, 0.06, 1.25, 9.99].map((days) => tenthsOfDays(days * DAY))).toEqual([0, 0.1, 1.3, 10]);
  expect(dayOf(new Date('2026-01-01T23:59:59.999Z'))).toBe('2026-01-01');
});
