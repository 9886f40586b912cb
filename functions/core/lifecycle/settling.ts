import { after, HOUR } from '../duration';
import { DELIVERY_LIVES, lastDeliveredAt } from '../key/delivery-mark';
import type { KeyRing } from '../key/key-ring';
import { CLOCK_SKEW, newestStored, type SecretState } from '../key/secret-state';

/** A prompt delivery is complete within an hour, and others of the same version are over when they have had their time. */
const SETTLES_IN = HOUR + DELIVERY_LIVES;

/** Since when deliveries may be under way; undefined when there are none. */
export function unsettledSince(secret: SecretState, { current }: KeyRing, now: Date): Date | undefined {
  const newest = newestStored(secret, now)?.createdAt;
  if (newest !== undefined && now < after(newest, SETTLES_IN)) return newest;
  const delivered = current === undefined ? undefined : lastDeliveredAt(secret, current);
  return delivered !== undefined && delivered <= after(now, CLOCK_SKEW) && now < after(delivered, DELIVERY_LIVES)
    ? delivered
    : undefined;
}
