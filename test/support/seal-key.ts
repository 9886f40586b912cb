import { generateKeyPairSync, sign } from 'node:crypto';
import type { SealKey } from '../../functions/account/ports';
import { type AuditEvent, attemptOfEvent } from '../../functions/core/audit';
import { AttemptSeal } from '../../functions/runtime/attempt-seal';

export const SEAL_KEY_ARN = 'arn:aws:kms:eu-central-1:111122223333:key/5ea15ea1-0000-4000-8000-000000000001';

/** A key that signs as one of KMS does, for what is not about KMS. */
export function localSealKey(arn = SEAL_KEY_ARN): SealKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  return {
    sign: async (text) => ({
      key: arn,
      signature: sign('sha256', Buffer.from(text), privateKey).toString('base64url'),
    }),
    publicKey: async () => ({ arn, publicKey: spki }),
  };
}

/** The one that scenes have. */
export const SEAL_KEY = localSealKey();

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
