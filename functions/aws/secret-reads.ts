import {
  DescribeSecretCommand,
  GetResourcePolicyCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  type SecretListEntry,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { digestsIn } from '../core/config/entry-pin';
import { KeyturnError, toKeyturnError } from '../core/errors';
import type { SecretState, SecretVersion } from '../core/key/secret-state';
import { calling } from './failure';

export const SECRET_MISSING = { ResourceNotFoundException: 'secret-missing' } as const;

/** ListSecrets and ListSecretVersionIds: 100 a page at most. */
const PAGE = 100;

/** The state of one secret. @throws KeyturnError `secret-missing`, `aws-*` */
export async function describeSecret(client: SecretsManagerClient, name: string): Promise<SecretState> {
  const answer = await calling(`secretsmanager:DescribeSecret of ${name}`, SECRET_MISSING, () =>
    client.send(new DescribeSecretCommand({ SecretId: name })),
  );
  // Deleted, and kept for the days in which it can be restored: ListSecrets does not show it either.
  if (answer.DeletedDate !== undefined) {
    throw new KeyturnError('secret-missing', `secretsmanager:DescribeSecret of ${name}: the secret was deleted.`);
  }
  return stateOf({ ...answer, Name: name, SecretVersionsToStages: answer.VersionIdsToStages });
}

/** The states of all secrets whose names begin so. @throws KeyturnError `aws-*` */
export async function listSecrets(client: SecretsManagerClient, prefix: string): Promise<readonly SecretState[]> {
  const states: SecretState[] = [];
  let token: string | undefined;
  do {
    const page = await calling('secretsmanager:ListSecrets', {}, () =>
      client.send(
        new ListSecretsCommand({
          MaxResults: PAGE,
          NextToken: token,
          Filters: [{ Key: 'name', Values: [prefix] }],
        }),
      ),
    );
    const listed = (page.SecretList ?? []).filter(({ Name }) => Name?.startsWith(prefix));
    states.push(...listed.map(stateOf));
    token = page.NextToken;
  } while (token !== undefined);
  return states;
}

/** All versions of a secret, those without a label too. @throws KeyturnError `secret-missing`, `aws-*` */
export async function listVersions(client: SecretsManagerClient, name: string): Promise<readonly SecretVersion[]> {
  const versions: SecretVersion[] = [];
  let token: string | undefined;
  do {
    const page = await calling(`secretsmanager:ListSecretVersionIds of ${name}`, SECRET_MISSING, () =>
      client.send(
        new ListSecretVersionIdsCommand({
          SecretId: name,
          IncludeDeprecated: true,
          MaxResults: PAGE,
          NextToken: token,
        }),
      ),
    );
    for (const { VersionId, VersionStages = [] } of page.Versions ?? []) {
      if (VersionId !== undefined) versions.push({ versionId: VersionId, labels: VersionStages });
    }
    token = page.NextToken;
  } while (token !== undefined);
  return versions;
}

/** A secret's own policy. @throws KeyturnError `secret-missing`, `aws-*` */
export async function readPolicy(
  client: SecretsManagerClient,
  name: string,
): Promise<{ readonly arn: string; readonly policy: string | undefined }> {
  const { ARN: arn = name, ResourcePolicy: policy } = await calling(
    `secretsmanager:GetResourcePolicy of ${name}`,
    SECRET_MISSING,
    () => client.send(new GetResourcePolicyCommand({ SecretId: name })),
  );
  return { arn, policy };
}

/**
 * The digests in a secret's own policy. A policy that hides itself says nothing for its secret.
 *
 * @throws KeyturnError `secret-missing`, `aws-*`
 */
export async function readPins(client: SecretsManagerClient, name: string): Promise<readonly string[]> {
  try {
    return digestsIn((await readPolicy(client, name)).policy ?? '');
  } catch (thrown) {
    if (toKeyturnError(thrown).code === 'aws-denied') return [];
    throw thrown;
  }
}

function stateOf(answer: SecretListEntry): SecretState {
  const { Name: name = '', ARN: arn = '', CreatedDate: createdAt = new Date(0), Tags = [] } = answer;
  const changedAt = answer.LastChangedDate ?? createdAt;
  return {
    name,
    arn,
    createdAt,
    changedAt,
    versions: Object.entries(answer.SecretVersionsToStages ?? {}).map(([versionId, labels]) => ({ versionId, labels })),
    tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
  };
}
