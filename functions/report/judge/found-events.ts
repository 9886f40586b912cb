import { HOUR } from '../../core/duration';
import { currentKey } from '../../core/key/secret-state';
import type { Evidence, ListedKey } from '../evidence/evidence';
import type { KeyEvent } from './key-events';
import type { ManagedKey } from './scope';

/** Later than this after the period the record was not read: what happened since may be Keyturn's own work. */
const STILL_READ = HOUR;
const NOBODY_KNOWN = 'an unknown principal';

/** The event of the record by which a run announces what may have happened then. */
const BEGUN = {
  deleted: 'key-deletion-begun',
  inactive: 'key-deactivation-begun',
  active: 'key-reactivation-begun',
  stored: 'key-promotion-begun',
} as const;

interface Found {
  readonly accessKeyId: string;
  readonly what: keyof typeof BEGUN;
  /** Whether the record would tell of it, had it been Keyturn's work. */
  readonly isRecorded: boolean;
}

/**
 * What IAM and the secret show now and nothing explains. It is held against somebody only where the record would tell
 * of it: it was read until now, and it knew the key.
 */
export function foundEvents(
  managed: ManagedKey,
  keyEvents: readonly KeyEvent[],
  evidence: Evidence,
): readonly KeyEvent[] {
  const { listed, entry, before } = managed;
  if (listed === undefined) return [];
  const events = [...(before?.events ?? []), ...managed.events];
  const found = [...foundStatuses(listed, keyEvents, evidence), ...foundCurrent(managed, keyEvents, evidence)];
  return found.map(({ accessKeyId, what, isRecorded }) => {
    const isBegun = events.some((event) => event.event === BEGUN[what] && event.accessKeyId === accessKeyId);
    const isProved = entry !== undefined && isRecorded && !isBegun;
    return { accessKeyId, at: evidence.gatheredAt, what, isFound: true, by: isProved ? NOBODY_KNOWN : undefined };
  });
}

/** Keys that IAM lists otherwise than their last event has it. */
function foundStatuses(
  listed: readonly ListedKey[],
  keyEvents: readonly KeyEvent[],
  evidence: Evidence,
): readonly Found[] {
  return [...lastOf(keyEvents)].flatMap(([accessKeyId, last]) => {
    const key = listed.find((other) => other.accessKeyId === accessKeyId);
    const what = happenedSince(last, key?.status);
    return what === undefined ? [] : [{ accessKeyId, what, isRecorded: wouldTell(accessKeyId, keyEvents, evidence) }];
  });
}

/** What happened between the last event of a key and its status now; undefined where they agree. */
function happenedSince(
  last: KeyEvent['what'],
  status: ListedKey['status'] | undefined,
): 'deleted' | 'inactive' | 'active' | undefined {
  const isGone = last === 'deleted' || last === 'discarded';
  if (status === undefined) return isGone ? undefined : 'deleted';
  if (status === 'Inactive') return last === 'inactive' ? undefined : 'inactive';
  return last === 'inactive' ? 'active' : undefined;
}

/** The key that the secret holds, where another one was stored last. */
function foundCurrent({ secret }: ManagedKey, keyEvents: readonly KeyEvent[], evidence: Evidence): readonly Found[] {
  const current = secret === undefined ? undefined : currentKey(secret);
  const stored = keyEvents.findLast(({ what }) => what === 'stored');
  if (current === undefined || stored === undefined || stored.accessKeyId === current.accessKeyId) return [];
  const isRecorded = wouldTell(stored.accessKeyId, keyEvents, evidence);
  return [{ accessKeyId: current.accessKeyId, what: 'stored', isRecorded }];
}

/** What happened last to each key by itself: created, made Inactive or Active, deleted. */
function lastOf(keyEvents: readonly KeyEvent[]): ReadonlyMap<string, KeyEvent['what']> {
  const last = new Map<string, KeyEvent['what']>();
  for (const { accessKeyId, what } of keyEvents) {
    if (what !== 'stored' && what !== 'delivered') last.set(accessKeyId, what);
    else if (!last.has(accessKeyId)) last.set(accessKeyId, 'created');
  }
  return last;
}

/** Whether Keyturn's work on the key would be in the record: it was there when the record was. */
function wouldTell(
  accessKeyId: string,
  keyEvents: readonly KeyEvent[],
  { record, gatheredAt, until }: Evidence,
): boolean {
  if (record === undefined || gatheredAt.getTime() - until.getTime() > STILL_READ) return false;
  const own = keyEvents.filter((keyEvent) => keyEvent.accessKeyId === accessKeyId);
  return own.some(({ event, at }) => event !== undefined || at >= record.beginsAt);
}
