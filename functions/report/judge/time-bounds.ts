import { DAY, HOUR, MINUTE } from '../../core/duration';
import type { Evidence } from '../evidence/evidence';

/** Clocks of AWS's services and of Lambda may differ by this much, and an answer may take so long, without a word. */
export const TOLERANCE = 5 * MINUTE;
/** Records of the same action that are further apart than this are not taken for one. */
export const MOST_SKEW = DAY;
/** No run of a function lives longer: Lambda's limit. */
export const RUN_LIVES = 15 * MINUTE;
/** The functions run every day; what is due may wait for the next run, and a run may take its time. */
export const ONE_RUN = DAY + 2 * HOUR;

/** A delivery takes minutes; when it fails, the hourly runs try again, and the alarm `undelivered` rings after this by default. */
export const DELIVERY_MAY_TAKE = 2 * HOUR;

/** Days to a tenth. */
export function tenthsOfDays(milliseconds: number): number {
  return Math.round((milliseconds / DAY) * 10) / 10;
}

/** Whether an instant is within the period that the report is about. */
export function isWithin({ since, until }: Pick<Evidence, 'since' | 'until'>, instant: Date | string): boolean {
  const at = typeof instant === 'string' ? Date.parse(instant) : instant.getTime();
  return since.getTime() <= at && at < until.getTime();
}

/** UTC date. */
export function dayOf(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}
