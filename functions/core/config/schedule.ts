/** How a schedule is told apart at all: EventBridge's `rate(…)` or `cron(…)`. */
export const SCHEDULE_FORM = /^(rate|cron)\(.+\)$/;

/** The longest time from one run to the next, in minutes. */
export const MOST_MINUTES = { hour: 60, day: 24 * 60 } as const;
export type MostBetweenRuns = keyof typeof MOST_MINUTES;

/** Why a schedule that comes more rarely is refused. */
const WHY = {
  day:
    'every day, because a run acts on each key by its own age; when a key is due is said by policy, and rules of 90, 100 ' +
    'and 110 days drift apart until a rotation meets a second key',
  hour: 'every hour, because it delivers what no event has led to its targets',
} as const;

const RATE = /^rate\((.+)\)$/;
const CRON = /^cron\((.+)\)$/;

/**
 * What is wrong with the schedule of a rule; undefined when nothing is.
 * Source: EventBridge User Guide, "Setting a schedule pattern for scheduled rules (legacy)".
 *
 * @param atLeastEvery the longest time from one run to the next
 */
export function scheduleProblem(expression: string, atLeastEvery: MostBetweenRuns): string | undefined {
  const rate = RATE.exec(expression)?.[1];
  if (rate !== undefined) return rateProblem(rate, atLeastEvery);
  const cron = CRON.exec(expression)?.[1];
  return cron === undefined ? 'expected rate(…) or cron(…)' : cronProblem(cron, atLeastEvery);
}

/** Minutes from one run to the next of a `rate(…)` that EventBridge takes; undefined for a `cron(…)`. */
export function minutesOfRate(expression: string): number | undefined {
  const rate = RATE.exec(expression)?.[1];
  return rate === undefined ? undefined : parseRate(rate);
}

/** What keeps EventBridge from taking a `cron(…)`, whatever days it chooses; undefined when nothing does. */
export function cronFormProblem(expression: string): string | undefined {
  const body = CRON.exec(expression)?.[1];
  const cron = body === undefined ? 'expected cron(…)' : parseCron(body);
  return typeof cron === 'string' ? cron : undefined;
}

const UNITS = { minute: 1, hour: 60, day: 24 * 60 } as const;

function parseRate(body: string): number | undefined {
  const match = /^([1-9]\d{0,5}) (minute|hour|day)(s?)$/.exec(body);
  if (match === null) return undefined;
  const [, digits, unit, plural] = match;
  return (digits === '1') === (plural === 's') ? undefined : Number(digits) * UNITS[unit as keyof typeof UNITS];
}

function rateProblem(body: string, atLeastEvery: MostBetweenRuns): string | undefined {
  const minutes = parseRate(body);
  if (minutes === undefined) {
    return 'expected rate(1 minute|hour|day) or rate(<whole number above 1> minutes|hours|days)';
  }
  return minutes <= MOST_MINUTES[atLeastEvery] ? undefined : `expected a run at least ${WHY[atLeastEvery]}`;
}

/** What a `cron(…)` says of the times that matter here. */
interface Cron {
  readonly hours: ReadonlySet<number>;
  readonly isEveryDay: boolean;
}

/** @returns what keeps EventBridge from taking it, where something does */
function parseCron(body: string): Cron | string {
  const fields = body.split(' ');
  if (!areSix(fields)) return 'expected the six fields of cron(minutes hours day-of-month month day-of-week year)';
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields;
  if (valuesOf(minute, 59) === undefined) return 'expected minutes from 0 to 59, such as 0, 0,30 or 0/15';
  const hours = valuesOf(hour, 23);
  if (hours === undefined) return 'expected hours from 0 to 23, such as 3, 3,15 or *';
  const days = [dayOfMonth, dayOfWeek].filter((field) => field !== '?');
  if (days.length !== 1) return 'expected "?" in one of day-of-month and day-of-week, and not in both';
  return { hours, isEveryDay: [...days, month, year].every((field) => field === '*') };
}

function areSix(fields: readonly string[]): fields is readonly [string, string, string, string, string, string] {
  return fields.length === 6;
}

function cronProblem(body: string, atLeastEvery: MostBetweenRuns): string | undefined {
  const cron = parseCron(body);
  if (typeof cron === 'string') return cron;
  if (!cron.isEveryDay) return `expected cron(<minutes> <hours> * * ? *), which comes ${WHY.day}`;
  return atLeastEvery === 'day' || cron.hours.size === 24
    ? undefined
    : `expected "*" for the hours, which comes ${WHY.hour}`;
}

/** The values that a field stands for; undefined when EventBridge would not take it. It has `,`, `-`, `*` and `/`. */
function valuesOf(field: string, most: number): ReadonlySet<number> | undefined {
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const range = rangeOf(part, most);
    if (range === undefined) return undefined;
    for (let value = range.first; value <= range.last; value += range.by) values.add(value);
  }
  return values;
}

/** From where to where, and in which steps, a part of a field goes; undefined when EventBridge would not take it. */
function rangeOf(part: string, most: number) {
  const match = /^(?:(\*)|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
  if (match === null) return undefined;
  const [, star, from, to, step] = match;
  const first = Number(from ?? 0);
  // A start with a step goes on to the end; without one it is that value alone.
  const open = star !== undefined || step !== undefined ? most : first;
  const last = to === undefined ? open : Number(to);
  const by = Number(step ?? 1);
  return first > last || last > most || by === 0 ? undefined : { first, last, by };
}
