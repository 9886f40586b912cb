import { DescribeKeyCommand, GetKeyPolicyCommand, KMSClient } from '@aws-sdk/client-kms';
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { KeyturnError } from '../core/errors';
import type { SecretVersion } from '../core/key/secret-state';
import { type ClientConfig, clientConfig } from './client-config';
import { calling } from './failure';
import { readPolicy, SECRET_MISSING } from './secret-reads';

/** What Secrets Manager says of any secret without showing its value. */
export interface SecretSeen {
  readonly name: string;
  readonly arn: string;
  /** KMS key as it was given: an ID, an ARN or an alias. @default - aws/secretsmanager */
  readonly kmsKeyId: string | undefined;
  /** When it was deleted; it can still be restored. */
  readonly deletedAt: Date | undefined;
  readonly versions: readonly SecretVersion[];
}

/** Looks at one secret, whosever it is. Each throws KeyturnError `secret-missing` or `aws-*`. */
export interface SecretLook {
  describe(id: string): Promise<SecretSeen>;
  policy(id: string): Promise<string | undefined>;
  keyPolicy(kmsKeyId: string): Promise<{ readonly arn: string; readonly policy: string | undefined }>;
  /** Gives the current value to a judge, and its answer alone back: undefined for a value that is not text. */
  judge<Verdict>(id: string, judge: (value: string | undefined) => Verdict): Promise<Verdict>;
}

export function createSecretLook(config: ClientConfig = clientConfig): SecretLook {
  const secrets = new SecretsManagerClient(config);
  const kms = new KMSClient(config);
  return {
    async describe(id) {
      const seen = await calling(`secretsmanager:DescribeSecret of ${id}`, SECRET_MISSING, () =>
        secrets.send(new DescribeSecretCommand({ SecretId: id })),
      );
      if (seen.ARN === undefined) {
        throw new KeyturnError('aws-uncertain', `secretsmanager:DescribeSecret of ${id}: the answer names no secret.`);
      }
      return {
        name: seen.Name ?? id,
        arn: seen.ARN,
        kmsKeyId: seen.KmsKeyId,
        deletedAt: seen.DeletedDate,
        versions: Object.entries(seen.VersionIdsToStages ?? {}).map(([versionId, labels]) => ({ versionId, labels })),
      };
    },

    async policy(id) {
      return (await readPolicy(secrets, id)).policy;
    },

    async keyPolicy(kmsKeyId) {
      // GetKeyPolicy takes no alias.
      const { KeyMetadata } = await calling(`kms:DescribeKey of ${kmsKeyId}`, {}, () =>
        kms.send(new DescribeKeyCommand({ KeyId: kmsKeyId })),
      );
      const arn = KeyMetadata?.Arn ?? kmsKeyId;
      const { Policy } = await calling(`kms:GetKeyPolicy of ${arn}`, {}, () =>
        kms.send(new GetKeyPolicyCommand({ KeyId: arn, PolicyName: 'default' })),
      );
      return { arn, policy: Policy };
    },

    async judge(id, judge) {
      const { SecretString } = await calling(`secretsmanager:GetSecretValue of ${id}`, SECRET_MISSING, () =>
        secrets.send(new GetSecretValueCommand({ SecretId: id })),
      );
      return judge(SecretString);
    },
  };
}
