import type { Sts } from '../account/ports';
import { after, MINUTE } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import { type Compromised, compromisedOf, saidCompromised } from '../core/key/compromised';
import type { Credential } from '../core/key/credential';
import { parseSecretDocument } from '../core/key/secret-document';
import type { SecretState } from '../core/key/secret-state';
import { withdrawal } from '../core/key/withdrawn';
import { Refusal } from './refusal';
import type { CurrentSecret } from './rules/variables';

/** How long IAM may need until every endpoint knows a new key (hashicorp/vault 3115): a delivery waits as long. */
const SPREADS_WITHIN = 3 * MINUTE;

export interface SettledKeyPorts {
  /** Reads the version that has a label, the current one by default. @throws KeyturnError `secret-missing`, `aws-*` */
  readonly read: (secret: string, label?: 'AWSPREVIOUS') => Promise<CurrentSecret>;
  /** What the tags of a managed secret say of its keys. @throws KeyturnError `secret-missing`, `aws-*` */
  readonly describe: (secret: string) => Promise<SecretState>;
  /** Who a credential is. @throws KeyturnError */
  readonly identify: Sts['identify'];
}

/**
 * The version of a managed secret that a step can use everywhere (K2): the current one, or, for the minutes in which its
 * key spreads, the one before it, if that has just authenticated and nobody has taken it back. No key is given of which a
 * tag says that it has leaked, whoever wrote the tag, and none that AWS does not accept (K1).
 *
 * @throws KeyturnError `secret-missing`, `secret-invalid`, `aws-*`
 * @throws Refusal `leaked-key`, `dead-key`
 */
export async function settledKey(secret: string, ports: SettledKeyPorts, now: Date): Promise<CurrentSecret> {
  const [current, state] = await Promise.all([ports.read(secret), ports.describe(secret)]);
  const credential = credentialIn(secret, current);
  if (after(credential.createdAt, SPREADS_WITHIN) > now) {
    const previous = await previousOf(secret, credential, state, ports);
    if (previous !== undefined) return previous;
  }
  const key = { secret, version: current.versionId };
  const leak = leakOf(state, credential);
  if (leak !== undefined) throw new Refusal('leaked-key', { ...key, leakedSince: leak.at });
  // While STS does not say so, nothing says that the key is dead.
  if (!(await isAccepted(credential, ports).catch(() => true))) throw new Refusal('dead-key', key);
  return current;
}

/** The version before the current one, where it may still be given. */
async function previousOf(
  secret: string,
  current: Credential,
  state: SecretState,
  ports: SettledKeyPorts,
): Promise<CurrentSecret | undefined> {
  let previous: CurrentSecret;
  let credential: Credential;
  try {
    previous = await ports.read(secret, 'AWSPREVIOUS');
    credential = credentialIn(secret, previous);
  } catch (thrown) {
    if (['secret-missing', 'secret-invalid'].includes(toKeyturnError(thrown).code)) return undefined;
    throw thrown;
  }
  if (credential.userName !== current.userName || leakOf(state, credential) !== undefined) return undefined;
  if (withdrawal(state)?.accessKeyId === credential.accessKeyId) return undefined;
  return (await isAccepted(credential, ports)) ? previous : undefined;
}

function leakOf(state: SecretState, { accessKeyId }: Credential): Compromised | undefined {
  return compromisedOf(saidCompromised(state), accessKeyId);
}

/** @throws KeyturnError `aws-*` where STS does not say it */
async function isAccepted(credential: Credential, { identify }: SettledKeyPorts): Promise<boolean> {
  try {
    await identify(credential);
    return true;
  } catch (thrown) {
    if (toKeyturnError(thrown).code === 'proof-failed') return false;
    throw thrown;
  }
}

function credentialIn(secret: string, { value }: CurrentSecret): Credential {
  return parseSecretDocument(secret, value?.reveal());
}
