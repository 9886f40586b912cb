import { after, DAY } from '../duration';
import { TAG } from '../names';
import { readDatedTag, tagFor } from './dated-tag';
import { CLOCK_SKEW, currentKey, type SecretState } from './secret-state';

/** For so long a rotation that was asked for is tried; then it is told that nothing came of it. */
export const ASK_STANDS_FOR = DAY;

/** What is asked of a secret that has no key yet. */
export const NO_KEY = 'none';

/**
 * When a person asked for the key that is current to be rotated. One that has been rotated since is another key: what was
 * asked is done once, whoever repeats it.
 */
export function rotationAskedAt(secret: SecretState): Date | undefined {
  return tagFor(secret, TAG.rotationAsked, currentKey(secret)?.accessKeyId ?? NO_KEY);
}

/**
 * When a person asked for a rotation that has not come: of the current key, or of one that is not current any more though
 * no younger one has taken its place, as after a rollback.
 */
export function unmetRotationAt(secret: SecretState): Date | undefined {
  const asked = readDatedTag(secret.tags[TAG.rotationAsked]);
  const current = currentKey(secret);
  if (asked === undefined) return undefined;
  const isMet =
    current !== undefined &&
    current.accessKeyId !== asked.accessKeyId &&
    current.createdAt > after(asked.at, -CLOCK_SKEW);
  return isMet ? undefined : asked.at;
}

/** Whether a person wants the current key rotated, and it is still to be tried. */
export function isRotationAsked(secret: SecretState, now: Date): boolean {
  const askedAt = rotationAskedAt(secret);
  return askedAt !== undefined && now < after(askedAt, ASK_STANDS_FOR);
}
