import { AwsError } from './aws-error';
import { pageAfter, positionOf } from './paging';
import type { Secret, SecretVersion } from './secret';
import type { SecretInput } from './secret-inputs';

type SecretFilter = NonNullable<SecretInput<'ListSecrets'>['Filters']>[number];

/** Whether a secret passes all filters: prefixes, one of which must match; a leading `!` turns a value round. Names and tags are compared exactly, descriptions without regard to case. */
export function matchesFilters(secret: Secret, filters: readonly SecretFilter[]): boolean {
  return filters.every((filter) =>
    filter.Values.some((value) => {
      const negated = value.startsWith('!');
      const prefix = negated ? value.slice(1) : value;
      return matchesPrefix(secret, filter.Key, prefix) !== negated;
    }),
  );
}

function matchesPrefix(secret: Secret, key: SecretFilter['Key'], prefix: string): boolean {
  const tags = () => secret.tags.list();
  switch (key) {
    case 'name':
      return secret.name.startsWith(prefix);
    case 'description':
      return (secret.description ?? '').toLowerCase().startsWith(prefix.toLowerCase());
    case 'tag-key':
      return tags().some((tag) => tag.Key.startsWith(prefix));
    case 'tag-value':
      return tags().some((tag) => tag.Value.startsWith(prefix));
    case 'primary-region':
    case 'owning-service':
      return false;
    case 'all': {
      const words = [secret.name, secret.description ?? '', ...tags().flatMap((tag) => [tag.Key, tag.Value])];
      return words.some((word) => word.toLowerCase().startsWith(prefix.toLowerCase()));
    }
  }
}

/**
 * One page of a list that Secrets Manager gives, at most 100 items.
 * @throws AwsError InvalidNextTokenException for a token that is not ours.
 */
export function secretsPage<T>(
  sorted: readonly T[],
  key: (item: T) => string,
  request: { readonly MaxResults?: number | undefined; readonly NextToken?: string | undefined },
  descending = false,
) {
  const after = positionOf(request.NextToken, () => new AwsError('InvalidNextTokenException', 400, 'Invalid token'));
  const { items, token: NextToken } = pageAfter(sorted, key, request.MaxResults ?? 100, after, descending);
  return { items, NextToken };
}

/** One page of a secret's versions, oldest first. */
export function versionsPage(secret: Secret, request: SecretInput<'ListSecretVersionIds'>) {
  const byVersion = secret.labelledVersions();
  const listed = [...secret.versions.values()].filter(
    (version) => request.IncludeDeprecated === true || byVersion[version.id] !== undefined,
  );
  const key = (version: SecretVersion) => `${String(version.createdAt).padStart(15, '0')} ${version.id}`;
  listed.sort((a, b) => (key(a) < key(b) ? -1 : 1));
  const { items, NextToken } = secretsPage(listed, key, request);
  const Versions = items.map((version) => ({
    VersionId: version.id,
    VersionStages: byVersion[version.id],
    LastAccessedDate: optionalDate(version.lastAccessedAt),
    CreatedDate: new Date(version.createdAt),
    KmsKeyIds: ['DefaultEncryptionKey'],
  }));
  return { Versions, NextToken };
}

/** What ListSecrets shows of a secret; only labelled versions are in it. */
export function listEntry(secret: Secret) {
  const tags = secret.tags.list();
  return {
    ARN: secret.arn,
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    LastChangedDate: new Date(secret.lastChangedAt),
    LastAccessedDate: optionalDate(secret.lastAccessedAt),
    DeletedDate: optionalDate(secret.deletion?.requestedAt),
    Tags: tags,
    SecretVersionsToStages: secret.labels.size === 0 ? undefined : secret.labelledVersions(),
    CreatedDate: new Date(secret.createdAt),
  };
}

/** An instant as a Date, where there is one. */
export function optionalDate(instant: number | undefined): Date | undefined {
  return instant === undefined ? undefined : new Date(instant);
}
