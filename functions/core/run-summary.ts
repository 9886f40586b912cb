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
  /** Days by which the most overdue rotation is late, to a tenth: a first one that fails counts too; 0 when none is. */
  readonly mostOverdueDays: number;
  /** Age of the oldest version that waits for delivery in hours, to a tenth. */
  readonly oldestUndeliveredHours: number;
  /** Audit events that the record did not take. */
  readonly unrecorded: number;
  /** Audit events that the default event bus did not take, and attempts whose events wait to be sent there again. */
  readonly unpublished: number;
  /** The same of the event bus of `audit.forwardTo`. */
  readonly unforwarded: number;
  /** Findings that were for people and could not be told. */
  readonly untold: number;
}
