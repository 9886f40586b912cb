import type { SecretState } from '../../../functions/core/key/secret-state';

/** What DescribeSecret answers, of the local account or over HTTP. */
interface Described {
  readonly Name?: string | undefined;
  readonly ARN?: string | undefined;
  readonly CreatedDate?: Date | undefined;
  readonly LastChangedDate?: Date | undefined;
  readonly Tags?: readonly { readonly Key?: string; readonly Value?: string }[] | undefined;
  readonly VersionIdsToStages?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** The state as the core sees it. */
export function secretStateOf(described: Described): SecretState {
  const { CreatedDate: createdAt = new Date(0), LastChangedDate: changedAt = createdAt, Tags = [] } = described;
  return {
    name: described.Name ?? '',
    arn: described.ARN ?? '',
    createdAt,
    changedAt,
    versions: Object.entries(described.VersionIdsToStages ?? {}).map(([versionId, labels]) => ({ versionId, labels })),
    tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
  };
}
