import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { DeployedKeys } from '../core/config/deployed-keys';
import { idOfSecret, REGISTRY_PATH, SECRET_PREFIX } from '../core/names';
import { type AwsAccess, reviewConfig } from './client-config';
import { createRegistry } from './registry';
import { createSecrets } from './secrets';

/** Reads which keys an account has. @throws KeyturnError `aws-*` */
export async function readDeployedKeys(access?: AwsAccess): Promise<DeployedKeys> {
  const config = reviewConfig(access);
  const [{ entries, invalid }, secrets] = await Promise.all([
    createRegistry(REGISTRY_PATH, config).list(),
    createSecrets(new SecretsManagerClient(config)).list(SECRET_PREFIX),
  ]);
  return {
    registered: new Set([...entries, ...invalid].map(({ id }) => id)),
    secrets: new Set(secrets.flatMap(({ name }) => idOfSecret(name) ?? [])),
  };
}
