import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  ListSecretVersionIdsCommand,
  PutSecretValueCommand,
  type SecretListEntry,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretVersionStageCommand,
  type UpdateSecretVersionStageCommandInput,
} from '@aws-sdk/client-secrets-manager';
import type { ConnectionSecrets, Secrets } from '../account/ports';
import { KeyturnError } from '../core/errors';
import { Redacted } from '../core/key/credential';
import { parseSecretDocument, secretDocumentOf } from '../core/key/secret-document';
import type { SecretState, SecretVersion } from '../core/key/secret-state';
import { versionIdOf } from '../core/key/version-id';
import { clientConfig } from './client-config';
import { calling } from './failure';

const missing = { ResourceNotFoundException: 'secret-missing' } as const;

/** ListSecrets and ListSecretVersionIds: 100 a page at most. */
const PAGE = 100;

/** The Secrets port over the AWS SDK. */
export function createSecrets(client = new SecretsManagerClient(clientConfig)): Secrets {
  const describe = async (name: string): Promise<SecretState> => {
    const answer = await calling(`secretsmanager:DescribeSecret of ${name}`, missing, () =>
      client.send(new DescribeSecretCommand({ SecretId: name })),
    );
    // Deleted, and kept for the days in which it can be restored: ListSecrets does not show it either.
    if (answer.DeletedDate !== undefined) {
      throw new KeyturnError('secret-missing', `secretsmanager:DescribeSecret of ${name}: the secret was deleted.`);
    }
    return stateOf({ ...answer, Name: name, SecretVersionsToStages: answer.VersionIdsToStages });
  };

  /**
   * Secrets Manager refuses to take a label from a version that does not have it: what the repetition after a lost answer
   * and the slower of two runs get to hear. What they wanted is there, so that is no failure.
   */
  const updateLabel = async (
    name: string,
    label: string,
    versions: LabelMove,
    isDone: (state: SecretState) => boolean,
  ) => {
    try {
      await calling(`secretsmanager:UpdateSecretVersionStage ${label} of ${name}`, missing, () =>
        client.send(new UpdateSecretVersionStageCommand({ SecretId: name, VersionStage: label, ...versions })),
      );
    } catch (thrown) {
      if (!(thrown instanceof KeyturnError) || thrown.code !== 'aws-rejected') throw thrown;
      const state = await describe(name);
      if (isDone(state)) return;
      if (versions.MoveToVersionId === undefined || holderOf(state, label) === versions.RemoveFromVersionId)
        throw thrown;
      throw new KeyturnError('label-moved', `${label} of ${name} was moved by another run in the meantime.`, {
        retryable: true,
      });
    }
  };

  return {
    describe,

    async list(prefix) {
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
    },

    async describeWithUnlabelled(name) {
      const state = await describe(name);
      const versions: SecretVersion[] = [];
      let token: string | undefined;
      do {
        const page = await calling(`secretsmanager:ListSecretVersionIds of ${name}`, missing, () =>
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
      return { ...state, versions };
    },

    async store(name, credential, accountId) {
      await calling(`secretsmanager:PutSecretValue to ${name}`, missing, () =>
        client.send(
          new PutSecretValueCommand({
            SecretId: name,
            ClientRequestToken: versionIdOf(credential),
            SecretString: secretDocumentOf(credential, accountId),
          }),
        ),
      );
    },

    async read(name, versionId) {
      const { SecretString } = await calling(`secretsmanager:GetSecretValue of ${name}`, missing, () =>
        client.send(new GetSecretValueCommand({ SecretId: name, VersionId: versionId })),
      );
      return parseSecretDocument(name, SecretString);
    },

    async moveLabel(name, label, to, from) {
      if (to === from) return;
      const versions = { MoveToVersionId: to, RemoveFromVersionId: from };
      await updateLabel(name, label, versions, (state) => hasLabel(state, to, label));
    },

    async removeLabel(name, label, from) {
      await updateLabel(name, label, { RemoveFromVersionId: from }, (state) => !hasLabel(state, from, label));
    },

    async tag(name, tags) {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      await calling(`secretsmanager:TagResource of ${name}`, missing, () =>
        client.send(new TagResourceCommand({ SecretId: name, Tags })),
      );
    },

    async untag(name, keys) {
      await calling(`secretsmanager:UntagResource of ${name}`, missing, () =>
        client.send(new UntagResourceCommand({ SecretId: name, TagKeys: [...keys] })),
      );
    },
  };
}

function holderOf({ versions }: SecretState, label: string): string | undefined {
  return versions.find(({ labels }) => labels.includes(label))?.versionId;
}

type LabelMove = Pick<UpdateSecretVersionStageCommandInput, 'MoveToVersionId' | 'RemoveFromVersionId'>;

function hasLabel({ versions }: SecretState, version: string, label: string): boolean {
  return versions.some(({ versionId, labels }) => versionId === version && labels.includes(label));
}

/** The ConnectionSecrets port over the AWS SDK. */
export function createConnectionSecrets(client = new SecretsManagerClient(clientConfig)): ConnectionSecrets {
  return {
    async read(nameOrArn) {
      const { SecretString } = await calling(
        `secretsmanager:GetSecretValue of the connection secret ${nameOrArn}`,
        { ResourceNotFoundException: 'invalid-connection' },
        () => client.send(new GetSecretValueCommand({ SecretId: nameOrArn })),
      );
      if (SecretString === undefined || SecretString === '') {
        throw new KeyturnError(
          'invalid-connection',
          `The connection secret ${nameOrArn} holds no text. Put the token there as JSON, such as {"accessToken": "…"}.`,
        );
      }
      return new Redacted(SecretString);
    },
  };
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
