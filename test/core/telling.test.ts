import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY, HOUR, MINUTE, SECOND } from '../../functions/core/duration';
import type { Finding } from '../../functions/core/plan';
import { isTold, type Trigger } from '../../functions/core/telling';
import { day } from './web-shop';

const since = day(90);
const finding: Finding = { code: 'undelivered', severity: 'attention', message: 'm', since };
const sinceEver: Finding = { code: 'secret-edited', severity: 'attention', message: 'm' };
const notice: Finding = { ...finding, severity: 'notice' };
const told = (given: Finding, trigger: Trigger, hours: number) => isTold(given, trigger, day(90, hours * HOUR));

describe('people are told', () => {
  it.each<[Trigger, Finding]>([
    ['daily', finding],
    ['daily', sinceEver],
    ['request', finding],
    ['request', sinceEver],
  ])('of everything that needs them by a %s run', (trigger, given) => {
    for (const hours of [0, 1, 2, 30]) expect(told(given, trigger, hours)).toBe(true);
  });

  it.each<Trigger>(['daily', 'hourly', 'event', 'request'])('of no mere notice by a run of kind %s', (trigger) => {
    expect(told(notice, trigger, 1)).toBe(false);
  });

  it('by the hourly run of what has lasted for an hour, and then once a day', () => {
    const days = Array.from({ length: 75 }, (_, hour) => hour)
      .filter((hour) => told(finding, 'hourly', hour))
      .map((hour) => Math.floor((hour - 1) / 24));
    expect([...new Set(days)]).toEqual([0, 1, 2, 3]);
    expect(days.length).toBeLessThanOrEqual(2 * 4);
  });

  it('of nothing that has lasted for less than an hour, or is yet to begin', () => {
    expect(isTold(finding, 'hourly', day(90, HOUR - 1))).toBe(false);
    expect(isTold(finding, 'hourly', day(90, HOUR))).toBe(true);
    expect(isTold(finding, 'hourly', day(89))).toBe(false);
  });

  it('by a run that starts within minutes of the time after the last one, and not by the ones after it', () => {
    const at = (minutes: number, every: number) => isTold(finding, 'hourly', day(90, minutes * MINUTE), every * MINUTE);
    expect([at(60, 30), at(94.9, 30), at(95, 30), at(120, 30)]).toEqual([true, true, false, false]);
    expect([at(60, 120), at(184.9, 120), at(185, 120), at(240, 120)]).toEqual([true, true, false, false]);
  });

  it.each<[string, number]>([
    ['every 10 minutes', 10],
    ['every 30 minutes', 30],
    ['every hour', 60],
    ['every two hours', 120],
    ['every six hours', 360],
    ['every day', 24 * 60],
  ])('once a day at least, and never all day long, by runs that come %s, however they start', (_how, every) => {
    const starts = fc.record({
      first: fc.integer({ min: 1, max: every * 60 }),
      jitters: fc.array(fc.integer({ min: -120, max: 120 }), { minLength: 10, maxLength: 10 }),
    });
    fc.assert(
      fc.property(starts, ({ first, jitters }) => {
        const counts = [0, 0, 0, 0, 0];
        for (let run = 0; run * every < 6 * 24 * 60; run += 1) {
          const seconds = first + run * every * 60 + (jitters[run % jitters.length] ?? 0);
          if (!isTold(finding, 'hourly', day(90, seconds * SECOND), every * MINUTE)) continue;
          const inDay = Math.floor((seconds * SECOND - HOUR) / DAY);
          if (inDay in counts) counts[inDay] = (counts[inDay] ?? 0) + 1;
        }
        for (const count of counts) {
          expect(count).toBeGreaterThanOrEqual(1);
          expect(count).toBeLessThanOrEqual(Math.max(2, Math.ceil(9 / every) + 1));
        }
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  it.each<[string, number[]]>([
    ['a second before the hour', [HOUR - SECOND, 2 * HOUR - SECOND, 3 * HOUR - SECOND]],
    ['a second after the second hour', [2, HOUR + 2 * SECOND, 2 * HOUR + SECOND, 3 * HOUR + SECOND]],
    ['a second after it every two hours', [SECOND, 2 * HOUR + SECOND, 4 * HOUR + SECOND]],
  ])('by one of the runs that start %s', (_when, starts) => {
    const every = (starts[1] ?? 0) - (starts[0] ?? 0) > 90 * MINUTE ? 2 * HOUR : HOUR;
    expect(starts.some((at) => isTold(finding, 'hourly', day(90, at), every))).toBe(true);
  });

  it('by an event of what nobody knows the beginning of, and not of what the hourly run will tell', () => {
    expect(told(sinceEver, 'event', 0)).toBe(true);
    expect(told(sinceEver, 'hourly', 1)).toBe(false);
    expect(told(finding, 'event', 1)).toBe(false);
  });
});
