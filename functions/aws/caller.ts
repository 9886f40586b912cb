import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { KeyturnError } from '../core/errors';
import type { Caller } from '../report/evidence/ports';
import { type ClientConfig, reviewConfig } from './client-config';
import { calling } from './failure';

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
          throw notReached(thrown, config, region);
        }),
      );
      if (accountId === undefined || arn === undefined) {
        throw new KeyturnError('aws-uncertain', 'sts:GetCallerIdentity: the answer is empty.', { retryable: true });
      }
      return { accountId, arn, region };
    },
  };
}

/** What the SDK throws when nothing in its chain has credentials. */
const SIGNED_OUT = /^(CredentialsProviderError|TokenProviderError)$/;
/** What STS answers to credentials that are not, or no longer, valid. */
const EXPIRED = /^ExpiredToken(Exception)?$/;
const UNKNOWN = /^(InvalidClientTokenId|UnrecognizedClientException|SignatureDoesNotMatch|InvalidSignatureException)$/;
/** A name that cannot be looked up, and a connection that cannot be made or stays silent. */
const NO_NETWORK = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|TimeoutError)$/;

/** The same as what it is, where that is known; AWS's own words may repeat a request, and are not told. */
function notReached(thrown: unknown, { profile, endpoint }: ClientConfig, region: string): unknown {
  if (!(thrown instanceof Error)) return thrown;
  const { name, code = name } = thrown as Error & { readonly code?: string };
  if (SIGNED_OUT.test(name)) {
    const says =
      profile === undefined
        ? 'There are no valid AWS credentials here. Sign in (aws sso login, or aws configure), or name a profile with --profile.'
        : `The profile ${profile} has no valid AWS credentials, or there is none of this name. Sign in (aws sso login --profile ${profile}), or see which there are with "aws configure list-profiles".`;
    return new KeyturnError('aws-denied', says);
  }
  if (EXPIRED.test(name)) {
    return new KeyturnError('aws-denied', 'These AWS credentials have expired. Sign in again (aws sso login).');
  }
  if (UNKNOWN.test(name)) {
    return new KeyturnError(
      'aws-denied',
      `AWS does not take these credentials (${name}). Are they of the right partition, and is the key still there? "aws configure list" says where they come from.`,
    );
  }
  if (!NO_NETWORK.test(code)) return thrown;
  const where = endpoint ?? process.env.AWS_ENDPOINT_URL ?? `the region ${region}`;
  const cure =
    'Is this machine offline, is a proxy missing (HTTPS_PROXY), or is the name of the region or the endpoint wrong?';
  return new KeyturnError('aws-uncertain', `AWS cannot be reached at ${where} (${code}). ${cure}`, { retryable: true });
}
