import { after, DAY } from '../duration';
import { TAG } from '../names';
import { type DatedTag, readDatedTag } from './dated-tag';
import { CLOCK_SKEW, currentKey, type SecretState, storedVersions } from './secret-state';

/** For so long a rotation that was asked for is tried; then it is told that nothing came of it. */
export const ASK_STANDS_FOR = DAY;

/** What is asked of a secret that has no key yet. */
export const NO_KEY = 'none';

/**
 * When a person asked for the key that is current to be rotated. One that has been rotated since is another key: what was
 * asked is done once, whoever repeats it, and whether or not its product was taken back later.
 */
export function rotationAskedAt(secret: SecretState): Date | undefined {
  const asked = readDatedTag(secret.tags[TAG.rotationAsked]);
  const isOfCurrent = asked?.accessKeyId === (currentKey(secret)?.accessKeyId ?? NO_KEY);
  return asked !== undefined && isOfCurrent && !isMet(secret, asked) ? asked.at : undefined;
}

/**
 * When a person asked for a rotation that has not come: of the current key, or of one that is not current any more though
 * no younger one has taken its place, as after a rollback.
 */
export function unmetRotationAt(secret: SecretState): Date | undefined {
  const asked = readDatedTag(secret.tags[TAG.rotationAsked]);
  return asked === undefined || isMet(secret, asked) ? undefined : asked.at;
}

/** Whether another key has been stored since; one that had been taken back before somebody asked anew does not count. */
function isMet(secret: SecretState, asked: DatedTag): boolean {
  const taken = readDatedTag(secret.tags[TAG.withdrawn]);
  const wasTakenBefore = (accessKeyId: string) => taken?.accessKeyId === accessKeyId && taken.at < asked.at;
  return storedVersions(secret).some(
    ({ accessKeyId, createdAt }) =>
      accessKeyId !== asked.accessKeyId && createdAt > after(asked.at, -CLOCK_SKEW) && !wasTakenBefore(accessKeyId),
  );
}

/** Whether a person wants the current key rotated, and it is still to be tried. */
export function isRotationAsked(secret: SecretState, now: Date): boolean {
  const askedAt = rotationAskedAt(secret);
  return askedAt !== undefined && now < after(askedAt, ASK_STANDS_FOR);
}
