import type { RegistryEntry } from '../config/registry';
import type { AccessKey } from '../key/access-key';
import type { KeyRing } from '../key/key-ring';
import { isDue } from './due';
import type { RotationReason } from './steps';

/** Why a key has to be rotated now; undefined when nothing asks for it. */
export function rotationReason(
  {
    entry,
    keys,
    now,
    requested = false,
  }: {
    readonly entry: RegistryEntry;
    readonly keys: readonly AccessKey[];
    readonly now: Date;
    readonly requested?: boolean;
  },
  ring: KeyRing,
): RotationReason | undefined {
  if (ring.edited) return 'secret-edited';
  if (ring.current === undefined) {
    if (requested || entry.firstRotation === 'at-once') return 'first';
    const oldest = ring.superseded[0] ?? keys[0];
    return oldest === undefined || isDue(oldest.createdAt, entry, now) ? 'first' : undefined;
  }
  if (ring.anchorKey === undefined) return 'current-key-missing';
  if (ring.anchorKey.status === 'Inactive') return 'current-key-inactive';
  if (isDue(ring.current.createdAt, entry, now)) return 'due';
  return requested ? 'requested' : undefined;
}

/** Whether pipelines hold a key that does not work any more: they wait for a repair. */
export function isRepair(reason: RotationReason | undefined): reason is 'current-key-missing' | 'current-key-inactive' {
  return reason === 'current-key-missing' || reason === 'current-key-inactive';
}
