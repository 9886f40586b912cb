import { AwsError } from '../aws-error';
import { secretInputs as takes } from '../secret-inputs';
import type { SecretsManager } from '../secrets-manager';
import { operationsOf } from './operation';

const operation = operationsOf('ValidationException');

/** CloudTrail never sees a value. */
const withoutValue = { omit: ['SecretString', 'SecretBinary'] };

/** Secrets Manager on the wire. */
export function secretsManagerOperations(secrets: SecretsManager) {
  return {
    CreateSecret: operation(
      'write',
      takes.CreateSecret,
      (input) => {
        refuseReserved((input.Tags ?? []).map(({ Key }) => Key));
        return secrets.createSecret(input);
      },
      withoutValue,
    ),
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
    TagResource: operation('write', takes.TagResource, (input) => {
      refuseReserved(input.Tags.map(({ Key }) => Key));
      secrets.tagResource(input);
    }),
    UntagResource: operation('write', takes.UntagResource, (input) => {
      refuseReserved(input.TagKeys);
      secrets.untagResource(input);
    }),
    PutResourcePolicy: operation('write', takes.PutResourcePolicy, (input) => secrets.putResourcePolicy(input)),
    GetResourcePolicy: operation('read', takes.GetResourcePolicy, (input) => secrets.getResourcePolicy(input)),
    DeleteResourcePolicy: operation('write', takes.DeleteResourcePolicy, (input) =>
      secrets.deleteResourcePolicy(input),
    ),
    DeleteSecret: operation('write', takes.DeleteSecret, (input) => secrets.deleteSecret(input)),
    RestoreSecret: operation('write', takes.RestoreSecret, (input) => secrets.restoreSecret(input)),
  };
}

/** Tags of AWS's own services, such as CloudFormation's on what it makes, are set and removed by nobody else. */
function refuseReserved(keys: readonly string[]): void {
  if (!keys.some((key) => key.toLowerCase().startsWith('aws:'))) return;
  const message = 'The tag prefix aws: is reserved for AWS use.';
  throw new AwsError('InvalidParameterException', 400, message);
}
