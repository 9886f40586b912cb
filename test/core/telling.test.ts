import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../functions/core/duration';
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
    const hours = Array.from({ length: 75 }, (_, hour) => hour).filter((hour) => told(finding, 'hourly', hour));
    expect(hours).toEqual([1, 25, 49, 73]);
  });

  it('by an hourly run that is minutes late all the same', () => {
    expect(isTold(finding, 'hourly', day(90, HOUR + 59 * MINUTE))).toBe(true);
    expect(isTold(finding, 'hourly', day(90, 59 * MINUTE))).toBe(false);
    expect(isTold(finding, 'hourly', day(89))).toBe(false);
  });

  it('by an event of what nobody knows the beginning of, and not of what the hourly run will tell', () => {
    expect(told(sinceEver, 'event', 0)).toBe(true);
    expect(told(sinceEver, 'hourly', 1)).toBe(false);
    expect(told(finding, 'event', 1)).toBe(false);
  });
});
