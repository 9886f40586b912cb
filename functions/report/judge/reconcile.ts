import type { AuditEvent } from '../../core/audit';
import { idOfSecret } from '../../core/names';
import type { Evidence, TrailWrite } from '../evidence/evidence';
import { groupBy } from '../group-by';
import { actionOfEvent, actionOfWrite, trailActionOf } from './actions';
import { Announcements } from './announcements';
import { compare } from './compare';
import type { Change } from './model';
import { pairUp } from './pairing';
import { plural } from './plural';
import { type Accounted, type Principals, principalsOf } from './principals';
import { isRepetition } from './repetition';
import type { ManagedKey, Scope } from './scope';
import { isWithin, RUN_LIVES, TOLERANCE } from './time-bounds';

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

type Draft = Omit<Change, 'id'> & { readonly doubtful?: boolean };

/** Matches CloudTrail's writes with the audit record; only what both could have seen is held against either. */
export function reconcile(evidence: Evidence, scope: Scope): Reconciliation {
  const { record, trail } = evidence;
  if (trail === undefined)
    return { changes: [], all: [], doubtful: new Set(), skew: 0, unmatchable: 0, ownerless: new Set() };
  const events = record?.events ?? [];
  const { pairs, ...left } = pairUp(trail.writes, events);
  const announcements = new Announcements(events);
  const rest = left.writes.toSorted((a, b) => a.at.getTime() - b.at.getTime() || compare(a.eventId, b.eventId));
  const begun: Accounted[] = [];
  const alone: TrailWrite[] = [];
  const told = groupBy(pairs, ({ write }) => actionOfWrite(write));
  const principals = principalsOf(pairs);
  for (const write of rest) {
    const isPlausible = (event: AuditEvent) =>
      !principals.ofFunction.has(event.function) || principals.doubt({ write, event }) === undefined;
    const event = announcements.take(write, isPlausible);
    if (event === undefined) alone.push(write);
    else begun.push({ write, event });
  }
  const repeated = groupBy(
    left.events.filter((event) => repeats(event, told.get(actionOfEvent(event) ?? ''))),
    actionOfEvent,
  );
  const seen = new Set<string>();
  const drafts: Draft[] = [];
  for (const pair of pairs) {
    const action = actionOfWrite(pair.write) ?? '';
    const again = seen.has(action) ? [] : (repeated.get(action) ?? []);
    seen.add(action);
    drafts.push(matched(pair, 'matched', scope, principals, pairNotes(pair.skew, again)));
  }
  for (const accounted of begun) {
    drafts.push(matched(accounted, 'begun-only', scope, principals, ['The run did not say that it had done it.']));
  }
  let unmatchable = 0;
  for (const write of alone) {
    const managed = managedBy(write, scope);
    const original = (told.get(actionOfWrite(write) ?? '') ?? []).find((pair) => isRepetition(write, pair.write));
    if (original !== undefined) {
      const note = `Repetition of ${original.write.eventId}: it changed nothing.`;
      drafts.push({ ...draftOf(write, managed), result: 'matched', isManaged: managed !== undefined, note });
    } else if (managed !== undefined && record === undefined && write.status !== 'Active') {
      unmatchable++;
    } else {
      drafts.push(withoutKeyturn(write, managed, evidence, principals));
    }
  }
  const expected = (event: AuditEvent) => {
    const at = Date.parse(event.time);
    return trail.from.getTime() + TOLERANCE <= at && at <= trail.to.getTime() - TOLERANCE;
  };
  const repetitions = new Set([...repeated.values()].flat());
  for (const event of left.events.filter((event) => expected(event) && !repetitions.has(event))) {
    const action = trailActionOf(event);
    if (action !== undefined) drafts.push(withoutTrail(event, action));
  }
  const all = numbered(drafts);
  return {
    changes: all.map(({ change }) => change).filter(({ at }) => isWithin(evidence, at)),
    all: all.map(({ change }) => change),
    doubtful: new Set(all.flatMap(({ change, doubtful }) => (doubtful ? [change.id] : []))),
    skew: Math.max(0, ...pairs.map(({ skew }) => Math.abs(skew)).filter((skew) => skew > TOLERANCE)),
    unmatchable,
    ownerless: new Set(all.filter(({ change }) => isOwnerless(change)).map(({ change }) => change.id)),
  };
}

/** A record that could not be understood, or that names nobody: it may concern a managed user. */
function isOwnerless({ key, user, accessKeyId, version, result }: Change): boolean {
  const isNamed = [key, user, accessKeyId, version].some((name) => name !== undefined);
  return result === 'without-keyturn' && !isNamed;
}

