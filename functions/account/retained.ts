import { toKeyturnError } from '../core/errors';
import { currentVersion, type SecretState } from '../core/key/secret-state';
import type { Managed } from '../core/lifecycle/managed';
import { takeOver } from '../core/lifecycle/take-over';
import type { Secrets } from './ports';

/**
 * The secrets for the work on one managed key. Where it goes on after a retained secret, its own shows what both say; the
 * retained one's versions are read and labelled there, and tags are written to the own one.
 */
export function throughRetained(secrets: Secrets, { secret: { name }, retained }: Managed): Secrets {
  if (retained === undefined) return secrets;
  const taken = new Set(retained.versions.map(({ versionId }) => versionId));
  const holderOf = (asked: string, versionId: string) =>
    asked === name && taken.has(versionId) ? retained.name : asked;
  const whole = async (asked: string, reading: Promise<SecretState>) => {
    const own = await reading;
    if (asked !== name) return own;
    return takeOver(own, currentVersion(own) === undefined ? await present(secrets, retained) : retained);
  };
  return {
    list: (prefix) => secrets.list(prefix),
    pins: (asked) => secrets.pins(asked),
    describe: (asked) => whole(asked, secrets.describe(asked)),
    describeWithUnlabelled: (asked) => whole(asked, secrets.describeWithUnlabelled(asked)),
    store: (asked, credential, accountId) => secrets.store(asked, credential, accountId),
    read: (asked, versionId) => secrets.read(holderOf(asked, versionId), versionId),
    moveLabel: (asked, label, to, from) => secrets.moveLabel(holderOf(asked, to), label, to, from),
    removeLabel: (asked, label, from) => secrets.removeLabel(holderOf(asked, from), label, from),
    tag: (asked, tags) => secrets.tag(asked, tags),
    untag: (asked, keys) => secrets.untag(asked, keys),
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
