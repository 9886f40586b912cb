import { type Managed, undelivered } from './breaker';
import { DAY, HOUR } from './duration';
import { currentKey } from './secret-state';

/** What a run counts. `held` waits because a key is in use, `blocked` because something stands in the way. */
export const COUNTERS = [
  'examined',
  'rotated',
  'delivered',
  'deactivated',
  'deleted',
  'held',
  'blocked',
  'failed',
] as const;
export type Counter = (typeof COUNTERS)[number];

/** The one line that ends a run, and the source of its metrics. */
export interface Summary extends Readonly<Record<Counter, number>> {
  readonly function: string;
  readonly run: string;
  /** Keys that the run did not get to, because its time was up. */
  readonly left: number;
  /** Age of the oldest current key in days, to a tenth. */
  readonly oldestCurrentKeyDays: number;
  /** Age of the oldest version that waits for delivery in hours, to a tenth. */
  readonly oldestUndeliveredHours: number;
}

/** How old the oldest current key and the oldest undelivered version are. */
export function oldest(
  managed: readonly Managed[],
  now: Date,
): Pick<Summary, 'oldestCurrentKeyDays' | 'oldestUndeliveredHours'> {
  const ages = managed.flatMap(({ secret }) => {
    const current = currentKey(secret);
    return current === undefined ? [] : [now.getTime() - current.createdAt.getTime()];
  });
  const waiting = undelivered(managed, now).map(({ since }) => now.getTime() - since.getTime());
  return {
    oldestCurrentKeyDays: tenths(Math.max(0, ...ages) / DAY),
    oldestUndeliveredHours: tenths(Math.max(0, ...waiting) / HOUR),
  };
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
