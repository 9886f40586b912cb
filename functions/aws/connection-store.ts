import {
  CreateSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { KeyturnError, toKeyturnError } from '../core/errors';
import type { Redacted } from '../core/key/credential';
import { TAG } from '../core/names';
import { type ClientConfig, clientConfig } from './client-config';
import { createConnectionSecrets } from './connection-secrets';
import { calling } from './failure';
import { SECRET_MISSING } from './secret-reads';

/** What is known of a connection's secret without its value. */
export interface StoredConnection {
  /** The tag that says when its token ends, as it stands there. */
  readonly expires: string | undefined;
  /** The KMS key that encrypts it. @default - Secrets Manager's own */
  readonly encryptionKey: string | undefined;
}

/** The secret of one connection, for whoever puts a token there. Every method throws KeyturnError `aws-*`. */
export interface ConnectionStore {
  /** Undefined where there is none. @throws `secret-missing` where it was deleted and can still be restored */
  find(): Promise<StoredConnection | undefined>;
  /** Its current value; undefined where it may not be read, which is how it should be, or holds none. */
  read(): Promise<Redacted | undefined>;
  /** @param encryptionKey ARN of a KMS key. @default - Secrets Manager's own */
  create(value: Redacted, encryptionKey: string | undefined, expires: string | undefined): Promise<void>;
  /** The value before stays as AWSPREVIOUS. */
  replace(value: Redacted): Promise<void>;
  /** Says when its token ends; undefined takes away what was said. */
  setExpires(expires: string | undefined): Promise<void>;
}

/** @param secret name or ARN */
export function createConnectionStore(secret: string, config: ClientConfig = clientConfig): ConnectionStore {
  const client = new SecretsManagerClient(config);
  const doing = (action: string) => `secretsmanager:${action} of ${secret}`;
  const tagOf = (Value: string) => [{ Key: TAG.expires, Value }];
  return {
    async find() {
      const described = await calling(doing('DescribeSecret'), {}, () =>
        client.send(new DescribeSecretCommand({ SecretId: secret })).catch((thrown: unknown) => {
          if (thrown instanceof ResourceNotFoundException) return undefined;
          throw thrown;
        }),
      );
      if (described === undefined) return undefined;
      if (described.DeletedDate !== undefined) {
        throw new KeyturnError(
          'secret-missing',
          `The secret ${secret} was deleted and waits for its end. Bring it back with "aws secretsmanager restore-secret --secret-id ${secret}", and connect again.`,
        );
      }
      const expires = described.Tags?.find(({ Key }) => Key === TAG.expires)?.Value;
      return { expires, encryptionKey: described.KmsKeyId };
    },

    async read() {
      try {
        return await createConnectionSecrets(client).read(secret);
      } catch (thrown) {
        const error = toKeyturnError(thrown);
        if (error.code === 'aws-denied' || error.code === 'invalid-connection') return undefined;
        throw error;
      }
    },

    async create(value, encryptionKey, expires) {
      const command = new CreateSecretCommand({
        Name: secret,
        Description: 'Keyturn: how a CI host is reached',
        SecretString: value.reveal(),
        KmsKeyId: encryptionKey,
        Tags: expires === undefined ? undefined : tagOf(expires),
      });
      await calling(doing('CreateSecret'), {}, () => client.send(command), value);
    },

    async replace(value) {
      const command = new PutSecretValueCommand({ SecretId: secret, SecretString: value.reveal() });
      await calling(doing('PutSecretValue'), SECRET_MISSING, () => client.send(command), value);
    },

    async setExpires(expires) {
      const change =
        expires === undefined
          ? () => client.send(new UntagResourceCommand({ SecretId: secret, TagKeys: [TAG.expires] }))
          : () => client.send(new TagResourceCommand({ SecretId: secret, Tags: tagOf(expires) }));
      await calling(doing(expires === undefined ? 'UntagResource' : 'TagResource'), SECRET_MISSING, change);
    },
  };
}
