import { TAG } from '../names';
import type { AccessKey } from './access-key';
import { readDatedTag, tagFor } from './dated-tag';
import { changedUser } from './key-user';
import { currentKey, currentVersion, type SecretState, type StoredVersion, storedVersions } from './secret-state';
import { isWithdrawn } from './withdrawn';

/** The access keys of one managed user, told apart by what the secret says about them. */
export interface KeyRing {
  /** The key that AWSCURRENT names; undefined before the first rotation and when somebody edited the secret. */
  readonly current: StoredVersion | undefined;
  /** AWSCURRENT is a version that Keyturn did not write. */
  readonly edited: boolean;
  /** The stored key that pipelines should hold: the current one, or the newest labelled one of an edited secret. */
  readonly anchor: StoredVersion | undefined;
  /** The anchor as IAM lists it; undefined when somebody deleted it. */
  readonly anchorKey: AccessKey | undefined;
  /**
   * Keys that Keyturn stored and that are not the anchor, a withdrawn one among them although it is younger, or that existed
   * before the secret (adopted). Oldest first.
   */
  readonly superseded: readonly AccessKey[];
  /** Keys in no version, younger than the secret: made by hand, or left by a crashed run. */
  readonly unknown: readonly AccessKey[];
}

/** Tells a user's keys apart. `keys` is what IAM lists, `secret.versions` should include every version that matters. */
export function keyRing(secret: SecretState, keys: readonly AccessKey[]): KeyRing {
  const stored = storedVersions(secret);
  const awsCurrent = currentVersion(secret);
  const current = stored.find((version) => version.versionId === awsCurrent?.versionId);
  const edited = awsCurrent !== undefined && current === undefined;
  const anchor = current ?? stored.findLast((version) => version.labels.length > 0 && !isWithdrawn(secret, version));
  const others = keys
    .filter((key) => key.accessKeyId !== anchor?.accessKeyId)
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime());
  const isKnown = (key: AccessKey) =>
    stored.some((version) => version.accessKeyId === key.accessKeyId) || key.createdAt < secret.createdAt;
  return {
    current,
    edited,
    anchor,
    anchorKey: keys.find((key) => key.accessKeyId === anchor?.accessKeyId),
    superseded: others.filter(isKnown),
    unknown: others.filter((key) => !isKnown(key)),
  };
}

/**
 * The same for the user that the managed key has now. While the current key is one of the user before, nothing is known of
 * the present user's keys: they are as at adoption, and its first key comes next. A user that was renamed has the current
 * key still.
 */
export function ringOfUser(secret: SecretState, keys: readonly AccessKey[], user: string): KeyRing {
  const ring = keyRing(secret, keys);
  if (ring.anchorKey !== undefined || changedUser(secret, user) === undefined) return ring;
  const superseded = [...ring.superseded, ...ring.unknown].sort(
    (a, b) => a.createdAt.getTime() - b.createdAt.getTime(),
  );
  return { ...ring, current: undefined, anchor: undefined, superseded, unknown: [] };
}

/** Since when a key is Inactive by Keyturn's own record; undefined when a person has reactivated it since. */
export function inactiveSince(secret: SecretState, accessKeyId: string): Date | undefined {
  const deactivated = readDatedTag(secret.tags[TAG.deactivated]);
  if (deactivated?.accessKeyId !== accessKeyId) return undefined;
  const reactivated = reactivatedAt(secret, accessKeyId);
  return reactivated !== undefined && reactivated >= deactivated.at ? undefined : deactivated.at;
}

/**
 * Whether the one record that there is speaks of the key before, Inactive and listed: that one is deleted first, and its
 * time is not begun anew when the current one is made Inactive too.
 */
export function isRecordTaken(secret: SecretState, keys: readonly AccessKey[], accessKeyId: string): boolean {
  const recorded = readDatedTag(secret.tags[TAG.deactivated])?.accessKeyId;
  if (recorded === undefined || recorded === accessKeyId || currentKey(secret)?.accessKeyId !== accessKeyId)
    return false;
  const isInactive = keys.some((key) => key.accessKeyId === recorded && key.status === 'Inactive');
  return isInactive && inactiveSince(secret, recorded) !== undefined;
}

export function reactivatedAt(secret: SecretState, accessKeyId: string): Date | undefined {
  return tagFor(secret, TAG.reactivated, accessKeyId);
}
