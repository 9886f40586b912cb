import type { AuditEvent } from './audit';
import { HOUR, MINUTE } from './duration';
import type { Finding } from './plan';

/** What started a run. */
export type Trigger = 'daily' | 'hourly' | 'event' | 'request';

/**
 * For how long nobody is told the same again: a day, less what a daily run may tell earlier than the one before. People
 * are told at a run's end, and a run takes up to fifteen minutes.
 */
export const TOLD_FOR = 24 * HOUR - 20 * MINUTE;

/**
 * Whether a finding is for people. Trouble that has a beginning may pass by itself, so the runs that meet it early wait
 * until it has lasted for an hour; what a daily run meets, or one that a person has started, is told at once.
 */
export function isForPeople({ severity, since }: Finding, trigger: Trigger, now: Date): boolean {
  if (severity !== 'attention') return false;
  if (trigger === 'daily' || trigger === 'request' || since === undefined) return true;
  return now.getTime() - since.getTime() >= HOUR;
}

/** What of it people have not been told within the day: one message a key and cause (`people-told` events say which). */
export function notYetTold(findings: readonly Finding[], told: readonly AuditEvent[]): readonly Finding[] {
  const causes = new Set(told.map(({ key, reason, facts }) => JSON.stringify([reason, key, facts?.secret])));
  return findings.filter((finding) => !causes.has(causeOf(finding)));
}

/** The first finding of each key and cause: three hosts that refuse one key are one cause. */
export function oneOfEachCause(findings: readonly Finding[]): readonly Finding[] {
  const first = new Map<string, Finding>();
  for (const finding of findings) {
    const cause = causeOf(finding);
    if (!first.has(cause)) first.set(cause, finding);
  }
  return [...first.values()];
}

/** What people are told once: the code, the key and the connection that a `people-told` event names. */
function causeOf({ code, key, connection }: Finding): string {
  return JSON.stringify([code, key, connection?.secret]);
}
