import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import type { Secrets } from '../account/ports';
import { Credential } from '../core/key/credential';
import { parseSecretDocument, secretDocumentOf } from '../core/key/secret-document';
import { versionIdOf } from '../core/key/version-id';
import { clientConfig } from './client-config';
import { calling } from './failure';
import { hasLabel, updateLabel } from './secret-labels';
import { describeSecret, listSecrets, listVersions, readPins, SECRET_MISSING } from './secret-reads';

/** The Secrets port over the AWS SDK. */
export function createSecrets(client = new SecretsManagerClient(clientConfig)): Secrets {
  return {
    describe: (name) => describeSecret(client, name),

    list: (prefix) => listSecrets(client, prefix),

    async describeWithUnlabelled(name) {
      const state = await describeSecret(client, name);
      return { ...state, versions: await listVersions(client, name) };
    },

    async store(name, credential, accountId) {
      const command = new PutSecretValueCommand({
        SecretId: name,
        ClientRequestToken: versionIdOf(credential),
        SecretString: secretDocumentOf(credential, accountId),
      });
      const { secretAccessKey } = credential;
      await calling(
        `secretsmanager:PutSecretValue to ${name}`,
        SECRET_MISSING,
        () => client.send(command),
        secretAccessKey,
      );
    },

    async read(name, versionId) {
      const { SecretString, CreatedDate } = await calling(
        `secretsmanager:GetSecretValue of ${name}`,
        SECRET_MISSING,
        () => client.send(new GetSecretValueCommand({ SecretId: name, VersionId: versionId })),
      );
      return new Credential({ ...parseSecretDocument(name, SecretString), storedAt: CreatedDate });
    },

    async moveLabel(name, label, to, from) {
      if (to === from) return;
      const versions = { MoveToVersionId: to, RemoveFromVersionId: from };
      await updateLabel(client, name, label, versions, (state) => hasLabel(state, to, label));
    },

    async removeLabel(name, label, from) {
      await updateLabel(client, name, label, { RemoveFromVersionId: from }, (state) => !hasLabel(state, from, label));
    },

    async tag(name, tags) {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      await calling(`secretsmanager:TagResource of ${name}`, SECRET_MISSING, () =>
        client.send(new TagResourceCommand({ SecretId: name, Tags })),
      );
    },

    pins: (name) => readPins(client, name),

    async untag(name, keys) {
      await calling(`secretsmanager:UntagResource of ${name}`, SECRET_MISSING, () =>
        client.send(new UntagResourceCommand({ SecretId: name, TagKeys: [...keys] })),
      );
    },
  };
}
