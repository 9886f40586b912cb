import { secretInputs as takes } from '../secret-inputs';
import type { SecretsManager } from '../secrets-manager';
import { operationsOf } from './operation';

const operation = operationsOf('ValidationException');

/** CloudTrail never sees a value. */
const withoutValue = { omit: ['SecretString', 'SecretBinary'] };

/** Secrets Manager on the wire. */
export function secretsManagerOperations(secrets: SecretsManager) {
  return {
    CreateSecret: operation('write', takes.CreateSecret, (input) => secrets.createSecret(input), withoutValue),
    DescribeSecret: operation('read', takes.DescribeSecret, (input) => secrets.describeSecret(input)),
    ListSecrets: operation('read', takes.ListSecrets, (input) => secrets.listSecrets(input)),
    GetSecretValue: operation('read', takes.GetSecretValue, (input) => secrets.getSecretValue(input)),
    PutSecretValue: operation('write', takes.PutSecretValue, (input) => secrets.putSecretValue(input), {
      ...withoutValue,
      response: ({ ARN }: { ARN: string }) => ({ ARN }),
    }),
    UpdateSecret: operation('write', takes.UpdateSecret, (input) => secrets.updateSecret(input), withoutValue),
    UpdateSecretVersionStage: operation('write', takes.UpdateSecretVersionStage, (input) =>
      secrets.updateSecretVersionStage(input),
    ),
    ListSecretVersionIds: operation('read', takes.ListSecretVersionIds, (input) => secrets.listSecretVersionIds(input)),
    TagResource: operation('write', takes.TagResource, (input) => secrets.tagResource(input)),
    UntagResource: operation('write', takes.UntagResource, (input) => secrets.untagResource(input)),
    PutResourcePolicy: operation('write', takes.PutResourcePolicy, (input) => secrets.putResourcePolicy(input)),
    GetResourcePolicy: operation('read', takes.GetResourcePolicy, (input) => secrets.getResourcePolicy(input)),
    DeleteResourcePolicy: operation('write', takes.DeleteResourcePolicy, (input) =>
      secrets.deleteResourcePolicy(input),
    ),
    DeleteSecret: operation('write', takes.DeleteSecret, (input) => secrets.deleteSecret(input)),
    RestoreSecret: operation('write', takes.RestoreSecret, (input) => secrets.restoreSecret(input)),
  };
}
