import * as z from 'zod';
import { bytes, flag, integer, tags } from './operations/operation';

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

const versionId = z.string().min(32).max(64).optional();
const one = z.object({ SecretId });

/** What each action takes, as AWS bounds it. */
export const secretInputs = {
  CreateSecret: z.object({ Name: secretName, ...versioned, ...described, Tags: tags.optional() }),
  DescribeSecret: one,
  ListSecrets: z.object({
    ...paging,
    Filters: filters.optional(),
    SortOrder: z.enum(['asc', 'desc']).optional(),
    IncludePlannedDeletion: flag.optional(),
  }),
  GetSecretValue: z.object({ SecretId, VersionId: versionId, VersionStage: label.optional() }),
  PutSecretValue: z.object({ SecretId, ...versioned, VersionStages: z.array(label).min(1).max(20).optional() }),
  UpdateSecret: z.object({ SecretId, ...versioned, ...described }),
  UpdateSecretVersionStage: z.object({
    SecretId,
    VersionStage: label,
    RemoveFromVersionId: versionId,
    MoveToVersionId: versionId,
  }),
  ListSecretVersionIds: z.object({ SecretId, ...paging, IncludeDeprecated: flag.optional() }),
  TagResource: z.object({ SecretId, Tags: tags }),
  UntagResource: z.object({ SecretId, TagKeys: z.array(z.string()) }),
  PutResourcePolicy: z.object({
    SecretId,
    ResourcePolicy: z.string().min(1).max(20_480),
    BlockPublicPolicy: flag.optional(),
  }),
  GetResourcePolicy: one,
  DeleteResourcePolicy: one,
  DeleteSecret: z.object({
    SecretId,
    RecoveryWindowInDays: z.number().int().optional(),
    ForceDeleteWithoutRecovery: flag.optional(),
  }),
  RestoreSecret: one,
};

export type SecretInput<A extends keyof typeof secretInputs> = Readonly<z.output<(typeof secretInputs)[A]>>;
