import { GetCallerIdentityCommand, STSClient, type STSClientConfig } from '@aws-sdk/client-sts';
import type { Sts } from '../account/ports';
import { KeyturnError } from '../core/errors';
import { USER_AGENT_APP } from '../core/names';
import { provingRegions } from '../core/partitions';
import { type ClientConfig, clientConfig } from './client-config';
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

/** Another region's endpoint may be out of reach, and its silence is not waited for. */
const abroad = {
  ...clientConfig,
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;

type StsConfig = Omit<ClientConfig, 'requestHandler'> & Pick<STSClientConfig, 'requestHandler'>;

/** What proves key after key over the same connections: each has a client of its own, and its credentials go with that. */
export function keepingConnections(config: ClientConfig): StsConfig {
  return { ...config, requestHandler: new STSClient({ ...config }).config.requestHandler };
}

function isShared({ requestHandler }: Partial<StsConfig>): boolean {
  return requestHandler !== undefined && 'handle' in requestHandler;
}

/** The Sts port over the AWS SDK. GetCallerIdentity needs no permission, so it proves the key and nothing else. */
export function createSts(own = process.env.AWS_REGION ?? '', at: Partial<StsConfig> = {}): Sts {
  return {
    regions: provingRegions(own),
    async identify({ accessKeyId, secretAccessKey }, region = own) {
      const client = new STSClient({
        ...(region === own ? { ...clientConfig, ...at } : { ...abroad, region }),
        userAgentAppId: USER_AGENT_APP,
        credentials: { accessKeyId, secretAccessKey: secretAccessKey.reveal() },
      });
      const doing = `sts:GetCallerIdentity as ${accessKeyId}${region === own ? '' : ` in ${region}`}`;
      try {
        const { Account: accountId, Arn: arn } = await calling(
          doing,
          refused,
          () => client.send(new GetCallerIdentityCommand({})),
          secretAccessKey,
        );
        if (accountId === undefined || arn === undefined) {
          throw new KeyturnError('aws-uncertain', `${doing}: the answer is empty.`, { retryable: true });
        }
        return { accountId, arn };
      } finally {
        // A connection that others go on with is not this client's.
        if (region !== own || !isShared(at)) client.destroy();
      }
    },
  };
}
