import type { AuditEvent } from '../audit';
import { attemptOfEvent } from '../audit';
import { after, MINUTE } from '../duration';
import { datedTag, readDatedTags } from '../key/dated-tag';

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
  const isDone = done.some(({ facts }) => facts?.request === id);
  // One that was refused has done nothing, whatever its plan was.
  const open = isDone ? same : same.filter((event) => !isClosed(event, { requested, done }));
  if (same.some(({ facts }) => facts?.by !== by) || open.some(({ facts }) => facts?.plan !== plan)) return 'id-taken';
  if (isDone && same.length > 0) return 'done';
  if (open.length === 0) return 'none';
  return open.some((event) => isYoung(event, now)) ? 'in-progress' : 'died';
}

/**
 * What a copy of a request that died has written, and its tag says; undefined where it says something else: that is
 * somebody else's, and gets no word of the record.
 *
 * @param value of the tag that the request writes or takes away; undefined where it is not there
 */
export function foundWritten(
  { requested }: RequestsBefore,
  request: string,
  value: string | undefined,
): { readonly word: string | undefined } | undefined {
  const same = requested.filter(({ outcome, facts }) => outcome === 'ok' && facts?.request === request);
  for (const { time, facts } of same) {
    // A tag that names no access key says all there is.
    if (facts?.tag === value) return { word: value };
    const began = new Date(time);
    const written = readDatedTags(value).find(
      ({ accessKeyId, at }) => accessKeyId === facts?.tag && at >= began && at <= after(began, REQUEST_TAKES),
    );
    if (written !== undefined) return { word: datedTag(written.accessKeyId, written.at) };
  }
  return undefined;
}

/** What is asked, without its plan. */
interface Asked {
  readonly id: string;
  readonly by: string;
  readonly do: string;
  readonly key: string;
  readonly why: string;
}

/** What became of a request whose ID somebody has chosen, whatever plan it had. */
export function onceOf({ requested, done }: RequestsBefore, asked: Asked): 'none' | 'done' | 'id-taken' {
  const same = requested.filter(({ outcome, facts }) => outcome === 'ok' && facts?.request === asked.id);
  const isOther = ({ key, facts }: AuditEvent) =>
    key !== asked.key || facts?.by !== asked.by || facts?.do !== asked.do || facts?.why !== asked.why;
  if (same.some(isOther)) return 'id-taken';
  return same.length > 0 && done.some(({ facts }) => facts?.request === asked.id) ? 'done' : 'none';
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
