import type { AuditEvent } from '../../core/audit';
import type { Evidence, TrailWrite } from '../evidence/evidence';
import { groupBy } from '../group-by';
import { actionOfEvent, actionOfWrite, trailActionOf } from './actions';
import { Announcements } from './announcements';
import {
  type ChangeDraft,
  managedBy,
  matched,
  pairNotes,
  repeatedWrite,
  withoutKeyturn,
  withoutTrail,
} from './change-drafts';
import { compare } from './compare';
import type { Change } from './model';
import { type Pair, pairUp } from './pairing';
import { type Accounted, type Principals, principalsOf } from './principals';
import { isRepeatedEvent, isRepeatedWrite } from './repeats';
import type { Scope } from './scope';
import { isWithin, TOLERANCE } from './time-bounds';
import { isShown } from './trail-spans';

export interface Reconciliation {
  /** Of the period, in order of time. */
  readonly changes: readonly Change[];
  /** Also from outside the period: what CloudTrail tells of the lives of keys. */
  readonly all: readonly Change[];
  /** IDs of changes whose principal speaks against the event that they are matched with. */
  readonly doubtful: ReadonlySet<string>;
  /** Largest difference between an event and its write beyond the tolerance, in milliseconds. */
  readonly skew: number;
  /** Writes that nothing could be said of, because there is no record. */
  readonly unmatchable: number;
  /** IDs of changes of which CloudTrail does not say whose they are. */
  readonly ownerless: ReadonlySet<string>;
}

const NOTHING: Reconciliation = {
  changes: [],
  all: [],
  doubtful: new Set(),
  skew: 0,
  unmatchable: 0,
  ownerless: new Set(),
};

/** Matches CloudTrail's writes with the audit record; only what both could have seen is held against either. */
export function reconcile(evidence: Evidence, scope: Scope): Reconciliation {
  const { record, trail } = evidence;
  if (trail === undefined) return NOTHING;
  const events = record?.events ?? [];
  const { pairs, ...left } = pairUp(trail.writes, events);
  const principals = principalsOf(pairs);
  const pairsOf = groupBy(pairs, ({ write }) => actionOfWrite(write));
  const { begun, alone } = begunOnly(left.writes, events, principals);
  const isRepeated = (event: AuditEvent) => isRepeatedEvent(event, pairsOf.get(actionOfEvent(event) ?? ''));
  const repeated = left.events.filter(isRepeated);
  const unannounced = alone.map((write) => unannouncedWrite(write, pairsOf, principals, evidence, scope));
  const all = numbered([
    ...matchedPairs(pairs, repeated, principals, scope),
    ...begun.map((accounted) =>
      matched(accounted, 'begun-only', scope, principals, ['The run did not say that it had done it.']),
    ),
    ...unannounced.filter((draft) => draft !== undefined),
    ...unseenEvents(
      left.events.filter((event) => !isRepeated(event)),
      trail,
    ),
  ]);
  return {
    changes: all.map(({ change }) => change).filter(({ at }) => isWithin(evidence, at)),
    all: all.map(({ change }) => change),
    doubtful: new Set(all.flatMap(({ change, isDoubtful }) => (isDoubtful ? [change.id] : []))),
    skew: Math.max(0, ...pairs.map(({ skew }) => Math.abs(skew)).filter((skew) => skew > TOLERANCE)),
    unmatchable: unannounced.filter((draft) => draft === undefined).length,
    ownerless: new Set(all.filter(({ change }) => isOwnerless(change)).map(({ change }) => change.id)),
  };
}

/** Writes that no event tells of: those that a run had announced, and those that nobody did. */
function begunOnly(writes: readonly TrailWrite[], events: readonly AuditEvent[], principals: Principals) {
  const announcements = new Announcements(events);
  const begun: Accounted[] = [];
  const alone: TrailWrite[] = [];
  for (const write of writes.toSorted((a, b) => a.at.getTime() - b.at.getTime() || compare(a.eventId, b.eventId))) {
    const isPlausible = (event: AuditEvent) =>
      !principals.ofFunction.has(event.function) || principals.doubt({ write, event }) === undefined;
    const event = announcements.take(write, isPlausible);
    if (event === undefined) alone.push(write);
    else begun.push({ write, event });
  }
  return { begun, alone };
}

/** The first pair of an action names the events that told of it again. */
function matchedPairs(
  pairs: readonly Pair[],
  repeated: readonly AuditEvent[],
  principals: Principals,
  scope: Scope,
): readonly ChangeDraft[] {
  const repeatedOf = groupBy(repeated, actionOfEvent);
  const seen = new Set<string>();
  return pairs.map((pair) => {
    const action = actionOfWrite(pair.write) ?? '';
    const again = seen.has(action) ? [] : (repeatedOf.get(action) ?? []);
    seen.add(action);
    return matched(pair, 'matched', scope, principals, pairNotes(pair.skew, again));
  });
}

/** What a write is that no run announced; undefined when nothing can be said of it, because there is no record. */
function unannouncedWrite(
  write: TrailWrite,
  pairsOf: ReadonlyMap<string, readonly Pair[]>,
  principals: Principals,
  evidence: Evidence,
  scope: Scope,
): ChangeDraft | undefined {
  const managed = managedBy(write, scope);
  const original = pairsOf.get(actionOfWrite(write) ?? '')?.find((pair) => isRepeatedWrite(write, pair.write));
  if (original !== undefined) return repeatedWrite(write, original.write, managed);
  if (managed !== undefined && evidence.record === undefined && write.status !== 'Active') return undefined;
  return withoutKeyturn(write, managed, evidence, principals);
}

/** Events that CloudTrail should have a write for: it could be asked for their time. */
function unseenEvents(events: readonly AuditEvent[], trail: NonNullable<Evidence['trail']>): readonly ChangeDraft[] {
  return events.flatMap((event) => {
    const at = Date.parse(event.time);
    const action = trailActionOf(event);
    return isShown(trail, at) && action !== undefined ? [withoutTrail(event, action)] : [];
  });
}

/** A record that could not be understood, or that names nobody: it may concern a managed user. */
function isOwnerless({ key, user, accessKeyId, version, result }: Change): boolean {
  const isNamed = [key, user, accessKeyId, version].some((name) => name !== undefined);
  return result === 'without-keyturn' && !isNamed;
}

function numbered(drafts: readonly ChangeDraft[]) {
  return drafts
    .toSorted(
      (a, b) =>
        compare(a.at, b.at) ||
        compare(a.trailEventId ?? '', b.trailEventId ?? '') ||
        compare(a.event ?? '', b.event ?? ''),
    )
    .map(({ isDoubtful = false, ...change }, index) => ({
      change: { id: `change-${index + 1}`, ...change },
      isDoubtful,
    }));
}