function numbered(drafts: readonly Draft[]) {
  return drafts
    .toSorted(
      (a, b) =>
        compare(a.at, b.at) ||
        compare(a.trailEventId ?? '', b.trailEventId ?? '') ||
        compare(a.event ?? '', b.event ?? ''),
    )
    .map(({ doubtful = false, ...change }, index) => ({ change: { id: `change-${index + 1}`, ...change }, doubtful }));
}

function draftOf(write: TrailWrite, managed: ManagedKey | undefined) {
  const { at, action, by, user, accessKeyId, eventId, status, version } = write;
  return {
    at: at.toISOString(),
    action,
    by,
    trailEventId: eventId,
    ...((user ?? managed?.user) === undefined ? {} : { user: user ?? managed?.user }),
    accessKeyId,
    status,
    version,
    key: managed?.key,
  };
}

function matched(
  accounted: Accounted,
  result: 'matched' | 'begun-only',
  scope: Scope,
  principals: Principals,
  notes: readonly string[],
): Draft {
  const { write, event } = accounted;
  const doubt = principals.doubt(accounted);
  const note = [...(doubt === undefined ? [] : [doubt]), ...notes].join(' ');
  const key = event.key === undefined ? undefined : scope.byKey.get(event.key);
  return {
    ...draftOf(write, key ?? managedBy(write, scope)),
    event: event.id,
    result,
    isManaged: true,
    ...(note === '' ? {} : { note }),
    doubtful: doubt !== undefined,
  };
}

function pairNotes(skew: number, again: readonly AuditEvent[]): readonly string[] {
  const notes: string[] = [];
  if (Math.abs(skew) > TOLERANCE) {
    const side = skew > 0 ? 'later' : 'earlier';
    notes.push(
      `The event is ${plural(Math.round(Math.abs(skew) / 60_000), 'minute')} ${side} than CloudTrail's record.`,
    );
  }
  if (again.length > 0) notes.push(`Told again by ${again.map(({ id }) => id).join(', ')}: done already.`);
  return notes;
}

function withoutKeyturn(
  write: TrailWrite,
  managed: ManagedKey | undefined,
  { record }: Evidence,
  principals: Principals,
): Draft {
  // Before it was managed it was nobody's business but its owner's.
  const before = managed?.since !== undefined && write.at < managed.since;
  const notes: string[] = [];
  if (before) notes.push(`Before ${managed.user} was managed.`);
  if (!before && managed !== undefined && record !== undefined && write.at < record.beginsAt) {
    notes.push(`The record begins later, at ${record.beginsAt.toISOString()}: it cannot tell.`);
  }
  const own = [...principals.ofFunction].find(([, by]) => write.by.startsWith(`${by}/`) || write.by === by);
  if (own !== undefined) {
    notes.push(
      `Its principal is that of the ${own[0]} function, but no event tells of it: look into the function's own log.`,
    );
  }
  return {
    ...draftOf(write, managed),
    result: 'without-keyturn',
    isManaged: managed !== undefined && !before,
    ...(notes.length === 0 ? {} : { note: notes.join(' ') }),
  };
}

function withoutTrail(event: AuditEvent, action: Change['action']): Draft {
  const { time, id, user, accessKeyId, key, version } = event;
  return {
    at: new Date(time).toISOString(),
    action,
    user,
    accessKeyId,
    ...(action === 'UpdateAccessKey' ? { status: 'Inactive' as const } : {}),
    version,
    key,
    event: id,
    result: 'without-trail',
    isManaged: true,
    note: 'CloudTrail does not have it: the event may be forged, or CloudTrail is incomplete.',
  };
}

/** An action that was done already counts as done: of two runs at the same time both say so. A key is created only once. */
function repeats(event: AuditEvent, told: readonly Accounted[] | undefined): boolean {
  if (event.event === 'key-created' || told === undefined) return false;
  return told.some((pair) => Math.abs(Date.parse(event.time) - pair.write.at.getTime()) <= RUN_LIVES + TOLERANCE);
}

/** The managed key that a write concerns. */
function managedBy({ user, accessKeyId, secret }: TrailWrite, scope: Scope): ManagedKey | undefined {
  const ofUser = user === undefined ? undefined : scope.byUser.get(user);
  // A user that was renamed for a while keeps its keys.
  if (ofUser !== undefined) return ofUser;
  if (accessKeyId !== undefined) return scope.byAccessKey.get(accessKeyId);
  return scope.byKey.get(idOfSecret(secret ?? '') ?? '');
}
