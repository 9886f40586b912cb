import type { Secrets, Sts } from '../../account/ports';
import { KeyturnError, toKeyturnError } from '../../core/errors';
import { Credential } from '../../core/key/credential';
import { changedUser, isSameUser } from '../../core/key/key-user';
import type { Delivery } from '../../core/lifecycle/steps';
import type { Work } from './doer';

export interface ProvePorts {
  readonly sts: Sts;
  readonly secrets: Secrets;
}

/** What a proof has to say beside that it worked. @throws KeyturnError when it did not */
type Proof = (credential: Credential) => Promise<Readonly<Record<string, string>> | undefined>;

/** The credential of the version, when a proof shows that it authenticates as its own user now (K2). */
export async function provedVersion(
  { accessKeyId, versionId: version, createdAt: since }: Delivery,
  { ports, run, managed: { entry, secret } }: Work<ProvePorts>,
  proof: Proof,
): Promise<Credential | undefined> {
  let isOfUserBefore = false;
  try {
    const stored = await ports.secrets.read(secret.name, version);
    const before = changedUser(secret, entry.user);
    isOfUserBefore = before !== undefined && isSameUser(stored.userName, before);
    // A user that was renamed keeps its keys, and then this one is the present user's.
    const credential = isOfUserBefore ? new Credential({ ...stored, userName: entry.user }) : stored;
    if (credential.accessKeyId !== accessKeyId || !isSameUser(credential.userName, entry.user)) {
      throw new KeyturnError(
        'secret-invalid',
        `Version ${version} of ${secret.name} holds another credential than its ID says. Rotate the key to replace it.`,
      );
    }
    const facts = await proof(credential);
    run.audit('key-proved', entry, { accessKeyId, version, facts });
    return credential;
  } catch (thrown) {
    const { code, message: reason } = toKeyturnError(thrown);
    if (isOfUserBefore && code === 'proof-wrong-identity') {
      // Nothing is wrong with it, but it is not for today's targets: the first key of the present user follows.
      run.log.info('not delivered: the key is of the user before', { key: entry.id, accessKeyId });
      return undefined;
    }
    run.count('failed');
    run.audit('step-failed', entry, { accessKeyId, version, outcome: 'failed', code, reason: 'proof' });
    run.find({ code: 'proof-failed', key: entry.id, accessKeyId, since, facts: { user: entry.user, reason } });
    return undefined;
  }
}
