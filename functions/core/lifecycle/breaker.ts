import { HOUR, latest } from '../duration';
import { targetSetDigest } from '../hosts/target';
import { isDelivered, marksOf } from '../key/delivery-mark';
import { pauseOf } from '../key/pause';
import { currentKey } from '../key/secret-state';
import type { Managed } from './managed';

/** So many keys, undelivered for so long, and no further key is rotated until delivery works again. */
const UNDELIVERED_KEYS = 3;
const UNDELIVERED_FOR = HOUR;

/** A current key that is not at all its targets, and since when. */
export interface Undelivered {
  readonly id: string;
  readonly accessKeyId: string;
  readonly since: Date;
}

/** Everything that waits for delivery, paused keys aside; oldest first. */
export function undelivered(managed: readonly Managed[], now: Date): readonly Undelivered[] {
  return managed
    .flatMap(({ entry, secret, changedAt }) => {
      const version = currentKey(secret);
      if (version === undefined) return [];
      if (isDelivered(secret, version, targetSetDigest(entry.targets, entry.connections))) return [];
      if (pauseOf(secret, now) !== undefined) return [];
      // A version that was delivered once waits since its targets were changed.
      const wasDelivered = marksOf(version.labels).length > 0;
      const since = wasDelivered && changedAt !== undefined ? latest(version.createdAt, changedAt) : version.createdAt;
      return [{ id: entry.id, accessKeyId: version.accessKeyId, since }];
    })
    .sort((a, b) => a.since.getTime() - b.since.getTime());
}

/** The keys that hold the breaker open, or undefined while delivery works. */
export function breaker(managed: readonly Managed[], now: Date): readonly Undelivered[] | undefined {
  const stuck = undelivered(managed, now).filter(({ since }) => now.getTime() - since.getTime() > UNDELIVERED_FOR);
  return stuck.length >= UNDELIVERED_KEYS ? stuck : undefined;
}
