import type { DeployedRole, Deployment, NamedPolicy } from './deployment';
import type { Services, StackResource } from './resource';

/** Collects from the services what a stack's resources have become. */
export function describeDeployment(
  services: Services,
  resources: readonly StackResource[],
  stack: Pick<Deployment, 'stackName' | 'stackId' | 'status' | 'outputs'>,
): Deployment {
  const ofType = (type: string) => resources.filter(({ declared }) => declared.type === type);
  const { account, lambda, bus, queues } = services;
  const managed = new Map(
    ofType('AWS::IAM::ManagedPolicy').map(({ physical }) => [physical.ref, parsed(physical.policy)] as const),
  );
  return {
    ...stack,
    functions: ofType('AWS::Lambda::Function').flatMap(({ declared: { logicalId }, physical }) =>
      lambda.functions
        .filter(({ functionName }) => functionName === physical.ref)
        .map((configuration) => ({ ...configuration, logicalId })),
    ),
    rules: ofType('AWS::Events::Rule').flatMap(({ physical }) => bus.rules.filter(({ name }) => name === physical.ref)),
    roles: ofType('AWS::IAM::Role').map(({ physical }) => describeRole(services, physical.ref, managed)),
    secrets: ofType('AWS::SecretsManager::Secret').map(({ physical }) => {
      const { Name, ARN, KmsKeyId } = account.secretsManager.describeSecret({ SecretId: physical.ref });
      const { ResourcePolicy } = account.secretsManager.getResourcePolicy({ SecretId: ARN });
      return { name: Name, arn: ARN, kmsKeyId: KmsKeyId, resourcePolicy: parsed(ResourcePolicy) };
    }),
    keys: ofType('AWS::KMS::Key').map(({ physical }) => ({
      arn: account.kms.keyArn(physical.ref),
      policy: parsed(account.kms.getKeyPolicy({ KeyId: physical.ref }).Policy),
    })),
    queues: ofType('AWS::SQS::Queue').flatMap(({ physical }) => queues.find(physical.attributes.Arn ?? '') ?? []),
    topics: ofType('AWS::SNS::Topic').map(({ physical }) => physical.ref),
  };
}

function describeRole({ account }: Services, roleName: string, managed: ReadonlyMap<string, unknown>): DeployedRole {
  const { arn, assumeRolePolicyDocument, policies } = account.iam.roles.get(roleName);
  const inline: NamedPolicy[] = [...policies.inline].map(([name, text]) => ({ name, document: parsed(text) }));
  const attached = [...policies.attached];
  return {
    roleName,
    arn,
    trustPolicy: parsed(assumeRolePolicyDocument),
    policies: [
      ...inline,
      ...attached.filter((name) => managed.has(name)).map((name) => ({ name, document: managed.get(name) })),
    ],
    foreignPolicies: attached.filter((name) => !managed.has(name)),
  };
}

function parsed(json: string | undefined): unknown {
  return json === undefined ? undefined : JSON.parse(json);
}
