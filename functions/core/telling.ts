import { DAY, HOUR, MINUTE } from './duration';
import type { Finding } from './plan';

/** What started a run; a run by hand or by the clock once a day tells everything. */
export type Trigger = 'daily' | 'hourly' | 'event' | 'request';

const START_JITTER = 5 * MINUTE;

/**
 * Whether people are told about a finding in this run. The hourly reconcile meets the same trouble every hour: it tells
 * when it has lasted for an hour, and then once a day.
 *
 * @param reconcileEvery milliseconds from one reconcile run to the next
 */
export function isTold(finding: Finding, trigger: Trigger, now: Date, reconcileEvery: number = HOUR): boolean {
  if (finding.severity !== 'attention') return false;
  if (trigger === 'daily' || trigger === 'request') return true;
  if (finding.since === undefined) return trigger === 'event';
  const lasted = now.getTime() - finding.since.getTime();
  // Runs do not start to the millisecond: told twice is better than told a day late.
  return trigger === 'hourly' && lasted >= HOUR && (lasted - HOUR) % DAY < reconcileEvery + START_JITTER;
}
