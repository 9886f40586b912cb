import { HOUR } from '../../core/duration';
import { currentKey } from '../../core/key/secret-state';
import type { Evidence } from '../evidence/evidence';
import type { KeyEvent } from './key-events';
import type { ManagedKey } from './scope';

/** Later than this after the period the record was not read: what happened since may be Keyturn's own work. */
const STILL_READ = HOUR;
const NOBODY_KNOWN = 'an unknown principal';

/**
 * What IAM and the secret show now and nothing explains. It is held against somebody only where the record would tell
 * of it: it was read until now, and it knew the key.
 */
export function foundEvents(
  managed: ManagedKey,
  keyEvents: readonly KeyEvent[],
  evidence: Evidence,
): readonly KeyEvent[] {
  const { listed, secret, entry } = managed;
  if (listed === undefined) return [];
  const found: KeyEvent[] = [];
  const add = (accessKeyId: string, what: KeyEvent['what'], isProved: boolean) => {
    const by = isProved && entry !== undefined ? { by: NOBODY_KNOWN } : {};
    found.push({ accessKeyId, at: evidence.gatheredAt, what, isFound: true, ...by });
  };
  for (const [accessKeyId, what] of lastOf(keyEvents)) {
    const isGone = what === 'deleted' || what === 'discarded';
    const key = listed.find((other) => other.accessKeyId === accessKeyId);
    const begun = (name: string) =>
      managed.events.some((event) => event.event === name && event.accessKeyId === accessKeyId);
    const isKnown = isRecorded(accessKeyId, keyEvents, evidence);
    if (key === undefined) {
      if (!isGone) add(accessKeyId, 'deleted', isKnown && !begun('key-deletion-begun'));
    } else if (key.status === 'Inactive' && what !== 'inactive') {
      add(accessKeyId, 'inactive', isKnown && !begun('key-deactivation-begun'));
    } else if (key.status === 'Active' && what === 'inactive') add(accessKeyId, 'active', isKnown);
  }
  const current = secret === undefined ? undefined : currentKey(secret);
  const lastStored = keyEvents.findLast(({ what }) => what === 'stored');
  if (current !== undefined && lastStored !== undefined && lastStored.accessKeyId !== current.accessKeyId) {
    const isKnown = isRecorded(lastStored.accessKeyId, keyEvents, evidence);
    add(
      current.accessKeyId,
      'stored',
      isKnown &&
        !managed.events.some(
          ({ event, accessKeyId }) => event === 'key-promotion-begun' && accessKeyId === current.accessKeyId,
        ),
    );
  }
  return found;
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
function isRecorded(
  accessKeyId: string,
  keyEvents: readonly KeyEvent[],
  { record, gatheredAt, until }: Evidence,
): boolean {
  if (record === undefined || gatheredAt.getTime() - until.getTime() > STILL_READ) return false;
  const own = keyEvents.filter((keyEvent) => keyEvent.accessKeyId === accessKeyId);
  return own.some(({ event, at }) => event !== undefined || at >= record.beginsAt);
}
