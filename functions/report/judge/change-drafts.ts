import type { AuditEvent } from '../../core/audit';
import { idOfSecret } from '../../core/names';
import type { Evidence, TrailWrite } from '../evidence/evidence';
import type { Change } from './model';
import { plural } from './plural';
import type { Accounted, Principals } from './principals';
import type { ManagedKey, Scope } from './scope';
import { TOLERANCE } from './time-bounds';

/** A change that has no number yet. */
export interface ChangeDraft extends Omit<Change, 'id'> {
  /** Whether its principal speaks against the event that it is matched with. */
  readonly isDoubtful?: boolean;
}

function draftOf(write: TrailWrite, managed: ManagedKey | undefined) {
  const { at, action, by, user, accessKeyId, eventId, status, version } = write;
  return {
    at: at.toISOString(),
    action,
    by,
    trailEventId: eventId,
    user: user ?? managed?.user,
    accessKeyId,
    status,
    version,
    key: managed?.key,
  };
}

/** A write that an event accounts for. */
export function matched(
  accounted: Accounted,
  result: 'matched' | 'begun-only',
  scope: Scope,
  principals: Principals,
  notes: readonly string[],
): ChangeDraft {
  const { write, event } = accounted;
  const doubt = principals.doubt(accounted);
  const note = [...(doubt === undefined ? [] : [doubt]), ...notes].join(' ');
  const key = event.key === undefined ? undefined : scope.byKey.get(event.key);
  return {
    ...draftOf(write, key ?? managedBy(write, scope)),
    event: event.id,
    result,
    isManaged: true,
    note: note === '' ? undefined : note,
    isDoubtful: doubt !== undefined,
  };
}

/** Of a pair: how far apart its halves are, and which events tell of it again. */
export function pairNotes(skew: number, again: readonly AuditEvent[]): readonly string[] {
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

/** A write that only repeats another one. */
export function repeatedWrite(write: TrailWrite, original: TrailWrite, managed: ManagedKey | undefined): ChangeDraft {
  const note = `Repetition of ${original.eventId}: it changed nothing.`;
  return { ...draftOf(write, managed), result: 'matched', isManaged: managed !== undefined, note };
}

/** A write that nothing in the record accounts for. */
export function withoutKeyturn(
  write: TrailWrite,
  managed: ManagedKey | undefined,
  { record }: Evidence,
  principals: Principals,
): ChangeDraft {
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
    note: notes.length === 0 ? undefined : notes.join(' '),
  };
}

/** An event that no write of CloudTrail's bears out. */
export function withoutTrail(event: AuditEvent, action: Change['action']): ChangeDraft {
  const { time, id, user, accessKeyId, key, version } = event;
  const status = event.event === 'key-reactivated' ? 'Active' : 'Inactive';
  return {
    at: new Date(time).toISOString(),
    action,
    user,
    accessKeyId,
    ...(action === 'UpdateAccessKey' ? ({ status } as const) : {}),
    version,
    key,
    event: id,
    result: 'without-trail',
    isManaged: true,
    note: 'CloudTrail does not have it: the event may be forged, or CloudTrail is incomplete.',
  };
}

/** The managed key that a write concerns. */
export function managedBy({ user, accessKeyId, secret }: TrailWrite, scope: Scope): ManagedKey | undefined {
  const ofUser = user === undefined ? undefined : scope.byUser.get(user);
  // A user that was renamed for a while keeps its keys.
  if (ofUser !== undefined) return ofUser;
  if (accessKeyId !== undefined) return scope.byAccessKey.get(accessKeyId);
  return scope.byKey.get(idOfSecret(secret ?? '') ?? '');
}
