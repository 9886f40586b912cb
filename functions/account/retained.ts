import { toKeyturnError } from '../core/errors';
import { currentVersion, type SecretState } from '../core/key/secret-state';
import type { Managed } from '../core/lifecycle/managed';
import { takeOver } from '../core/lifecycle/take-over';
import type { Secrets } from './ports';

/**
 * The secrets for the work on one managed key, which asks for its own secret and no other. Where it goes on after a retained
 * secret, its own shows what both say; the retained one's versions are read and labelled there, and tags are written to the
 * own one.
 */
export function throughRetained(secrets: Secrets, { retained }: Pick<Managed, 'retained'>): Secrets {
  if (retained === undefined) return secrets;
  const taken = new Set(retained.versions.map(({ versionId }) => versionId));
  const holderOf = (own: string, versionId: string) => (taken.has(versionId) ? retained.name : own);
  const whole = async (own: SecretState) =>
    takeOver(own, currentVersion(own) === undefined ? await present(secrets, retained) : retained);
  return {
    ...secrets,
    describe: async (own) => whole(await secrets.describe(own)),
    describeWithUnlabelled: async (own) => whole(await secrets.describeWithUnlabelled(own)),
    read: (own, versionId) => secrets.read(holderOf(own, versionId), versionId),
    moveLabel: (own, label, to, from) => secrets.moveLabel(holderOf(own, to), label, to, from),
    removeLabel: (own, label, from) => secrets.removeLabel(holderOf(own, from), label, from),
  };
}

/** As it is now; as it was listed where a function has no right to it any more, such as after the stack was made anew. */
async function present(secrets: Secrets, retained: SecretState): Promise<SecretState> {
  try {
    return await secrets.describe(retained.name);
  } catch (thrown) {
    const { code } = toKeyturnError(thrown);
    if (code === 'aws-denied' || code === 'secret-missing') return retained;
    throw thrown;
  }
}
