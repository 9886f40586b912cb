import * as z from 'zod';
import type { SecretsManager } from '../secrets-manager';
import { bytes, flag, integer, operationsOf, tags } from './operation';

const operation = operationsOf('ValidationException');

const SecretId = z.string().min(1).max(2048);
const label = z.string().min(1).max(256);
const paging = { MaxResults: integer(1, 100).optional(), NextToken: z.string().min(1).max(4096).optional() };
const versioned = {
  ClientRequestToken: z.string().optional(),
  SecretString: z
    .string()
    .min(1)
    .refine((text) => Buffer.byteLength(text, 'utf8') <= 65_536)
    .optional(),
  SecretBinary: bytes.refine((value) => value.length <= 65_536).optional(),
};
const described = { Description: z.string().max(2048).optional(), KmsKeyId: z.string().max(2048).optional() };
const filters = z
  .array(
    z.object({
      Key: z.enum(['description', 'name', 'tag-key', 'tag-value', 'primary-region', 'owning-service', 'all']),
      Values: z.array(z.string().max(512)).min(1).max(10),
    }),
  )
  .max(10);
const secretName = z
  .string()
  .min(1)
  .max(512)
  .regex(/^[\w/+=.@!-]+$/);

/** CloudTrail never sees a value. */
const withoutValue = { omit: ['SecretString', 'SecretBinary'] };

/** Secrets Manager on the wire. */
export function secretsManagerOperations(secrets: SecretsManager) {
  const one = z.object({ SecretId });
  return {
    CreateSecret: operation(
      'write',
      z.object({ Name: secretName, ...versioned, ...described, Tags: tags.optional() }),
      (input) => secrets.createSecret(input),
      withoutValue,
    ),
    DescribeSecret: operation('read', one, (input) => secrets.describeSecret(input)),
    ListSecrets: operation(
      'read',
      z.object({
        ...paging,
        Filters: filters.optional(),
        SortOrder: z.enum(['asc', 'desc']).optional(),
        IncludePlannedDeletion: flag.optional(),
      }),
      (input) => secrets.listSecrets(input),
    ),
    GetSecretValue: operation(
      'read',
      z.object({ SecretId, VersionId: z.string().min(32).max(64).optional(), VersionStage: label.optional() }),
      (input) => secrets.getSecretValue(input),
    ),
    PutSecretValue: operation(
      'write',
      z.object({ SecretId, ...versioned, VersionStages: z.array(label).min(1).max(20).optional() }),
      (input) => secrets.putSecretValue(input),
      { ...withoutValue, response: ({ ARN }: { ARN: string }) => ({ ARN }) },
    ),
    UpdateSecret: operation(
      'write',
      z.object({ SecretId, ...versioned, ...described }),
      (input) => secrets.updateSecret(input),
      withoutValue,
    ),
    UpdateSecretVersionStage: operation(
      'write',
      z.object({
        SecretId,
        VersionStage: label,
        RemoveFromVersionId: z.string().min(32).max(64).optional(),
        MoveToVersionId: z.string().min(32).max(64).optional(),
      }),
      (input) => secrets.updateSecretVersionStage(input),
    ),
    ListSecretVersionIds: operation(
      'read',
      z.object({ SecretId, ...paging, IncludeDeprecated: flag.optional() }),
      (input) => secrets.listSecretVersionIds(input),
    ),
    TagResource: operation('write', z.object({ SecretId, Tags: tags }), (input) => secrets.tagResource(input)),
    UntagResource: operation('write', z.object({ SecretId, TagKeys: z.array(z.string()) }), (input) =>
      secrets.untagResource(input),
    ),
    PutResourcePolicy: operation(
      'write',
      z.object({ SecretId, ResourcePolicy: z.string().min(1).max(20_480), BlockPublicPolicy: flag.optional() }),
      (input) => secrets.putResourcePolicy(input),
    ),
    GetResourcePolicy: operation('read', one, (input) => secrets.getResourcePolicy(input)),
    DeleteResourcePolicy: operation('write', one, (input) => secrets.deleteResourcePolicy(input)),
    DeleteSecret: operation(
      'write',
      z.object({
        SecretId,
        RecoveryWindowInDays: z.number().int().optional(),
        ForceDeleteWithoutRecovery: flag.optional(),
      }),
      (input) => secrets.deleteSecret(input),
    ),
    RestoreSecret: operation('write', one, (input) => secrets.restoreSecret(input)),
  };
}
