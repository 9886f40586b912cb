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

/**
 * What is wrong with the schedule of a rule; undefined when nothing is.
 * Source: EventBridge User Guide, "Setting a schedule pattern for scheduled rules (legacy)".
 *
 * @param atLeastEvery the longest time from one run to the next
 */
export function scheduleProblem(expression: string, atLeastEvery: MostBetweenRuns): string | undefined {
  const [, kind, body = ''] = /^(rate|cron)\((.+)\)$/.exec(expression) ?? [];
  if (kind === 'rate') return rateProblem(body, atLeastEvery);
  if (kind === 'cron') return cronProblem(body, atLeastEvery);
  return 'expected rate(…) or cron(…)';
}

/** Minutes from one run to the next of a `rate(…)` that EventBridge takes; undefined for a `cron(…)`. */
export function minutesOfRate(expression: string): number | undefined {
  const [, body] = /^rate\((.+)\)$/.exec(expression) ?? [];
  return body === undefined ? undefined : parseRate(body);
}

const UNITS = { minute: 1, hour: 60, day: 24 * 60 } as const;

function parseRate(body: string): number | undefined {
  const [, digits = '', unit = '', plural = ''] = /^([1-9]\d{0,5}) (minute|hour|day)(s?)$/.exec(body) ?? [];
  if (digits === '' || (digits === '1') === (plural === 's')) return undefined;
  return Number(digits) * UNITS[unit as keyof typeof UNITS];
}

function rateProblem(body: string, atLeastEvery: MostBetweenRuns): string | undefined {
  const minutes = parseRate(body);
  if (minutes === undefined) {
    return 'expected rate(1 minute|hour|day) or rate(<whole number above 1> minutes|hours|days)';
  }
  return minutes <= MOST_MINUTES[atLeastEvery] ? undefined : `expected a run at least ${WHY[atLeastEvery]}`;
}

/** What keeps EventBridge from taking a `cron(…)`, whatever days it chooses; undefined when nothing does. */
export function cronFormProblem(expression: string): string | undefined {
  const [, body] = /^cron\((.+)\)$/.exec(expression) ?? [];
  return body === undefined ? 'expected cron(…)' : formProblem(body.split(' '));
}

function formProblem([minute = '', hour = '', dayOfMonth, , dayOfWeek, year, ...more]: readonly string[]):
  | string
  | undefined {
  if (year === undefined || more.length > 0) {
    return 'expected the six fields of cron(minutes hours day-of-month month day-of-week year)';
  }
  if (valuesOf(minute, 59) === undefined) return 'expected minutes from 0 to 59, such as 0, 0,30 or 0/15';
  if (valuesOf(hour, 23) === undefined) return 'expected hours from 0 to 23, such as 3, 3,15 or *';
  return (dayOfMonth === '?') === (dayOfWeek === '?')
    ? 'expected "?" in one of day-of-month and day-of-week, and not in both'
    : undefined;
}

function cronProblem(body: string, atLeastEvery: MostBetweenRuns): string | undefined {
  const fields = body.split(' ');
  const problem = formProblem(fields);
  if (problem !== undefined) return problem;
  const [, hour = '', dayOfMonth, month, dayOfWeek, year] = fields;
  const everyDay = [dayOfMonth, month, dayOfWeek, year].every((field) => field === '*' || field === '?');
  if (!everyDay || month === '?' || year === '?') {
    return `expected cron(<minutes> <hours> * * ? *), which comes ${WHY.day}`;
  }
  return atLeastEvery === 'day' || valuesOf(hour, 23)?.size === 24
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
  const [, star, from, to, step] = /^(?:(\*)|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
  if (star === undefined && from === undefined) return undefined;
  const first = Number(from ?? 0);
  // A start with a step goes on to the end; without one it is that value alone.
  const open = star !== undefined || step !== undefined ? most : first;
  const last = to === undefined ? open : Number(to);
  const by = Number(step ?? 1);
  return first > last || last > most || by === 0 ? undefined : { first, last, by };
}
