import { saidCompromised } from '../key/compromised';
import { readDatedTag } from '../key/dated-tag';
import { inactiveSince } from '../key/key-ring';
import { type SecretState, storedVersions } from '../key/secret-state';
import { TAG } from '../names';

/**
 * The access keys that the tags say have leaked, and that are not known to be Inactive. Whoever wrote it: what is asked
 * here must not hold back what an administrator may have ordered. Of a key that was never stored (an adopted one) the
 * record of a later deactivation takes the place of its own.
 */
export function openLeaks(secret: SecretState): readonly string[] {
  const stored = storedVersions(secret);
  const last = readDatedTag(secret.tags[TAG.deactivated])?.at;
  const open = saidCompromised(secret).filter(({ accessKeyId, at }) => {
    if (inactiveSince(secret, accessKeyId) !== undefined) return false;
    return stored.some((version) => version.accessKeyId === accessKeyId) || last === undefined || last < at;
  });
  return [...new Set(open.map(({ accessKeyId }) => accessKeyId))];
}
