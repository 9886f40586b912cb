import type { Sts } from '../account/ports';
import { after, MINUTE } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import type { Credential } from '../core/key/credential';
import { parseSecretDocument } from '../core/key/secret-document';
import type { CurrentSecret } from './rules/variables';

/** How long IAM may need until every endpoint knows a new key (hashicorp/vault 3115): a delivery waits as long. */
const SPREADS_WITHIN = 3 * MINUTE;

export interface SettledKeyPorts {
  /** Reads the version that has a label, the current one by default. @throws KeyturnError `secret-missing`, `aws-*` */
  readonly read: (secret: string, label?: 'AWSPREVIOUS') => Promise<CurrentSecret>;
  /** Who a credential is. @throws KeyturnError */
  readonly identify: Sts['identify'];
}

/**
 * The version of a managed secret that a step can use everywhere (K2): the current one, or, for the minutes in which its
 * key spreads, the one before it, if that has just authenticated.
 *
 * @throws KeyturnError `secret-missing`, `secret-invalid`, `aws-*`
 */
export async function settledKey(
  secret: string,
  { read, identify }: SettledKeyPorts,
  now: Date,
): Promise<CurrentSecret> {
  const current = await read(secret);
  const { createdAt, userName } = credentialIn(secret, current);
  if (after(createdAt, SPREADS_WITHIN) <= now) return current;
  try {
    const previous = await read(secret, 'AWSPREVIOUS');
    const credential = credentialIn(secret, previous);
    if (credential.userName !== userName) return current;
    await identify(credential);
    return previous;
  } catch (thrown) {
    // There is none, or it does not work any more: the new one may.
    if (['secret-missing', 'secret-invalid', 'proof-failed'].includes(toKeyturnError(thrown).code)) return current;
    throw thrown;
  }
}

function credentialIn(secret: string, { value }: CurrentSecret): Credential {
  return parseSecretDocument(secret, value?.reveal());
}
