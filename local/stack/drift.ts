import { AwsError } from '../account/aws-error';
import type { ResourceDrift } from '../account/cloud-formation';
import type { Services, StackResource } from './resource';

/** What a resource is now, by the names of its properties; undefined when there is none any more. */
type Actual = Readonly<Record<string, unknown>> | undefined;
type Look = (services: Services, ref: string, resource: StackResource) => Actual;

/** Of the types whose settings people change by hand; of others nothing is said, as of those that CloudFormation cannot check. */
const LOOKS: Readonly<Record<string, Look>> = {
  'AWS::Events::Rule': ({ bus }, ref) => {
    const rule = bus.rules.find(({ name }) => name === ref);
    return rule && { State: rule.enabled === false ? 'DISABLED' : 'ENABLED', ScheduleExpression: rule.schedule };
  },
  'AWS::IAM::Role': ({ account }, ref) => {
    const { assumeRolePolicyDocument } = account.iam.roles.get(ref);
    return { AssumeRolePolicyDocument: JSON.parse(assumeRolePolicyDocument) };
  },
  'AWS::IAM::User': ({ account }, ref) => ({ UserName: account.iam.users.get(ref).name }),
  'AWS::KMS::Key': ({ account }, ref) => {
    const { KeyState } = account.kms.describeKey({ KeyId: ref }).KeyMetadata;
    return KeyState === 'PendingDeletion' ? undefined : { Enabled: KeyState === 'Enabled' };
  },
  'AWS::Lambda::Function': ({ lambda }, ref) => {
    if (!lambda.has(ref)) return undefined;
    const { timeout, memorySize, environment, reservedConcurrency } = lambda.describe(ref).configuration;
    const ReservedConcurrentExecutions = reservedConcurrency;
    return {
      Timeout: timeout,
      MemorySize: memorySize,
      ReservedConcurrentExecutions,
      Environment: { Variables: environment },
    };
  },
  'AWS::Lambda::Permission': ({ lambda }, ref, { properties }) => {
    const { permissions } = lambda.describe(String(properties.FunctionName));
    const found = permissions.find(([id]) => id === ref)?.[1];
    return found && { Principal: found.principal, SourceArn: found.sourceArn };
  },
  'AWS::Logs::LogGroup': ({ account }, ref) => {
    const { logGroups } = account.logs.describeLogGroups({ logGroupNamePrefix: ref });
    const group = logGroups.find(({ logGroupName }) => logGroupName === ref);
    const { retentionInDays: RetentionInDays, deletionProtectionEnabled: DeletionProtectionEnabled } = group ?? {};
    return group && { RetentionInDays, DeletionProtectionEnabled };
  },
  'AWS::Logs::SubscriptionFilter': ({ account }, ref, { properties }) => {
    const logGroupName = String(properties.LogGroupName);
    const { subscriptionFilters } = account.logs.describeSubscriptionFilters({ logGroupName });
    const found = subscriptionFilters.find(({ filterName }) => filterName === ref);
    return found && { FilterPattern: found.filterPattern, DestinationArn: found.destinationArn };
  },
  'AWS::SNS::Topic': ({ account }, ref) =>
    account.sns.listTopics().Topics.some(({ TopicArn }) => TopicArn === ref) ? {} : undefined,
  'AWS::SQS::Queue': ({ queues }, _ref, { physical }) =>
    queues.find(physical.attributes.Arn ?? '') === undefined ? undefined : {},
  'AWS::SSM::Parameter': ({ account }, ref) => ({ Value: account.ssm.getParameter({ Name: ref }).Parameter.Value }),
  'AWS::SecretsManager::ResourcePolicy': ({ account }, ref) => {
    const { ResourcePolicy } = account.secretsManager.getResourcePolicy({ SecretId: ref });
    return ResourcePolicy === undefined ? undefined : { ResourcePolicy: JSON.parse(ResourcePolicy) };
  },
  'AWS::SecretsManager::Secret': ({ account }, ref) => {
    const { DeletedDate, Description, KmsKeyId } = account.secretsManager.describeSecret({ SecretId: ref });
    return DeletedDate === undefined ? { Description, KmsKeyId } : undefined;
  },
};

/** How resources differ from what their template says of them: only what it says is compared, as CloudFormation does. */
export function driftOf(services: Services, resources: readonly StackResource[]): readonly ResourceDrift[] {
  return resources.flatMap((resource): readonly ResourceDrift[] => {
    const { logicalId: LogicalResourceId, type: ResourceType } = resource.declared;
    const look = LOOKS[ResourceType];
    if (look === undefined) return [];
    const named = { LogicalResourceId, PhysicalResourceId: resource.physical.ref, ResourceType };
    const actual = lookAt(look, services, resource);
    if (actual === undefined) return [{ ...named, StackResourceDriftStatus: 'DELETED', PropertyDifferences: [] }];
    const PropertyDifferences = Object.entries(actual).flatMap(([name, value]) => {
      const expected = resource.properties[name];
      if (expected === undefined || text(expected) === text(value)) return [];
      const DifferenceType = value === undefined ? 'REMOVE' : 'NOT_EQUAL';
      return [{ PropertyPath: `/${name}`, ExpectedValue: text(expected), ActualValue: text(value), DifferenceType }];
    });
    const StackResourceDriftStatus = PropertyDifferences.length === 0 ? 'IN_SYNC' : 'MODIFIED';
    return [{ ...named, StackResourceDriftStatus, PropertyDifferences }];
  });
}

/** Services refuse to speak of what is not there. */
function lookAt(look: Look, services: Services, resource: StackResource): Actual {
  try {
    return look(services, resource.physical.ref, resource);
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

const text = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value ?? 'null'));
