import * as z from 'zod';
import type { ResourceType } from '../resource';

const secret: ResourceType = (input) => {
  const { properties, previous } = input;
  const { secretsManager } = input.services.account;
  if (properties.has('GenerateSecretString')) {
    throw properties.invalid('GenerateSecretString', 'is not supported: a managed secret is created empty');
  }
  const details = {
    Description: properties.optionalText('Description'),
    KmsKeyId: properties.optionalText('KmsKeyId'),
    SecretString: properties.optionalText('SecretString'),
  };
  if (previous === undefined) {
    const Name = properties.optionalText('Name') ?? input.generatedName(255);
    const { ARN } = secretsManager.createSecret({
      Name,
      Tags: [...properties.tags(), ...input.systemTags],
      ...details,
    });
    const remove = () => void secretsManager.deleteSecret({ SecretId: ARN });
    return { ref: ARN, attributes: { Id: ARN }, remove };
  }
  secretsManager.updateSecret({ SecretId: previous.ref, ...details });
  secretsManager.tagResource({ SecretId: previous.ref, Tags: properties.tags() });
  return previous;
};

/** Which resource holds the policy of a secret, by the secret's ARN: CloudFormation knows one by that alone. */
const policyHolders = new WeakMap<object, Map<string, string>>();

/** Another resource of one secret is refused as in CloudFormation, in one stack or two; a policy that no stack has is overwritten. */
const resourcePolicy: ResourceType = ({ properties, services, previous, logicalId, arn }) => {
  const { secretsManager } = services.account;
  const holders = policyHolders.get(secretsManager) ?? new Map<string, string>();
  policyHolders.set(secretsManager, holders);
  const { ARN } = secretsManager.describeSecret({ SecretId: properties.text('SecretId') });
  const holder = holders.get(ARN);
  if (holder !== undefined && previous?.attributes.SecretId !== properties.text('SecretId')) {
    throw new Error(`${ARN} already exists in stack ${arn('cloudformation', `stack/…/${holder}`)}`);
  }
  secretsManager.putResourcePolicy({ SecretId: ARN, ResourcePolicy: properties.document('ResourcePolicy') });
  holders.set(ARN, logicalId);
  return {
    ref: ARN,
    attributes: { Id: ARN, SecretId: properties.text('SecretId') },
    remove: () => void secretsManager.deleteResourcePolicy({ SecretId: ARN }),
    leave: () => void holders.delete(ARN),
  };
};

const parameter: ResourceType = (input) => {
  const { properties, previous } = input;
  const { ssm } = input.services.account;
  const Name = properties.optionalText('Name') ?? previous?.ref ?? input.generatedName(1011);
  if (previous !== undefined && previous.ref !== Name) void previous.remove?.();
  const Value = properties.text('Value');
  const Type = oneOf(properties.text('Type'), ['String', 'StringList'] as const);
  const Tier = oneOf(properties.optionalText('Tier') ?? 'Standard', ['Standard', 'Advanced'] as const);
  const Description = properties.optionalText('Description');
  const Overwrite = previous?.ref === Name;
  ssm.putParameter({ Name, Value, Type, Tier, Description, Overwrite }, 'cloudformation.amazonaws.com');
  return { ref: Name, attributes: { Type, Value }, remove: () => ssm.deleteParameter({ Name }) };
};

const contentSchema = z.object({
  schemaVersion: z.string(),
  parameters: z.record(z.string(), z.object({ default: z.unknown().optional() })).default({}),
});

/** A document that commands are sent by: which parameters it takes; what it does is up to the machines. */
const commandDocument: ResourceType = (input) => {
  const { properties, previous } = input;
  const { runCommand } = input.services.account;
  oneOf(properties.text('DocumentType'), ['Command'] as const);
  const name = properties.optionalText('Name') ?? previous?.ref ?? input.generatedName(128);
  if (previous !== undefined && previous.ref !== name) void previous.remove?.();
  const { parameters } = contentSchema.parse(JSON.parse(properties.document('Content')));
  const needed = Object.entries(parameters).flatMap(([parameter, one]) =>
    one.default === undefined ? [parameter] : [],
  );
  runCommand.addDocument(name, { parameters: Object.keys(parameters), needed });
  return { ref: name, attributes: {}, remove: () => runCommand.removeDocument(name) };
};

function oneOf<T extends string>(value: string, known: readonly T[]): T {
  const found = known.find((candidate) => candidate === value);
  if (found === undefined) throw new Error(`${value} is not one of ${known.join(', ')}`);
  return found;
}

export const SECRET_AND_PARAMETER_RESOURCES: Readonly<Record<string, ResourceType>> = {
  'AWS::SecretsManager::Secret': secret,
  'AWS::SecretsManager::ResourcePolicy': resourcePolicy,
  'AWS::SSM::Parameter': parameter,
  'AWS::SSM::Document': commandDocument,
};
