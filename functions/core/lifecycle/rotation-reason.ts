import type { RegistryEntry } from '../config/registry';
import type { AccessKey } from '../key/access-key';
import type { KeyRing } from '../key/key-ring';
import { changedUser } from '../key/key-user';
import type { SecretState } from '../key/secret-state';
import { isDue } from './due';
import type { RotationReason } from './steps';

/** Why a key has to be rotated now; undefined when nothing asks for it. */
export function rotationReason(
  {
    entry,
    secret,
    keys,
    now,
    requested = false,
  }: {
    readonly entry: RegistryEntry;
    readonly secret: SecretState;
    readonly keys: readonly AccessKey[];
    readonly now: Date;
    readonly requested?: boolean;
  },
  ring: KeyRing,
): RotationReason | undefined {
  if (ring.edited) return 'secret-edited';
  if (ring.current === undefined)
    return requested || isFirstDue(entry, ring.superseded[0] ?? keys[0], now) ? 'first' : undefined;
  if (changedUser(secret, entry.user) !== undefined) return 'user-changed';
  if (ring.anchorKey === undefined) return 'current-key-missing';
  if (ring.anchorKey.status === 'Inactive') return 'current-key-inactive';
  if (secret.takesOver !== undefined && entry.firstRotation === 'at-once') return 'first';
  if (isDue(ring.current.createdAt, entry, now)) return 'due';
  return requested ? 'requested' : undefined;
}

function isFirstDue(entry: RegistryEntry, oldest: AccessKey | undefined, now: Date): boolean {
  return entry.firstRotation === 'at-once' || oldest === undefined || isDue(oldest.createdAt, entry, now);
}

/** Whether pipelines hold a key that does not work any more: they wait for a repair. */
export function isRepair(reason: RotationReason | undefined): reason is 'current-key-missing' | 'current-key-inactive' {
  return reason === 'current-key-missing' || reason === 'current-key-inactive';
}

/** Whether it waits for nothing that others cause: a repair, or the first key of another user. */
export function isAtOnce(reason: RotationReason | undefined): boolean {
  return isRepair(reason) || reason === 'user-changed';
}
