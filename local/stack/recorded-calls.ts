import { type AccountEvent, isoSeconds } from '../account/event';
import { type Random, randomUuid } from '../random';
import type { Physical } from './resource';

/** What CloudFormation did to one resource that there is. */
export interface ResourceChange {
  readonly type: string;
  readonly change: 'created' | 'updated';
  /** As the template has them, resolved. */
  readonly properties: Readonly<Record<string, unknown>>;
  readonly physical: Physical;
}

/** The calls that a change of one type of resource makes, and how they name it. */
interface Calls {
  readonly service: string;
  readonly created: readonly string[];
  readonly updated: readonly string[];
  readonly about: (change: ResourceChange) => Readonly<Record<string, unknown>>;
}

const byRef = (name: string) => (change: ResourceChange) => ({ [name]: change.physical.ref });
const byProperty = (name: string, property: string) => (change: ResourceChange) => ({
  [name]: change.properties[property],
});

/** Of the types whose calls somebody may look for; other types make calls too, and are not recorded here. */
const CALLS: Readonly<Record<string, Calls>> = {
  'AWS::Lambda::Function': {
    service: 'lambda',
    created: ['CreateFunction20150331'],
    updated: ['UpdateFunctionCode20150331v2', 'UpdateFunctionConfiguration20150331v2'],
    about: byRef('functionName'),
  },
  'AWS::Lambda::Permission': {
    service: 'lambda',
    created: ['AddPermission20150331v2'],
    updated: ['RemovePermission20150331v2', 'AddPermission20150331v2'],
    about: byProperty('functionName', 'FunctionName'),
  },
  'AWS::Lambda::Url': {
    service: 'lambda',
    created: ['CreateFunctionUrlConfig'],
    updated: ['UpdateFunctionUrlConfig'],
    about: byProperty('functionName', 'TargetFunctionArn'),
  },
  'AWS::IAM::Role': {
    service: 'iam',
    created: ['CreateRole', 'PutRolePolicy'],
    updated: ['UpdateAssumeRolePolicy', 'PutRolePolicy'],
    about: byRef('roleName'),
  },
  'AWS::IAM::ManagedPolicy': {
    service: 'iam',
    created: ['CreatePolicy'],
    updated: ['CreatePolicyVersion'],
    about: byRef('policyArn'),
  },
  'AWS::Logs::LogGroup': {
    service: 'logs',
    created: ['CreateLogGroup', 'PutRetentionPolicy'],
    updated: ['PutRetentionPolicy'],
    about: byRef('logGroupName'),
  },
  'AWS::Logs::SubscriptionFilter': {
    service: 'logs',
    created: ['PutSubscriptionFilter'],
    updated: ['PutSubscriptionFilter'],
    about: byProperty('logGroupName', 'LogGroupName'),
  },
  'AWS::Events::Rule': {
    service: 'events',
    created: ['PutRule', 'PutTargets'],
    updated: ['PutRule', 'PutTargets'],
    about: ({ physical: { ref } }) => ({ name: ref, rule: ref }),
  },
  'AWS::SNS::Topic': {
    service: 'sns',
    created: ['CreateTopic'],
    updated: ['SetTopicAttributes'],
    about: byRef('topicArn'),
  },
  'AWS::SSM::Parameter': {
    service: 'ssm',
    created: ['PutParameter'],
    updated: ['PutParameter'],
    about: byRef('name'),
  },
  'AWS::SecretsManager::ResourcePolicy': {
    service: 'secretsmanager',
    created: ['PutResourcePolicy'],
    updated: ['PutResourcePolicy'],
    about: byProperty('secretId', 'SecretId'),
  },
  'AWS::KMS::Key': {
    service: 'kms',
    created: ['CreateKey'],
    updated: ['PutKeyPolicy'],
    about: byRef('keyId'),
  },
  'AWS::CloudWatch::Alarm': {
    service: 'monitoring',
    created: ['PutMetricAlarm'],
    updated: ['PutMetricAlarm'],
    about: byRef('alarmName'),
  },
  'AWS::S3::BucketPolicy': {
    service: 's3',
    created: ['PutBucketPolicy'],
    updated: ['PutBucketPolicy'],
    about: byProperty('bucketName', 'Bucket'),
  },
};

/** Who deploys, and where and when. */
export interface DeployedBy {
  readonly accountId: string;
  readonly region: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly random: Random;
}

/**
 * The management events of a deployment, as CloudTrail hands them to the event bus: CloudFormation calls each service in
 * the name of whoever deploys, and stands for the address from which the call came. IAM's are in us-east-1 only.
 * Source: CloudTrail User Guide, "CloudTrail record contents" (sourceIPAddress, invokedBy).
 */
export function recordedCalls(changes: readonly ResourceChange[], by: DeployedBy): readonly AccountEvent[] {
  return changes.flatMap((change) => {
    const calls = CALLS[change.type];
    if (calls === undefined || (calls.service === 'iam' && by.region !== 'us-east-1')) return [];
    return calls[change.change].map((eventName) => recorded(calls, eventName, change, by));
  });
}

const CLOUDFORMATION = 'cloudformation.amazonaws.com';

function recorded(
  { service, about }: Calls,
  eventName: string,
  change: ResourceChange,
  { accountId, region, at, random }: DeployedBy,
): AccountEvent {
  const role = 'cdk-hnb659fds-cfn-exec-role';
  const { Arn } = change.physical.attributes;
  return {
    version: '0',
    id: randomUuid(random),
    'detail-type': 'AWS API Call via CloudTrail',
    source: `aws.${service}`,
    account: accountId,
    time: isoSeconds(at),
    region,
    resources: [],
    detail: {
      eventVersion: '1.11',
      userIdentity: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::${accountId}:assumed-role/${role}/AWSCloudFormation`,
        accountId,
        sessionContext: { sessionIssuer: { type: 'Role', arn: `arn:aws:iam::${accountId}:role/${role}`, accountId } },
        invokedBy: CLOUDFORMATION,
      },
      eventTime: isoSeconds(at),
      eventSource: `${service}.amazonaws.com`,
      eventName,
      awsRegion: region,
      sourceIPAddress: CLOUDFORMATION,
      userAgent: CLOUDFORMATION,
      requestParameters: about(change),
      responseElements: null,
      eventID: randomUuid(random),
      readOnly: false,
      ...(Arn === undefined ? {} : { resources: [{ accountId, type: change.type, ARN: Arn }] }),
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: accountId,
      eventCategory: 'Management',
    },
  };
}
