import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { RoleSession, SessionRequest } from '../account/ports';
import { KeyturnError } from '../core/errors';
import { Redacted } from '../core/key/credential';
import { USER_AGENT_APP } from '../core/names';
import { type AwsAccess, providerConfig } from './client-config';
import { calling } from './failure';

/**
 * Takes roles for others. Tags are never transitive, and there is no source identity: both would follow whoever goes on
 * from here to another role. A step waits for it, so that no request waits for others that were throttled.
 *
 * @throws KeyturnError `aws-*`
 */
export function createRoleSessions(access: AwsAccess): (request: SessionRequest) => Promise<RoleSession> {
  const client = new STSClient({
    ...providerConfig,
    ...access,
    userAgentAppId: USER_AGENT_APP,
  });
  return async ({ role, sessionName, seconds, policy, policyArns, tags }) => {
    const doing = `sts:AssumeRole of ${role}`;
    const { Credentials } = await calling(doing, {}, () =>
      client.send(
        new AssumeRoleCommand({
          RoleArn: role,
          RoleSessionName: sessionName,
          DurationSeconds: seconds,
          Policy: policy,
          PolicyArns: policyArns.length === 0 ? undefined : policyArns.map((arn) => ({ arn })),
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        }),
      ),
    );
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
    if (!AccessKeyId || !SecretAccessKey || !SessionToken || Expiration === undefined) {
      throw new KeyturnError('aws-uncertain', `${doing}: the answer has no credentials.`, { retryable: true });
    }
    return {
      accessKeyId: AccessKeyId,
      secretAccessKey: new Redacted(SecretAccessKey),
      sessionToken: new Redacted(SessionToken),
      expiresAt: Expiration,
    };
  };
}
