import type { AuditEvent } from '../audit';
import { attemptOfEvent } from '../audit';
import { after, MINUTE } from '../duration';

/** A front's function lives no longer: what it has not done by then it will never do. */
export const REQUEST_TAKES = MINUTE;

/** What the record has of the requests of a day. */
export interface RequestsBefore {
  /** `requested`, of all keys. */
  readonly requested: readonly AuditEvent[];
  /** What tells that one was done. */
  readonly done: readonly AuditEvent[];
}

/** A request as the record knows it. */
interface Named {
  readonly id: string;
  readonly by: string;
  readonly plan: string | undefined;
}

/** What became of an earlier copy of a request. */
export type Earlier = 'none' | 'done' | 'in-progress' | 'died' | 'id-taken';

/**
 * What became of a request of this ID that was asked before. One that began and of which nothing more is told has died
 * when its function can live no longer: then it is asked anew, and what stands there tells whether it was done.
 */
export function earlierOf({ requested, done }: RequestsBefore, { id, by, plan }: Named, now: Date): Earlier {
  const same = requested.filter(({ outcome, facts }) => outcome === 'ok' && facts?.request === id);
  if (same.length === 0) return 'none';
  if (same.some(({ facts }) => facts?.by !== by || facts?.plan !== plan)) return 'id-taken';
  if (done.some(({ facts }) => facts?.request === id)) return 'done';
  const open = same.filter((event) => !isClosed(event, { requested, done }));
  if (open.length === 0) return 'none';
  return open.some((event) => isYoung(event, now)) ? 'in-progress' : 'died';
}

/**
 * Whether nobody else is at work on a key. Each who asks writes that it does, and looks afterwards: of two who ask at the
 * same time one sees the other for certain, perhaps both do, and who is seen by nobody goes on. Which came first says
 * nothing, because it may have looked before the other was there.
 *
 * @param run of the request that asks, which has to stand in the record already
 */
export function isAlone(before: RequestsBefore, key: string, run: string, now: Date): boolean {
  const ofKey = before.requested.filter((event) => event.key === key && event.outcome === 'ok');
  const others = ofKey.filter((event) => event.run !== run && isYoung(event, now) && !isClosed(event, before));
  return others.length === 0 && ofKey.some((event) => event.run === run);
}

/**
 * Rotations that operators ask for in a day, all of them together: as many as a run makes by itself. Whoever needs more has
 * a campaign in mind, or a loop that nobody meant.
 */
export const MOST_ROTATIONS_OF_OPERATORS = 25;

/** Whether operators have asked for so many rotations within the day that a further one is an administrator's. */
export function haveOperatorsHadTheirs({ done }: RequestsBefore): boolean {
  const theirs = done.filter(({ function: by, facts }) => by === 'operator' && facts?.do === 'rotate');
  return new Set(theirs.map(({ facts }) => facts?.request)).size >= MOST_ROTATIONS_OF_OPERATORS;
}

function isYoung({ time }: AuditEvent, now: Date): boolean {
  return after(new Date(time), REQUEST_TAKES) > now;
}

/** Its attempt has told what became of it. */
function isClosed(event: AuditEvent, { requested, done }: RequestsBefore): boolean {
  const attempt = attemptOfEvent(event);
  const ends = [...done, ...requested.filter(({ outcome }) => outcome !== 'ok')];
  return ends.some((end) => attemptOfEvent(end) === attempt);
}
