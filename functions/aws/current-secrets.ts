import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { KeyturnError } from '../core/errors';
import { Redacted } from '../core/key/credential';
import type { SecretState } from '../core/key/secret-state';
import { type ClientConfig, recordConfig } from './client-config';
import { calling } from './failure';
import { describeSecret, SECRET_MISSING } from './secret-reads';

/** Reads the version of any secret that has a label, the current one by default, in one call. @throws KeyturnError `secret-missing`, `aws-*` */
export function createCurrentSecrets(config: ClientConfig = recordConfig) {
  const client = new SecretsManagerClient(config);
  return async (name: string, VersionStage?: 'AWSPREVIOUS') => {
    const doing = `secretsmanager:GetSecretValue of ${name}`;
    const { SecretString, VersionId } = await calling(doing, SECRET_MISSING, () =>
      client.send(new GetSecretValueCommand({ SecretId: name, VersionStage })),
    );
    if (VersionId === undefined) throw new KeyturnError('aws-uncertain', `${doing}: the answer names no version.`);
    return { versionId: VersionId, value: SecretString === undefined ? undefined : new Redacted(SecretString) };
  };
}

/** Reads what is known of one secret beside its value. @throws KeyturnError `secret-missing`, `aws-*` */
export function createSecretStates(config: ClientConfig = recordConfig): (name: string) => Promise<SecretState> {
  const client = new SecretsManagerClient(config);
  return (name) => describeSecret(client, name);
}
