import { GetAccessKeyLastUsedCommand, IAMClient } from '@aws-sdk/client-iam';
import { toKeyturnError } from '../core/errors';
import { type ClientConfig, reviewConfig } from './client-config';
import { calling } from './failure';

/**
 * Tells whose an access key is: IAM says it with its last use (API reference of GetAccessKeyLastUsed).
 *
 * @returns undefined for a key that this account does not have, or does not have any more
 * @throws KeyturnError `aws-*`
 */
export function createKeyOwner(
  config: ClientConfig = reviewConfig(),
): (accessKeyId: string) => Promise<string | undefined> {
  const client = new IAMClient(config);
  return async (accessKeyId) => {
    try {
      const { UserName } = await calling(
        `iam:GetAccessKeyLastUsed for ${accessKeyId}`,
        { NoSuchEntityException: 'key-missing', NoSuchEntity: 'key-missing', ValidationError: 'key-missing' },
        () => client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId })),
      );
      return UserName;
    } catch (thrown) {
      if (toKeyturnError(thrown).code === 'key-missing') return undefined;
      throw thrown;
    }
  };
}
