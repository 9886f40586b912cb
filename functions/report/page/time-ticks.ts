import { DAY, HOUR } from '../../core/duration';

/** So many dates stand side by side without touching, and so many months. */
const MOST_DATES = 9;
const MOST_MONTHS = 13;

interface TimeTicks {
  /** ms since the epoch. */
  readonly values: number[];
  /** For d3-time-format. */
  readonly format: string;
}

/** Where an axis of time has its labels, and how: as fine as the period is short, and none twice. */
export function timeTicks(since: string, until: string): TimeTicks {
  const [from, to] = [Date.parse(since), Date.parse(until)];
  const stepOf = (steps: readonly number[], most: number) => steps.find((step) => (to - from) / step < most);
  const hours = stepOf([HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR], MOST_DATES);
  if (hours !== undefined) return { values: every(hours, from, to), format: '%m-%d %H:%M' };
  const days = stepOf([DAY, 2 * DAY, 4 * DAY, 7 * DAY, 14 * DAY], MOST_DATES);
  if (days !== undefined) return { values: every(days, from, to), format: '%Y-%m-%d' };
  return { values: months(from, to), format: '%Y-%m' };
}

function every(step: number, from: number, to: number): number[] {
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, index) => (first + index) * step);
}

/** First days of months. */
function months(from: number, to: number): number[] {
  const monthOf = (instant: number) => new Date(instant).getUTCFullYear() * 12 + new Date(instant).getUTCMonth();
  const span = monthOf(to) - monthOf(from);
  const step = [1, 2, 3, 6].find((each) => span / each < MOST_MONTHS) ?? 12 * Math.ceil(span / 12 / MOST_MONTHS);
  return every(step, monthOf(from), monthOf(to))
    .map((month) => Date.UTC(Math.floor(month / 12), month % 12))
    .filter((instant) => instant >= from);
}
