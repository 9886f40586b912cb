import { SECOND } from '../core/duration';
import { KeyturnError, toKeyturnError } from '../core/errors';
import type { Credential } from '../core/key/credential';
import { isSameUser } from '../core/key/key-user';
import type { CallerIdentity, Sts, Time } from './ports';

const FIRST_WAIT = SECOND;
const LONGEST_WAIT = 5 * SECOND;

/**
 * Proves that a credential authenticates as its own user (K2). IAM needs seconds to spread a new key, so a refusal is
 * asked again until the patience is used up.
 *
 * @param patience milliseconds
 * @throws KeyturnError `proof-failed`, `proof-wrong-identity`, `aws-*`
 */
export async function prove(sts: Sts, credential: Credential, time: Time, patience: number): Promise<CallerIdentity> {
  const end = time.now().getTime() + patience;
  for (let wait = FIRST_WAIT; ; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    try {
      const identity = await sts.identify(credential);
      if (isUser(identity.arn, credential.userName)) return identity;
      throw new KeyturnError(
        'proof-wrong-identity',
        `${credential.accessKeyId} authenticates as ${identity.arn}, expected the user ${credential.userName}.`,
      );
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      const worthAsking = error.code === 'proof-failed' || error.retryable;
      if (!worthAsking || time.now().getTime() + wait > end) throw error;
    }
    await time.sleep(wait);
  }
}

/** `arn:aws:iam::<account>:user/<path/><name>` */
function isUser(arn: string, user: string): boolean {
  return /^arn:[\w-]+:iam::\d{12}:user\//.test(arn) && isSameUser(arn.slice(arn.lastIndexOf('/') + 1), user);
}
