import { type Managed, undelivered } from './breaker';
import { after, DAY, HOUR } from './duration';
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
  /** Days by which the most overdue current key is over its own `rotateAfter`, to a tenth; 0 when none is. */
  readonly mostOverdueDays: number;
  /** Age of the oldest version that waits for delivery in hours, to a tenth. */
  readonly oldestUndeliveredHours: number;
  /** Audit events that the record did not take. */
  readonly unrecorded: number;
  /** Findings that were for people and could not be told. */
  readonly untold: number;
}

/** How old and overdue the oldest current key is, and how old the oldest undelivered version. */
export function oldest(
  managed: readonly Managed[],
  now: Date,
): Pick<Summary, 'oldestCurrentKeyDays' | 'mostOverdueDays' | 'oldestUndeliveredHours'> {
  const ages = managed.flatMap(({ entry, secret }) => {
    const current = currentKey(secret);
    if (current === undefined) return [];
    const age = now.getTime() - current.createdAt.getTime();
    return [{ age, overdue: age - entry.policy.rotateAfter * DAY }];
  });
  const waiting = undelivered(managed, now).map(({ since }) => now.getTime() - since.getTime());
  return {
    oldestCurrentKeyDays: tenths(Math.max(0, ...ages.map(({ age }) => age)) / DAY),
    mostOverdueDays: tenths(Math.max(0, ...ages.map(({ overdue }) => overdue)) / DAY),
    oldestUndeliveredHours: tenths(Math.max(0, ...waiting) / HOUR),
  };
}

/** A key and when its next rotation is due (ISO 8601, UTC). */
export interface NextDue {
  readonly key: string;
  readonly at: string;
}

/** The keys that are due next, soonest first. A key that has not been rotated yet has no date. */
export function nextDue(managed: readonly Managed[], most: number): readonly NextDue[] {
  return managed
    .flatMap(({ entry, secret }) => {
      const current = currentKey(secret);
      if (current === undefined) return [];
      return [{ key: entry.id, at: after(current.createdAt, entry.policy.rotateAfter * DAY).toISOString() }];
    })
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .slice(0, most);
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
