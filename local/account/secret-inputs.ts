import type { SecretMaterial } from './secret';
import type { Tag } from './tags';

export interface CreateSecretInput extends SecretMaterial {
  readonly Name: string;
  /** Becomes the ID of the first version. */
  readonly ClientRequestToken?: string | undefined;
  readonly Description?: string | undefined;
  readonly KmsKeyId?: string | undefined;
  readonly Tags?: readonly Tag[] | undefined;
}

export interface PutSecretValueInput extends SecretMaterial {
  readonly SecretId: string;
  /** The version ID, 32 to 64 characters. */
  readonly ClientRequestToken?: string | undefined;
  /** Default `['AWSCURRENT']`. */
  readonly VersionStages?: readonly string[] | undefined;
}

export interface UpdateSecretInput extends SecretMaterial {
  readonly SecretId: string;
  readonly ClientRequestToken?: string | undefined;
  readonly Description?: string | undefined;
  readonly KmsKeyId?: string | undefined;
}

export interface GetSecretValueInput {
  readonly SecretId: string;
  readonly VersionId?: string | undefined;
  /** Default `AWSCURRENT`. */
  readonly VersionStage?: string | undefined;
}

export interface UpdateSecretVersionStageInput {
  readonly SecretId: string;
  readonly VersionStage: string;
  readonly RemoveFromVersionId?: string | undefined;
  readonly MoveToVersionId?: string | undefined;
}

export interface SecretFilter {
  readonly Key: 'name' | 'description' | 'tag-key' | 'tag-value' | 'primary-region' | 'owning-service' | 'all';
  /** Prefixes; one of them must match. A leading `!` turns a value round. */
  readonly Values: readonly string[];
}

export interface ListSecretsInput {
  readonly Filters?: readonly SecretFilter[] | undefined;
  /** 1 to 100, default 100. */
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
  /** By creation; default `asc`. */
  readonly SortOrder?: 'asc' | 'desc' | undefined;
  readonly IncludePlannedDeletion?: boolean | undefined;
}

export interface ListSecretVersionIdsInput {
  readonly SecretId: string;
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
  /** Also the versions without a label; default false. */
  readonly IncludeDeprecated?: boolean | undefined;
}

export interface DeleteSecretInput {
  readonly SecretId: string;
  /** 7 to 30, default 30. */
  readonly RecoveryWindowInDays?: number | undefined;
  readonly ForceDeleteWithoutRecovery?: boolean | undefined;
}
