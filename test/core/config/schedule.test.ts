import { describe, expect, it } from 'vitest';
import { cronFormProblem, minutesOfRate, scheduleProblem } from '../../../functions/core/config/schedule';

const EITHER = 'expected rate(…) or cron(…)';
const RATE = 'expected rate(1 minute|hour|day) or rate(<whole number above 1> minutes|hours|days)';
const SIX = 'expected the six fields of cron(minutes hours day-of-month month day-of-week year)';
const MINUTES = 'expected minutes from 0 to 59, such as 0, 0,30 or 0/15';
const HOURS = 'expected hours from 0 to 23, such as 3, 3,15 or *';
const QUESTION = 'expected "?" in one of day-of-month and day-of-week, and not in both';
const EVERY_DAY =
  'every day, because a run acts on each key by its own age; when a key is due is said by policy, and rules of 90, 100 ' +
  'and 110 days drift apart until a rotation meets a second key';
const EVERY_HOUR = 'every hour, because it delivers what no event has led to its targets';

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
    ['every day', EITHER],
    ['at rate(1 day)', EITHER],
    ['cron(0 3 * * ? *) UTC', EITHER],
    ['rate(2 days or so)', RATE],
    ['cron(*0 3 * * ? *)', MINUTES],
    ['cron(0h 3 * * ? *)', MINUTES],
    ['rate(1 hours)', RATE],
    ['rate(2 hour)', RATE],
    ['rate(0 minutes)', RATE],
    ['rate(1.5 hours)', RATE],
    ['rate(1 week)', RATE],
    ['rate(at 2 days)', RATE],
    ['rate(1000000 minutes)', RATE],
    ['rate(1  day)', RATE],
    ['cron(nonsense)', SIX],
    ['cron(0 3 * * *)', SIX],
    ['cron(0 3 * * ? * *)', SIX],
    ['cron(60 3 * * ? *)', MINUTES],
    ['cron(five 3 * * ? *)', MINUTES],
    ['cron(0/0 3 * * ? *)', MINUTES],
    ['cron(0, 3 * * ? *)', MINUTES],
    ['cron(0 24 * * ? *)', HOURS],
    ['cron(0 9-3 * * ? *)', HOURS],
    ['cron(0 ? * * ? *)', HOURS],
    ['cron(0 3/24x * * ? *)', HOURS],
    ['cron(0 x3 * * ? *)', HOURS],
    ['cron(0 3-24 * * ? *)', HOURS],
    ['cron(0 3 * * * *)', QUESTION],
    ['cron(0 3 ? * ? *)', QUESTION],
  ])('%s is not one that EventBridge takes', (expression, says) => {
    expect(scheduleProblem(expression, 'day')).toBe(says);
    expect(scheduleProblem(expression, 'hour')).toBe(says);
  });

  it.each([
    ['rate(90 days)', `expected a run at least ${EVERY_DAY}`],
    ['rate(25 hours)', `expected a run at least ${EVERY_DAY}`],
    ['rate(1441 minutes)', `expected a run at least ${EVERY_DAY}`],
    ...[
      ...['cron(0 3 ? * MON-FRI *)', 'cron(0 3 1 * ? *)', 'cron(0 3 L * ? *)', 'cron(0 3 * JAN ? *)'],
      ...['cron(0 3 * * ? 2027)', 'cron(0 3 * ? ? *)', 'cron(0 3 * 13 ? *)', 'cron(0 3 * * ? ?)'],
    ].map((expression): [string, string] => [
      expression,
      `expected cron(<minutes> <hours> * * ? *), which comes ${EVERY_DAY}`,
    ]),
  ])('K8: %s does not come every day, and the message says why it must', (expression, says) => {
    expect(scheduleProblem(expression, 'day')).toBe(says);
  });

  it.each([
    ['rate(61 minutes)', `expected a run at least ${EVERY_HOUR}`],
    ['rate(2 hours)', `expected a run at least ${EVERY_HOUR}`],
    ['rate(1 day)', `expected a run at least ${EVERY_HOUR}`],
    ['cron(0 0 * * ? *)', `expected "*" for the hours, which comes ${EVERY_HOUR}`],
    ['cron(0 1-23 * * ? *)', `expected "*" for the hours, which comes ${EVERY_HOUR}`],
    ['cron(0 0-23/2 * * ? *)', `expected "*" for the hours, which comes ${EVERY_HOUR}`],
  ])('%s does not come every hour', (expression, says) => {
    expect(scheduleProblem(expression, 'day')).toBeUndefined();
    expect(scheduleProblem(expression, 'hour')).toBe(says);
  });
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
