import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { KeyturnError } from '../core/errors';
import type { Caller } from '../report/evidence/ports';
import { type ClientConfig, reviewConfig } from './client-config';
import { calling } from './failure';

/** What the SDK throws when nothing in its chain has credentials, or when a session has ended. */
const SIGNED_OUT = /^(CredentialsProviderError|TokenProviderError|ExpiredToken(Exception)?)$/;

/** The Caller port over STS. GetCallerIdentity needs no permission. */
export function createCaller(config: ClientConfig = reviewConfig()): Caller {
  const client = new STSClient(config);
  return {
    async identify() {
      const region = await client.config.region().catch(() => {
        throw new KeyturnError('aws-rejected', 'No AWS region is set. Name it with --region, or set AWS_REGION.');
      });
      const { Account: accountId, Arn: arn } = await calling('sts:GetCallerIdentity', {}, () =>
        client.send(new GetCallerIdentityCommand({})).catch((thrown: unknown) => {
          if (!(thrown instanceof Error && SIGNED_OUT.test(thrown.name))) throw thrown;
          throw new KeyturnError(
            'aws-denied',
            'There are no valid AWS credentials here. Sign in (aws sso login, or aws configure), or name a profile with --profile.',
          );
        }),
      );
      if (accountId === undefined || arn === undefined) {
        throw new KeyturnError('aws-uncertain', 'sts:GetCallerIdentity: the answer is empty.', { retryable: true });
      }
      return { accountId, arn, region };
    },
  };
}
