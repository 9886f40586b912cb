import { Cron } from 'croner';

/** The first instant (ms since the epoch) after a given one; undefined when there is none any more. */
export type NextInstant = (after: number) => number | undefined;

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * Reads an EventBridge schedule: `rate(1 day)`, counted from the rule's creation, or `cron(0 3 * * ? *)` in UTC.
 * Source: EventBridge User Guide, "Setting a schedule pattern for scheduled rules (legacy)".
 *
 * @param createdAt when the rule was made, in ms since the epoch.
 * @throws Error when EventBridge would refuse the expression.
 */
export function parseSchedule(expression: string, createdAt: number): NextInstant {
  const [, kind, body = ''] = /^(rate|cron)\((.+)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return parseRate(body, expression, createdAt);
  if (kind === 'cron') return parseCron(body, expression);
  throw invalid(expression, 'expected rate(…) or cron(…)');
}

function parseRate(body: string, expression: string, createdAt: number): NextInstant {
  const [, digits = '', unit = '', plural = ''] = /^([1-9]\d*) (minute|hour|day)(s?)$/.exec(body) ?? [];
  const value = Number(digits);
  if (digits === '') throw invalid(expression, 'expected rate(<number> minutes|hours|days)');
  if ((value === 1) === (plural === 's')) throw invalid(expression, `expected ${unit}${value === 1 ? '' : 's'}`);
  const period = value * (UNITS[unit] ?? 0);
  return (after) => createdAt + Math.max(1, Math.floor((after - createdAt) / period) + 1) * period;
}

function parseCron(body: string, expression: string): NextInstant {
  const fields = body.trim().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields;
  if (fields.length !== 6 || !minute || !hour || !dayOfMonth || !month || !dayOfWeek || !year) {
    throw invalid(expression, `expected six fields, found ${fields.length}`);
  }
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw invalid(expression, 'exactly one of day-of-month and day-of-week must be ?');
  }
  const pattern = [
    '0',
    steps(minute, 59),
    steps(hour, 23),
    steps(dayOfMonth.replace('?', '*'), 31),
    steps(month, 12),
    weekdays(dayOfWeek.replace('?', '*')),
    steps(year, 2199),
  ].join(' ');
  const cron = readCron(pattern, expression);
  return (after) => cron.nextRun(new Date(after))?.getTime();
}

function readCron(pattern: string, expression: string): Cron {
  try {
    return new Cron(pattern, { timezone: 'UTC' });
  } catch (error) {
    throw invalid(expression, error instanceof Error ? error.message : String(error));
  }
}

/** `5/15` means from 5 on; croner wants the range spelled out. */
function steps(field: string, maximum: number): string {
  return field.replace(/(^|,)(\d+)\//g, `$1$2-${maximum}/`);
}

/** EventBridge counts 1 to 7 from Sunday, croner 0 to 6; what follows `#` or `/` is a count, not a day. */
function weekdays(field: string): string {
  return steps(field, 7).replace(/(?<![#/\w])\d(?!\d)/g, (digit) => {
    if (digit < '1' || digit > '7') throw invalid(field, 'days of the week are 1 to 7 or SUN to SAT');
    return String(Number(digit) - 1);
  });
}

function invalid(expression: string, reason: string): Error {
  return new Error(`Schedule ${expression} is not valid: ${reason}`);
}
