import type { RegistryEntry } from '../config/registry';
import { after, DAY } from '../duration';
import { compromisedOf, saidCompromised } from '../key/compromised';
import { inactiveSince } from '../key/key-ring';
import { changedUser } from '../key/key-user';
import { currentKey, type SecretState, type StoredVersion, storedVersions } from '../key/secret-state';
import { isWithdrawn } from '../key/withdrawn';
import { deactivationDue } from '../lifecycle/retirement';

/** A stored key beside the current one that may have the second place of the user: only IAM knows whether it does. */
export interface Beside {
  readonly accessKeyId: string;
  /** By Keyturn's own record. */
  readonly inactiveSince: Date | undefined;
  /** It stands in for a leaked current key, if it is Active. */
  readonly standsIn: boolean;
}

/** The one that a rotation may meet; undefined where none is known, or where its dates are over. */
export function keyBeside(entry: RegistryEntry, secret: SecretState, now: Date): Beside | undefined {
  const current = currentKey(secret);
  if (current === undefined || changedUser(secret, entry.user) !== undefined) return undefined;
  const { deactivateAfter, deleteAfter, holdLimit } = entry.policy;
  const mayBeThere = (version: StoredVersion) =>
    inactiveSince(secret, version.accessKeyId) !== undefined ||
    now <
      after(
        deactivationDue(entry, secret, current, version),
        (holdLimit + deleteAfter - deactivateAfter + RUNS_IN_DAYS) * DAY,
      );
  const beside = storedVersions(secret).findLast(
    (version) => version.versionId !== current.versionId && mayBeThere(version),
  );
  if (beside === undefined) return undefined;
  const { accessKeyId, isTakenOver } = beside;
  const hasLeaked = compromisedOf(saidCompromised(secret), accessKeyId) !== undefined;
  const standsIn = isTakenOver !== true && !hasLeaked && !isWithdrawn(secret, beside);
  return { accessKeyId, inactiveSince: inactiveSince(secret, accessKeyId), standsIn };
}

/** The daily runs of deactivate and delete. */
const RUNS_IN_DAYS = 2;

const OF_OTHERS =
  'If its IAM user has a second access key, such as one from before Keyturn, there is no room for a new one, and nothing is made: the finding two-keys says what makes some.';

/** What a rotation meets where there is a second key. */
export function roomForRotation(beside: Beside | undefined): string {
  if (beside === undefined) return OF_OTHERS;
  const { accessKeyId, inactiveSince: since } = beside;
  const is = since === undefined ? 'is stored too' : `is Inactive since ${since.toISOString()}`;
  return `${accessKeyId}, the key before it, ${is}. If IAM still lists it, there is no room for a new key, and nothing is made: the finding two-keys says what makes some.`;
}

/** The same where the current key has leaked, for which a stored one that works stands in. */
export function roomForLeak(beside: Beside | undefined): string {
  if (beside === undefined) return OF_OTHERS;
  const { accessKeyId, inactiveSince: since, standsIn } = beside;
  if (since === undefined && standsIn) {
    return `If IAM still lists ${accessKeyId} as Active, there is no room for a new key: then that one is made current and delivered, and the new one follows when there is room.`;
  }
  const is = since === undefined ? '' : `, which is Inactive since ${since.toISOString()}`;
  return `If IAM still lists ${accessKeyId}${is}, there is no room for a new key, and nothing is made: the finding two-keys says so. To make room, delete ${accessKeyId}.`;
}
