import { after, DAY } from '../duration';
import { TAG } from '../names';
import { tagFor } from './dated-tag';
import { currentKey, type SecretState } from './secret-state';

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

/** Whether a person wants the current key rotated, and it is still to be tried. */
export function isRotationAsked(secret: SecretState, now: Date): boolean {
  const askedAt = rotationAskedAt(secret);
  return askedAt !== undefined && now < after(askedAt, ASK_STANDS_FOR);
}
