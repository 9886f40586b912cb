import { type AuditEvent, attemptOfEvent, startOf as startOfAttempt } from '../../core/audit';
import { after, MINUTE } from '../../core/duration';
import type { Evidence } from '../evidence/evidence';
import { groupBy } from '../group-by';
import { compare } from './compare';
import type { Report } from './model';
import { dayOf, isWithin, RUN_LIVES } from './time-bounds';

/** One invocation of a function as the record knows it. */
export interface Attempt {
  readonly attempt: string;
  readonly run: string;
  readonly function: string;
  readonly startedAt: Date;
  /** What started it, where the record has its beginning. */
  readonly trigger: string | undefined;
  readonly isFinished: boolean;
  /** It may still be at work, or its last events may be on their way. */
  readonly isYoung: boolean;
  /** Sequence numbers that the record does not have, before the last one that it has. */
  readonly missing: readonly number[];
  /** A later attempt has the same run: Lambda repeated it. */
  readonly isRepeated: boolean;
  readonly changed: boolean;
  readonly failed: boolean;
  readonly events: readonly AuditEvent[];
}

/** Events that tell that something was changed, in AWS or at a target. */
const CHANGES: ReadonlySet<AuditEvent['event']> = new Set([
  'intent-written',
  'intent-cleared',
  'key-created',
  'key-stored',
  'key-discarded',
  'key-reactivated',
  'key-promoted',
  'key-deactivated',
  'key-deleted',
  'hold-recorded',
  'inactive-recorded',
  'reactivation-recorded',
  'take-over-recorded',
  'target-delivered',
  'version-delivered',
  'labels-cleaned',
  'pause-written',
  'pause-removed',
  'ask-written',
  'exception-accepted',
  'exception-ended',
  'exposed',
]);

/** How late an event may show in the record. */
const SHOWS_WITHIN = 5 * MINUTE;

/** The attempts that began within the period, in order of time. Of others the record may have a part only. */
export function attemptsOf(evidence: Evidence): readonly Attempt[] {
  const { record, until } = evidence;
  if (record === undefined) return [];
  const attempts = [...groupBy(record.events, attemptOfEvent)].flatMap(
    ([attempt, events]): Omit<Attempt, 'isRepeated'>[] => {
      const startedAt = startOf(attempt, events);
      if (!isWithin(evidence, startedAt) || startedAt < record.beginsAt) return [];
      const [first] = events;
      if (first === undefined) return [];
      return [
        {
          attempt,
          run: first.run,
          function: first.function,
          startedAt,
          trigger: events.find(({ event }) => event === 'run-started')?.reason,
          isFinished: events.some(({ event }) => event === 'run-finished'),
          isYoung: after(startedAt, RUN_LIVES + SHOWS_WITHIN) > until,
          missing: missingOf(events),
          changed: events.some(({ event }) => CHANGES.has(event)),
          failed: events.some(({ event }) => event === 'step-failed' || event === 'target-failed'),
          events,
        },
      ];
    },
  );
  attempts.sort((a, b) => a.startedAt.getTime() - b.startedAt.getTime() || compare(a.attempt, b.attempt));
  const last = new Map(attempts.map(({ run, attempt }) => [run, attempt]));
  return attempts.map((attempt) => ({ ...attempt, isRepeated: last.get(attempt.run) !== attempt.attempt }));
}

/** Whether the record has all of an attempt. */
export function isComplete({ isFinished, isYoung, missing }: Attempt): boolean {
  return (isFinished || isYoung) && missing.length === 0;
}

/** The IDs of the events that say only that a run began and ended, and changed nothing. */
export function boundsOfIdleRuns(attempts: readonly Attempt[]): ReadonlySet<string> {
  return new Set(
    attempts
      .filter((attempt) => attempt.isFinished && isComplete(attempt) && !attempt.changed)
      .flatMap(({ events }) =>
        events.filter(({ event }) => event === 'run-started' || event === 'run-finished').map(({ id }) => id),
      ),
  );
}

/** The runs of each function and day. */
export function runTable(attempts: readonly Attempt[]): Report['runs'] {
  const days = groupBy(attempts, (attempt) => `${dayOf(attempt.startedAt)} ${attempt.function}`);
  return [...days.entries()]
    .sort(([a], [b]) => compare(a, b))
    .flatMap(([, ofDay]) => {
      const [first] = ofDay;
      if (first === undefined) return [];
      return [
        {
          function: first.function,
          day: dayOf(first.startedAt),
          runs: ofDay.length,
          changed: ofDay.filter(({ changed }) => changed).length,
          incomplete: ofDay.filter((attempt) => !isComplete(attempt)).length,
          failed: ofDay.filter(({ failed }) => failed).length,
        },
      ];
    });
}

/** An attempt's name ends with its start, in milliseconds and base 36. */
function startOf(attempt: string, events: readonly AuditEvent[]): Date {
  const first = new Date(
    events.reduce((least, { time }) => Math.min(least, Date.parse(time)), Number.MAX_SAFE_INTEGER),
  );
  const named = new Date(startOfAttempt(attempt));
  // A name of another make tells nothing; the first event's time is close.
  return Math.abs(named.getTime() - first.getTime()) <= RUN_LIVES ? named : first;
}

function missingOf(events: readonly AuditEvent[]): readonly number[] {
  const seen = new Set(events.map(({ sequence }) => sequence));
  const last = Math.max(0, ...seen);
  const missing: number[] = [];
  for (let sequence = 1; sequence < last && missing.length < MOST_MISSING; sequence++) {
    if (!seen.has(sequence)) missing.push(sequence);
  }
  return missing;
}

/** A forged sequence number must not make the report endless. */
const MOST_MISSING = 1000;
