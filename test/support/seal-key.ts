import type { SealKey } from '../../functions/account/ports';
import { type AuditEvent, attemptOfEvent } from '../../functions/core/audit';
import { SEAL_KEY_ALIAS } from '../../functions/core/names';
import { AttemptSeal } from '../../functions/runtime/attempt-seal';
import { Account } from '../../local/account/account';
import type { Kms } from '../../local/account/kms';
import { Clock } from '../../local/clock';

const ID = '5ea15ea1-0000-4000-8000-000000000001';
const SIGNING = { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' } as const;

/** The KMS key of an account without HTTP: it is no call of AWS, and does not fail. */
export function sealKeyOf({ kms }: { readonly kms: Kms }, id = ID): SealKey & { readonly arn: string } {
  const KeyId = kms.createKey(SIGNING, id).KeyMetadata.Arn;
  return {
    arn: KeyId,
    async sign(text) {
      const { Signature } = kms.sign({ KeyId, Message: Buffer.from(text), SigningAlgorithm: 'ECDSA_SHA_256' });
      return { key: KeyId, signature: Buffer.from(Signature).toString('base64url') };
    },
    async publicKey() {
      return { arn: KeyId, publicKey: Buffer.from(kms.getPublicKey({ KeyId }).PublicKey).toString('base64') };
    },
  };
}

/** Another one, of an account of its own. */
export function otherSealKey(id: string, accountId = '444455556666'): SealKey {
  return sealKeyOf(new Account({ clock: new Clock(0), accountId }), id);
}

/** The one that every scene has: a key's pair comes from its ARN. */
export const SEAL_KEY = sealKeyOf(new Account({ clock: new Clock(0) }));
export const SEAL_KEY_ARN = SEAL_KEY.arn;

/** Gives a scene's account that key, under the name by which the stack's is found. */
export function makeSealKey(account: Account): void {
  sealKeyOf(account);
  account.kms.createAlias({ AliasName: SEAL_KEY_ALIAS, TargetKeyId: ID });
}

/** Events as the functions that they name would have sealed them, each attempt's in their order. */
export async function sealed(events: readonly AuditEvent[], key: SealKey = SEAL_KEY): Promise<readonly AuditEvent[]> {
  const attempts = new Map<string, AttemptSeal>();
  const all: AuditEvent[] = [];
  for (const event of events) {
    const attested = { ...event, attempt: attemptOfEvent(event) };
    const name = `${attested.function} ${attested.attempt}`;
    const seal = attempts.get(name) ?? new AttemptSeal(key, attested);
    attempts.set(name, seal);
    all.push(...(await seal.seal([event])));
  }
  return all;
}
