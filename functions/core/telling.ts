import { HOUR } from './duration';
import type { Finding } from './plan';

/** What started a run; a run by hand or by the clock once a day tells everything. */
export type Trigger = 'daily' | 'hourly' | 'event' | 'request';

/**
 * Whether people are told about a finding in this run. The hourly reconcile meets the same trouble every hour: it tells
 * when it has lasted for an hour, and then once a day.
 */
export function isTold(finding: Finding, trigger: Trigger, now: Date): boolean {
  if (finding.severity !== 'attention') return false;
  if (trigger === 'daily' || trigger === 'request') return true;
  if (finding.since === undefined) return trigger === 'event';
  const hours = Math.floor((now.getTime() - finding.since.getTime()) / HOUR);
  return trigger === 'hourly' && hours >= 1 && (hours - 1) % 24 === 0;
}
