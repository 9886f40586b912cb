import { describe, expect, test } from 'vitest';
import { parseSchedule } from '../../events/schedule-expression';

const DEPLOYED = Date.parse('2026-01-31T08:10:30Z');

/** The first three runs after the deployment. */
function runs(expression: string): string[] {
  const next = parseSchedule(expression, DEPLOYED);
  const found: string[] = [];
  for (let at = next(DEPLOYED); at !== undefined && found.length < 3; at = next(at)) {
    found.push(new Date(at).toISOString().replace(':00.000Z', '').replace('.000Z', ''));
  }
  return found;
}

describe('rate', () => {
  test.each([
    ['rate(1 minute)', ['2026-01-31T08:11:30', '2026-01-31T08:12:30', '2026-01-31T08:13:30']],
    ['rate(5 minutes)', ['2026-01-31T08:15:30', '2026-01-31T08:20:30', '2026-01-31T08:25:30']],
    ['rate(1 hour)', ['2026-01-31T09:10:30', '2026-01-31T10:10:30', '2026-01-31T11:10:30']],
    ['rate(90 days)', ['2026-05-01T08:10:30', '2026-07-30T08:10:30', '2026-10-28T08:10:30']],
  ])('%s counts from the deployment', (expression, expected) => {
    expect(runs(expression)).toEqual(expected);
  });

  test('it keeps its beat for an instant in between and for one before the deployment', () => {
    const next = parseSchedule('rate(1 hour)', DEPLOYED);
    expect(next(DEPLOYED + 90 * 60_000)).toBe(DEPLOYED + 2 * 3_600_000);
    expect(next(DEPLOYED - 1)).toBe(DEPLOYED + 3_600_000);
  });
});

describe('cron, in UTC', () => {
  test.each([
    ['cron(0 3 * * ? *)', ['2026-02-01T03:00', '2026-02-02T03:00', '2026-02-03T03:00']],
    ['cron(15 10 * * ? *)', ['2026-01-31T10:15', '2026-02-01T10:15', '2026-02-02T10:15']],
    ['cron(0 18 ? * MON-FRI *)', ['2026-02-02T18:00', '2026-02-03T18:00', '2026-02-04T18:00']],
    ['cron(0 18 ? * 2-6 *)', ['2026-02-02T18:00', '2026-02-03T18:00', '2026-02-04T18:00']],
    ['cron(0 8 1 * ? *)', ['2026-02-01T08:00', '2026-03-01T08:00', '2026-04-01T08:00']],
    ['cron(0/10 * ? * MON-FRI *)', ['2026-02-02T00:00', '2026-02-02T00:10', '2026-02-02T00:20']],
    ['cron(0/5 8-17 ? * 2-6 *)', ['2026-02-02T08:00', '2026-02-02T08:05', '2026-02-02T08:10']],
    ['cron(30 0,12 ? * 1,7 *)', ['2026-01-31T12:30', '2026-02-01T00:30', '2026-02-01T12:30']],
    ['cron(0 9 ? * 6L *)', ['2026-02-27T09:00', '2026-03-27T09:00', '2026-04-24T09:00']],
    ['cron(0 9 ? * 3#2 *)', ['2026-02-10T09:00', '2026-03-10T09:00', '2026-04-14T09:00']],
    ['cron(0 9 L * ? *)', ['2026-01-31T09:00', '2026-02-28T09:00', '2026-03-31T09:00']],
    ['cron(0 9 1W * ? *)', ['2026-02-02T09:00', '2026-03-02T09:00', '2026-04-01T09:00']],
    ['cron(0 0 29 2 ? *)', ['2028-02-29T00:00', '2032-02-29T00:00', '2036-02-29T00:00']],
    ['cron(0 0 1 JAN ? 2027-2028)', ['2027-01-01T00:00', '2028-01-01T00:00']],
    ['cron(0 0 31 12 ? 2025)', []],
  ])('%s', (expression, expected) => {
    expect(runs(expression)).toEqual(expected);
  });
});

test.each([
  ['every day', 'expected rate(…) or cron(…)'],
  ['rate(0 days)', 'expected rate(<number>'],
  ['rate(1 days)', 'expected day'],
  ['rate(2 day)', 'expected days'],
  ['rate(1 week)', 'expected rate(<number>'],
  ['cron(0 3 * * *)', 'expected six fields, found 5'],
  ['cron(0 3 * * * *)', 'must be ?'],
  ['cron(0 3 ? * ? *)', 'must be ?'],
  ['cron(0 3 ? * 0 *)', 'days of the week are 1 to 7'],
  ['cron(61 3 * * ? *)', 'not valid'],
])('%s is refused', (expression, reason) => {
  expect(() => parseSchedule(expression, DEPLOYED)).toThrow(reason);
});
