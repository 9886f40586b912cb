import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { ConnectionSecrets } from '../account/ports';
import { KeyturnError } from '../core/errors';
import { Redacted } from '../core/key/credential';
import { type ClientConfig, clientConfig } from './client-config';
import { calling } from './failure';

/** The same with a configuration of one's own. */
export function connectionSecretsBy(config: ClientConfig): ConnectionSecrets {
  return createConnectionSecrets(new SecretsManagerClient(config));
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
