import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { Sts } from '../account/ports';
import { KeyturnError } from '../core/errors';
import { clientConfig } from './client-config';
import { calling } from './failure';

/** What STS answers to a key that it does not know, or not yet. */
const refused = {
  InvalidClientTokenId: 'proof-failed',
  InvalidAccessKeyId: 'proof-failed',
  SignatureDoesNotMatch: 'proof-failed',
  UnrecognizedClientException: 'proof-failed',
  AuthFailure: 'proof-failed',
  InvalidSignatureException: 'proof-failed',
} as const;

/** The Sts port over the AWS SDK. GetCallerIdentity needs no permission, so it proves the key and nothing else. */
export function createSts(): Sts {
  return {
    async identify({ accessKeyId, secretAccessKey }) {
      const client = new STSClient({
        ...clientConfig,
        credentials: { accessKeyId, secretAccessKey: secretAccessKey.reveal() },
      });
      try {
        const { Account: accountId, Arn: arn } = await calling(`sts:GetCallerIdentity as ${accessKeyId}`, refused, () =>
          client.send(new GetCallerIdentityCommand({})),
        );
        if (accountId === undefined || arn === undefined) {
          throw new KeyturnError('aws-uncertain', `sts:GetCallerIdentity as ${accessKeyId}: the answer is empty.`, {
            retryable: true,
          });
        }
        return { accountId, arn };
      } finally {
        client.destroy();
      }
    },
  };
}
