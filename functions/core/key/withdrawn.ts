import { after } from '../duration';
import { TAG } from '../names';
import { ASK_STANDS_FOR } from './asked';
import { compromisedOf, saidCompromised } from './compromised';
import { type DatedTag, readDatedTag } from './dated-tag';
import { currentKey, type SecretState, type StoredVersion, storedVersions } from './secret-state';

/*
 * A rollback is one tag that names the newer key: while that one is current, the one before it is on its way back; from
 * then on it is the withdrawn one. All the rest follows from where AWSCURRENT stands, so that a run may die anywhere (K9).
 */

/** What the tag says; whoever wrote it. */
export function withdrawal({ tags }: SecretState): DatedTag | undefined {
  return readDatedTag(tags[TAG.withdrawn]);
}

/** When somebody asked for the current key to be taken back; undefined when that was done, or nobody has. */
export function rollbackAskedAt(secret: SecretState): Date | undefined {
  const said = withdrawal(secret);
  return said !== undefined && said.accessKeyId === currentKey(secret)?.accessKeyId ? said.at : undefined;
}

/**
 * Whether the key before is on its way back. It is tried for a day; then it is told that nothing came of it, and the
 * current key is one like any other again: what nobody thinks of any more is not done one day (K14), nor does it keep a
 * key from its targets for ever (K8).
 */
export function isRollbackAsked(secret: SecretState, now: Date): boolean {
  const askedAt = rollbackAskedAt(secret);
  return askedAt !== undefined && now < after(askedAt, ASK_STANDS_FOR);
}

/**
 * Whether some stored key may be the one that comes back; whoever has asked IAM knows which one is (`keyOnItsWayBack`).
 * Where there is none nothing waits for it (K8).
 */
export function mayComeBack(secret: SecretState, now: Date): boolean {
  return isRollbackAsked(secret, now) && keysBefore(secret).length > 0;
}

/**
 * Whether a stored key is withdrawn: it was taken back, and an older one is current again. It is never current again, nor
 * delivered. Where somebody has edited the secret, what was taken back stays so.
 */
export function isWithdrawn(secret: SecretState, { accessKeyId }: Pick<StoredVersion, 'accessKeyId'>): boolean {
  if (withdrawal(secret)?.accessKeyId !== accessKeyId) return false;
  const current = currentKey(secret);
  return current === undefined || keysAfter(secret, current).some((version) => version.accessKeyId === accessKeyId);
}

/** Since when it is. */
export function withdrawnAt(secret: SecretState, accessKeyId: string): Date | undefined {
  return isWithdrawn(secret, { accessKeyId }) ? withdrawal(secret)?.at : undefined;
}

/** Whether somebody has said of some key of today that it is taken back: a run has to see what came of it. */
export function isWithdrawalOfToday(secret: SecretState, now: Date): boolean {
  const said = withdrawal(secret);
  return said !== undefined && now < after(said.at, 2 * ASK_STANDS_FOR);
}

/**
 * The stored keys that were made before the current one, the newest first: what a rollback goes back to. Those of a
 * retained secret are not in this one, which can make none of them current.
 */
export function keysBefore(secret: SecretState): readonly StoredVersion[] {
  const current = currentKey(secret);
  const stored = storedVersions(secret);
  // Whoever says so: nobody goes back to a key of which that is in doubt.
  const leaked = saidCompromised(secret);
  const at = stored.findIndex(({ versionId }) => versionId === current?.versionId);
  return stored
    .slice(0, Math.max(0, at))
    .filter(({ isTakenOver, accessKeyId }) => isTakenOver !== true && compromisedOf(leaked, accessKeyId) === undefined)
    .reverse();
}

function keysAfter(secret: SecretState, { versionId }: StoredVersion): readonly StoredVersion[] {
  const stored = storedVersions(secret);
  return stored.slice(stored.findIndex((version) => version.versionId === versionId) + 1);
}
