import type { RegistryEntry } from '../config/registry';
import type { AccessKey } from '../key/access-key';
import { isRotationAsked } from '../key/asked';
import { type Compromised, compromisedOf } from '../key/compromised';
import type { KeyRing } from '../key/key-ring';
import { changedUser } from '../key/key-user';
import { isReplacedInIam, isToGo, type UnprovedEnd } from '../key/replaced';
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
  readonly compromised?: readonly Compromised[] | undefined;
  readonly unprovedEnd?: UnprovedEnd | undefined;
}

/** Why a key has to be rotated now; undefined when nothing asks for it. */
export function rotationReason(given: Reasons, ring: KeyRing): RotationReason | undefined {
  const { entry, secret, now, broughtForward } = given;
  if (ring.edited) return 'secret-edited';
  if (ring.current === undefined) return firstReason(given, ring);
  if (changedUser(secret, entry.user) !== undefined) return 'user-changed';
  if (isReplacedInIam(entry, secret, given.keys)) return undefined;
  if (ring.anchorKey === undefined) return 'current-key-missing';
  if (ring.anchorKey.status === 'Inactive') return 'current-key-inactive';
  if (compromisedOf(given.compromised, ring.current.accessKeyId) !== undefined) return 'compromised';
  // A run has said that it goes, and was cut off, or a person has it back: deactivate sees to it within the day, and so
  // the record has not forgotten it yet.
  if (isToGo(entry, secret) && given.unprovedEnd !== 'forgotten') return undefined;
  if (secret.takesOver !== undefined && entry.firstRotation === 'at-once') return 'first';
  if (isDue(ring.current.createdAt, entry, now)) return 'due';
  if (isWanted(given)) return 'requested';
  return broughtForward ? 'brought-forward' : undefined;
}

/** A person wants it, and has said so to this run or in the secret's tag. */
function isWanted({ requested = false, secret, now }: Reasons): boolean {
  return requested || isRotationAsked(secret, now);
}

/** Why a key is made where none was stored yet. */
function firstReason(given: Reasons, { superseded }: KeyRing): RotationReason | undefined {
  const { entry, keys, now, broughtForward, compromised } = given;
  if (isWanted(given) || entry.firstRotation === 'at-once') return 'first';
  if (keys.some(({ accessKeyId }) => compromisedOf(compromised, accessKeyId) !== undefined)) return 'compromised';
  const oldest = superseded[0] ?? keys[0];
  if (oldest === undefined || isDue(oldest.createdAt, entry, now)) return 'first';
  return broughtForward ? 'brought-forward' : undefined;
}

/** Whether pipelines hold a key that does not work any more: they wait for a repair. */
export function isRepair(reason: RotationReason | undefined): reason is 'current-key-missing' | 'current-key-inactive' {
  return reason === 'current-key-missing' || reason === 'current-key-inactive';
}

/** Whether it waits for nothing that others cause: a repair, the first key of another user, or a key that has leaked. */
export function isAtOnce(reason: RotationReason | undefined): boolean {
  return isRepair(reason) || reason === 'user-changed' || reason === 'compromised';
}
