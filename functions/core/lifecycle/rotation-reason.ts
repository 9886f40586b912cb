import type { RegistryEntry } from '../config/registry';
import type { AccessKey } from '../key/access-key';
import type { KeyRing } from '../key/key-ring';
import { changedUser } from '../key/key-user';
import type { SecretState } from '../key/secret-state';
import { isDue } from './due';
import type { RotationReason } from './steps';

interface Reasons {
  readonly entry: RegistryEntry;
  readonly secret: SecretState;
  readonly keys: readonly AccessKey[];
  readonly now: Date;
  readonly requested?: boolean;
  readonly broughtForward?: boolean;
}

/** Why a key has to be rotated now; undefined when nothing asks for it. */
export function rotationReason(given: Reasons, ring: KeyRing): RotationReason | undefined {
  const { entry, secret, now, requested, broughtForward } = given;
  if (ring.edited) return 'secret-edited';
  if (ring.current === undefined) return firstReason(given, ring);
  if (changedUser(secret, entry.user) !== undefined) return 'user-changed';
  if (ring.anchorKey === undefined) return 'current-key-missing';
  if (ring.anchorKey.status === 'Inactive') return 'current-key-inactive';
  if (secret.takesOver !== undefined && entry.firstRotation === 'at-once') return 'first';
  if (isDue(ring.current.createdAt, entry, now)) return 'due';
  if (requested) return 'requested';
  return broughtForward ? 'brought-forward' : undefined;
}

/** Why a key is made where none was stored yet. */
function firstReason(
  { entry, keys, now, requested, broughtForward }: Reasons,
  { superseded }: KeyRing,
): RotationReason | undefined {
  if (requested || entry.firstRotation === 'at-once') return 'first';
  const oldest = superseded[0] ?? keys[0];
  if (oldest === undefined || isDue(oldest.createdAt, entry, now)) return 'first';
  return broughtForward ? 'brought-forward' : undefined;
}

/** Whether pipelines hold a key that does not work any more: they wait for a repair. */
export function isRepair(reason: RotationReason | undefined): reason is 'current-key-missing' | 'current-key-inactive' {
  return reason === 'current-key-missing' || reason === 'current-key-inactive';
}

/** Whether it waits for nothing that others cause: a repair, or the first key of another user. */
export function isAtOnce(reason: RotationReason | undefined): boolean {
  return isRepair(reason) || reason === 'user-changed';
}
