import { DAY, HOUR, latest } from '../../core/duration';
import type { FunctionName } from '../../core/names';
import type { Evidence } from '../evidence/evidence';
import { groupBy } from '../group-by';
import type { Attention } from './model';
import { plural } from './plural';
import type { Attempt } from './runs';
import { dayOf, ONE_RUN } from './time-bounds';

type Gap = Omit<Attention, 'id'>;

/** Functions that run every day whatever happens; sync even every hour. */
const DAILY: readonly FunctionName[] = ['rotate', 'deactivate', 'delete', 'sync'];
/** So many are named; the rest is counted. */
const MOST_NAMED = 5;

/** Where the record has holes, and runs without an end. */
export function gapsOf(evidence: Evidence, attempts: readonly Attempt[]): readonly Gap[] {
  return [...missingEvents(attempts), ...missedRuns(evidence, attempts), ...unfinishedRuns(attempts)];
}

/** Sequence numbers are given without a gap, so a number that is missing was an event. */
function missingEvents(attempts: readonly Attempt[]): readonly Gap[] {
  return perDay(attempts.filter(({ missing }) => missing.length > 0)).map(([first, ofDay]) => ({
    kind: 'log-gap',
    severity: 'high',
    title: `Events of ${plural(ofDay.length, 'run')} of ${first.function} are missing from the record (${dayOf(first.startedAt)})`,
    detail: `${named(ofDay.map(({ attempt, missing }) => `${attempt} lacks number ${missing.slice(0, MOST_NAMED).join(', ')}${missing.length > MOST_NAMED ? ', …' : ''}`))}. The function's own log has a second copy.`,
    at: first.startedAt.toISOString(),
    events: ofDay.flatMap(({ events }) => events.slice(-1).map(({ id }) => id)),
  }));
}

/** A function that has not run for longer than a day was not asked to, could not, or its events were taken away. */
function missedRuns({ since, until, record }: Evidence, attempts: readonly Attempt[]): readonly Gap[] {
  if (record === undefined) return [];
  // Before the record began nothing ran; from then on every day has its runs, also the first ones.
  const from = latest(since, record.beginsAt);
  if (attempts.length === 0) {
    return until.getTime() - from.getTime() > ONE_RUN ? [missedRun('Keyturn', from, until)] : [];
  }
  const byFunction = groupBy(attempts, (attempt) => attempt.function);
  return DAILY.flatMap((name) => {
    const starts = (byFunction.get(name) ?? []).map(({ startedAt }) => startedAt);
    const instants = [from, ...starts, until];
    return instants.flatMap((instant, index) => {
      const next = instants[index + 1];
      return next !== undefined && next.getTime() - instant.getTime() > ONE_RUN ? [missedRun(name, instant, next)] : [];
    });
  });
}

function missedRun(name: string, from: Date, to: Date): Gap {
  const hours = Math.floor((to.getTime() - from.getTime()) / HOUR);
  const long = hours >= (3 * DAY) / HOUR ? plural(Math.floor(hours / 24), 'day') : plural(hours, 'hour');
  return {
    kind: 'log-gap',
    severity: 'high',
    title: `No run of ${name} for ${long}`,
    detail: `The record has none from ${from.toISOString()} to ${to.toISOString()}, and one is due every day. Either it did not run, or its events are gone.`,
    at: from.toISOString(),
    events: [],
  };
}

/** Runs that the record does not see ending. When Lambda repeated one, the repetition has done the rest. */
function unfinishedRuns(attempts: readonly Attempt[]): readonly Gap[] {
  const dead = attempts.filter(({ isFinished, isYoung }) => !isFinished && !isYoung);
  return dead.map((attempt) => ({
    kind: 'incomplete-run',
    severity: attempt.isRepeated ? 'low' : 'medium',
    title: `A run of ${attempt.function} has no end in the record`,
    detail: attempt.isRepeated
      ? `Attempt ${attempt.attempt} died; Lambda repeated the run, and the repetition is in the record.`
      : `Attempt ${attempt.attempt} died, or its last events did not reach the record. What it had begun is listed under changes.`,
    at: attempt.startedAt.toISOString(),
    events: attempt.events.slice(-1).map(({ id }) => id),
  }));
}

/** One item for each function and day, so that a bad day is one line. */
function perDay(attempts: readonly Attempt[]): readonly (readonly [Attempt, readonly Attempt[]])[] {
  const days = groupBy(attempts, (attempt) => `${dayOf(attempt.startedAt)} ${attempt.function}`);
  return [...days.values()].flatMap((ofDay) => {
    const [first] = ofDay;
    return first === undefined ? [] : [[first, ofDay] as const];
  });
}

function named(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return names.slice(0, MOST_NAMED).join('; ') + (more > 0 ? `; and ${more} more` : '');
}
