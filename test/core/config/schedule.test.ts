import { describe, expect, it } from 'vitest';
import { cronFormProblem, minutesOfRate, scheduleProblem } from '../../../functions/core/config/schedule';

describe('the schedule of a rule', () => {
  it.each([
    'rate(1 minute)',
    'rate(5 minutes)',
    'rate(1 hour)',
    'rate(24 hours)',
    'rate(1440 minutes)',
    'rate(1 day)',
    'cron(0 3 * * ? *)',
    'cron(00 03 ? * * *)',
    'cron(0/15 * * * ? *)',
    'cron(*/5 8-17 * * ? *)',
    'cron(0,30 0-12/4,23 * * ? *)',
  ])('%s comes every day', (expression) => {
    expect(scheduleProblem(expression, 'day')).toBeUndefined();
  });

  it.each([
    'rate(30 minutes)',
    'rate(60 minutes)',
    'rate(1 hour)',
    'cron(7 * * * ? *)',
    'cron(0/30 0-23 ? * * *)',
    'cron(0 0/1 * * ? *)',
  ])('%s comes every hour', (expression) => {
    expect(scheduleProblem(expression, 'hour')).toBeUndefined();
  });

  it.each([
    ['every day', 'expected rate(…) or cron(…)'],
    ['at rate(1 day)', 'expected rate(…) or cron(…)'],
    ['cron(0 3 * * ? *) UTC', 'expected rate(…) or cron(…)'],
    ['rate(2 days or so)', 'expected rate(1 minute|hour|day)'],
    ['cron(*0 3 * * ? *)', 'expected minutes from 0 to 59'],
    ['cron(0h 3 * * ? *)', 'expected minutes from 0 to 59'],
    ['rate(1 hours)', 'expected rate(1 minute|hour|day)'],
    ['rate(2 hour)', 'expected rate(1 minute|hour|day)'],
    ['rate(0 minutes)', 'expected rate(1 minute|hour|day)'],
    ['rate(1.5 hours)', 'expected rate(1 minute|hour|day)'],
    ['rate(1 week)', 'expected rate(1 minute|hour|day)'],
    ['rate(1  day)', 'expected rate(1 minute|hour|day)'],
    ['cron(nonsense)', 'expected the six fields'],
    ['cron(0 3 * * *)', 'expected the six fields'],
    ['cron(0 3 * * ? * *)', 'expected the six fields'],
    ['cron(60 3 * * ? *)', 'expected minutes from 0 to 59'],
    ['cron(five 3 * * ? *)', 'expected minutes from 0 to 59'],
    ['cron(0/0 3 * * ? *)', 'expected minutes from 0 to 59'],
    ['cron(0, 3 * * ? *)', 'expected minutes from 0 to 59'],
    ['cron(0 24 * * ? *)', 'expected hours from 0 to 23'],
    ['cron(0 9-3 * * ? *)', 'expected hours from 0 to 23'],
    ['cron(0 ? * * ? *)', 'expected hours from 0 to 23'],
    ['cron(0 3 * * * *)', 'expected "?" in one of day-of-month and day-of-week'],
    ['cron(0 3 ? * ? *)', 'expected "?" in one of day-of-month and day-of-week'],
  ])('%s is not one that EventBridge takes', (expression, says) => {
    expect(scheduleProblem(expression, 'day')).toContain(says);
    expect(scheduleProblem(expression, 'hour')).toContain(says);
  });

  it.each([
    'rate(90 days)',
    'rate(25 hours)',
    'rate(1441 minutes)',
    'cron(0 3 ? * MON-FRI *)',
    'cron(0 3 1 * ? *)',
    'cron(0 3 L * ? *)',
    'cron(0 3 * JAN ? *)',
    'cron(0 3 * * ? 2027)',
    'cron(0 3 * ? ? *)',
    'cron(0 3 * 13 ? *)',
    'cron(0 3 * * ? ?)',
  ])('K8: %s does not come every day, and the message says why it must', (expression) => {
    const problem = scheduleProblem(expression, 'day');

    expect(problem).toMatch(/day-of|every day, because a run acts on each key by its own age/);
  });

  it.each(['rate(61 minutes)', 'rate(2 hours)', 'rate(1 day)', 'cron(0 0 * * ? *)', 'cron(0 1-23 * * ? *)'])(
    '%s does not come every hour',
    (expression) => {
      expect(scheduleProblem(expression, 'day')).toBeUndefined();
      expect(scheduleProblem(expression, 'hour')).toMatch(/every hour, because/);
    },
  );
});

it.each([
  ['rate(1 minute)', 1],
  ['rate(30 minutes)', 30],
  ['rate(1 hour)', 60],
  ['rate(2 days)', 2880],
  ['rate(1 hours)', undefined],
  ['cron(0 * * * ? *)', undefined],
  ['at rate(1 hour)', undefined],
  ['rate(1 hour) UTC', undefined],
])('%s comes every %s minutes', (expression, minutes) => {
  expect(minutesOfRate(expression)).toBe(minutes);
});

it.each([
  ['cron(0 6 1 * ? *)', undefined],
  ['cron(0 6 ? * MON#1 *)', undefined],
  ['cron(0 6 L * ? *)', undefined],
  ['rate(30 days)', 'expected cron(…)'],
  ['monthly', 'expected cron(…)'],
  ['cron(0 6 1 * *)', 'expected the six fields of cron(minutes hours day-of-month month day-of-week year)'],
  ['cron(60 6 1 * ? *)', 'expected minutes from 0 to 59, such as 0, 0,30 or 0/15'],
  ['cron(0 24 1 * ? *)', 'expected hours from 0 to 23, such as 3, 3,15 or *'],
  ['cron(0 6 1 * * *)', 'expected "?" in one of day-of-month and day-of-week, and not in both'],
  ['cron(0 6 ? * ? *)', 'expected "?" in one of day-of-month and day-of-week, and not in both'],
])('a schedule that chooses its days, %s, has the problem %s', (expression, problem) => {
  expect(cronFormProblem(expression)).toBe(problem);
});
