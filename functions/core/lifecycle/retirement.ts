import type { Policy } from '../config/policy';
import type { RegistryEntry } from '../config/registry';
import { after, DAY, earliest, latest } from '../duration';
import type { AccessKey, LastUsed } from '../key/access-key';
import type { Compromised } from '../key/compromised';
import { deliveredAt } from '../key/delivery-mark';
import { reactivatedAt } from '../key/key-ring';
import type { RoleUses, UnprovedEnd } from '../key/replaced';
import type { SecretState, StoredVersion } from '../key/secret-state';
import { withdrawnAt } from '../key/withdrawn';

/** What the deactivation and the deletion of superseded keys are planned from. */
export interface RetirementInput {
  readonly entry: RegistryEntry;
  readonly secret: SecretState;
  /** What IAM lists for the user. */
  readonly keys: readonly AccessKey[];
  /** Last use of the keys that are due; a key that is missing here is left alone. */
  readonly lastUsed: ReadonlyMap<string, LastUsed>;
  /** When the roles of `replacedBy` were last used. @default - the entry names none, or IAM could not be asked */
  readonly roleUses?: RoleUses | undefined;
  /** Why the record does not prove that the current key goes for good. @default - it does, or it does not go */
  readonly unprovedEnd?: UnprovedEnd | undefined;
  /** Keys that have leaked, as far as the record proves it. @default - none */
  readonly compromised?: readonly Compromised[] | undefined;
  readonly now: Date;
}

/** When a superseded key has the age to be made Inactive and to be deleted; the gaps of the lifecycle come on top. */
export interface RetirementAges {
  readonly deactivate: Date;
  readonly delete: Date;
}

/**
 * A superseded key retires at its own age, but in any case early enough to be gone, hold included, before its successor
 * is due: a key that was young when it was superseded would otherwise still hold the user's second place (K8). For a key
 * that lived for `rotateAfter` the first rule is always the earlier one; `policyProblems` sees to that.
 */
export function retirementAges(policy: Policy, createdAt: Date, successorCreatedAt: Date): RetirementAges {
  const { rotateAfter, deactivateAfter, deleteAfter, holdLimit } = policy;
  const gone = after(successorCreatedAt, (rotateAfter - 1) * DAY);
  const idle = after(gone, -(deleteAfter - deactivateAfter + holdLimit) * DAY);
  return {
    deactivate: earliest(after(createdAt, deactivateAfter * DAY), idle),
    delete: earliest(after(createdAt, deleteAfter * DAY), gone),
  };
}

/**
 * When a superseded key may be made Inactive: when it has the age, after the overlap with its successor, and after as
 * long an overlap again when a person has made it Active in between. A withdrawn key is superseded since the rollback: its
 * successor is the older key that is current again, once that is delivered everywhere (K3).
 */
export function deactivationDue(
  entry: RegistryEntry,
  secret: SecretState,
  successor: StoredVersion,
  key: Pick<AccessKey, 'accessKeyId' | 'createdAt'>,
): Date {
  const { rotateAfter, deactivateAfter } = entry.policy;
  const overlap = (deactivateAfter - rotateAfter) * DAY;
  const again = [reactivatedAt(secret, key.accessKeyId), withdrawnAt(secret, key.accessKeyId)];
  return latest(
    retirementAges(entry.policy, key.createdAt, successor.createdAt).deactivate,
    after(deliveredAt(secret, successor), overlap),
    ...again.flatMap((at) => (at === undefined ? [] : [after(at, overlap)])),
  );
}
