import { GetPublicKeyCommand, KMSClient, SignCommand } from '@aws-sdk/client-kms';
import type { SealKey } from '../account/ports';
import { KeyturnError } from '../core/errors';
import type { TrustedKey } from '../core/seal/check-seal';
import { type ClientConfig, recordConfig } from './client-config';
import { calling } from './failure';

/**
 * The SealKey port over KMS.
 *
 * @param keyId ARN of an asymmetric key (ECC_NIST_P256, SIGN_VERIFY), or its alias
 */
export function createSealKey(keyId: string, config: ClientConfig = recordConfig): SealKey {
  const client = new KMSClient(config);
  let known: Promise<TrustedKey> | undefined;
  const publicKey = async (): Promise<TrustedKey> => {
    const doing = `kms:GetPublicKey of ${keyId}`;
    const { KeyId: arn, PublicKey: spki } = await calling(doing, {}, () =>
      client.send(new GetPublicKeyCommand({ KeyId: keyId })),
    );
    if (arn === undefined || spki === undefined) throw empty(doing);
    return { arn, publicKey: Buffer.from(spki).toString('base64') };
  };
  return {
    async sign(text) {
      const doing = `kms:Sign by ${keyId}`;
      const { KeyId: key, Signature: signature } = await calling(doing, {}, () =>
        client.send(
          new SignCommand({
            KeyId: keyId,
            Message: Buffer.from(text),
            MessageType: 'RAW',
            SigningAlgorithm: 'ECDSA_SHA_256',
          }),
        ),
      );
      if (key === undefined || signature === undefined) throw empty(doing);
      return { key, signature: Buffer.from(signature).toString('base64url') };
    },
    publicKey() {
      known ??= publicKey().catch((thrown: unknown) => {
        known = undefined;
        throw thrown;
      });
      return known;
    },
  };
}

function empty(doing: string): KeyturnError {
  return new KeyturnError('aws-uncertain', `${doing}: the answer is empty.`, { retryable: true });
}
