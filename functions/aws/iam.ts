import {
  type AccessKeyMetadata,
  CreateAccessKeyCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  IAMClient,
  ListAccessKeysCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import type { Iam } from '../account/ports';
import { KeyturnError } from '../core/errors';
import type { AccessKey } from '../core/key/access-key';
import { Credential, Redacted } from '../core/key/credential';
import { type ClientConfig, clientConfig } from './client-config';
import { parseCredentialReport } from './credential-report';
import { awsFailure, calling } from './failure';
import { quarantinedUsers } from './quarantine';
import { reportDownload } from './report-download';
import { roleLastUsed } from './role-last-used';
import { ThrottleOnlyRetryStrategy } from './throttle-only-retry';

const userMissing = { NoSuchEntityException: 'user-missing', NoSuchEntity: 'user-missing' } as const;
const keyMissing = { NoSuchEntityException: 'key-missing', NoSuchEntity: 'key-missing' } as const;
const keyLimit = { LimitExceededException: 'key-limit', LimitExceeded: 'key-limit' } as const;

/** IAM says `N/A` for a key that was never used. */
const NOT_APPLICABLE = 'N/A';

/** The Iam port over the AWS SDK. */
export function createIam(config: ClientConfig = clientConfig): Iam {
  const client = new IAMClient(config);
  const once = new IAMClient({ ...config, retryStrategy: new ThrottleOnlyRetryStrategy(config.maxAttempts) });
  // Who waits for a report asks again anyway, and knows for how long.
  const download = reportDownload({ ...config, maxAttempts: 1 });

  const setStatus = async (user: string, accessKeyId: string, status: AccessKey['status']): Promise<void> => {
    await calling(`iam:UpdateAccessKey for ${accessKeyId} of ${user}`, keyMissing, () =>
      client.send(new UpdateAccessKeyCommand({ UserName: user, AccessKeyId: accessKeyId, Status: status })),
    );
  };

  return {
    async listAccessKeys(user) {
      const keys: AccessKey[] = [];
      let marker: string | undefined;
      do {
        const page = await calling(`iam:ListAccessKeys for ${user}`, userMissing, () =>
          client.send(new ListAccessKeysCommand({ UserName: user, Marker: marker })),
        );
        keys.push(...(page.AccessKeyMetadata ?? []).flatMap(accessKey));
        marker = page.IsTruncated ? page.Marker : undefined;
      } while (marker !== undefined);
      return keys;
    },

    async createAccessKey(user) {
      const doing = `iam:CreateAccessKey for ${user}`;
      const { AccessKey } = await calling(doing, { ...userMissing, ...keyLimit }, () =>
        once.send(new CreateAccessKeyCommand({ UserName: user })),
      );
      const { AccessKeyId: accessKeyId, SecretAccessKey: secret, CreateDate: createdAt } = AccessKey ?? {};
      if (accessKeyId === undefined || secret === undefined || createdAt === undefined) {
        throw new KeyturnError('aws-uncertain', `${doing}: the answer is incomplete.`, { retryable: true });
      }
      return new Credential({ accessKeyId, secretAccessKey: new Redacted(secret), userName: user, createdAt });
    },

    deactivateAccessKey: (user, accessKeyId) => setStatus(user, accessKeyId, 'Inactive'),
    activateAccessKey: (user, accessKeyId) => setStatus(user, accessKeyId, 'Active'),

    async deleteAccessKey(user, accessKeyId) {
      try {
        await client.send(new DeleteAccessKeyCommand({ UserName: user, AccessKeyId: accessKeyId }));
      } catch (thrown) {
        const error = awsFailure(thrown, `iam:DeleteAccessKey for ${accessKeyId} of ${user}`, keyMissing);
        if (error.code !== 'key-missing') throw error;
      }
    },

    async accessKeyLastUsed(accessKeyId) {
      const { AccessKeyLastUsed } = await calling(`iam:GetAccessKeyLastUsed for ${accessKeyId}`, keyMissing, () =>
        client.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId })),
      );
      if (AccessKeyLastUsed === undefined) {
        throw new KeyturnError('aws-uncertain', `iam:GetAccessKeyLastUsed for ${accessKeyId}: the answer is empty.`);
      }
      const { LastUsedDate: at, ServiceName: service, Region: region } = AccessKeyLastUsed;
      return {
        at,
        ...(service === undefined || service === NOT_APPLICABLE ? {} : { service }),
        ...(region === undefined || region === NOT_APPLICABLE ? {} : { region }),
      };
    },

    roleLastUsed: (role) => roleLastUsed(client, role),
    quarantinedUsers: () => quarantinedUsers(client),

    async credentialReport() {
      const report = await download();
      return report === undefined ? undefined : parseCredentialReport(report.csv, report.generatedAt);
    },
  };
}

function accessKey(key: AccessKeyMetadata): AccessKey[] {
  const { AccessKeyId: accessKeyId, Status: status, CreateDate: createdAt } = key;
  if (accessKeyId === undefined || createdAt === undefined) return [];
  return [{ accessKeyId, status: status === 'Active' ? 'Active' : 'Inactive', createdAt }];
}
