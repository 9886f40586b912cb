import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { parseThings } from '../../functions/core/deployed-facts';
import { DEPLOYMENT_PARAMETERS } from '../../functions/core/names';
import { OWN_CHANGES, OWN_CHANGES_IN_IAM, OWN_CHANGES_OF_PROVIDER } from '../../functions/core/own-things';
import { ownChangeReader } from '../../functions/report/evidence/own-change';
import { compilePattern } from '../../local/events/pattern';
import { targetPayload } from '../../local/events/target-input';
import { ACCOUNT, deployed, REGION } from './deployed';
import { endpointThatGives, ONE_KEY, resourcesOf, synthesize } from './synthesized';

const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const ARCHIVED = { archive: { years: 7 }, report: {}, trailFiles: {}, encryptionKey: KEY } as const;
const EVERYTHING: ConfigInput = {
  ...ONE_KEY,
  trail: 'create',
  notify: ['security@example.com'],
  keys: (ONE_KEY.keys ?? []).map((key) => ({ ...key, createUser: true })),
  encryption: 'customer-managed',
  audit: { ...ARCHIVED, forwardTo: `arn:aws:events:${REGION}:444455556666:event-bus/security` },
  provider: endpointThatGives({ secrets: [{ secret: 'shop/db', variable: 'DB_PASSWORD' }] }),
};
const template = synthesize(EVERYTHING);

/** What changes a thing: CloudTrail's names for the calls, by the parameter that names it. */
type Calls = Readonly<Record<string, readonly string[]>>;

interface Watched {
  readonly service: string;
  /** As CloudFormation would name it, from its logical ID. */
  readonly name: (id: string, properties: Readonly<Record<string, unknown>>) => string;
  readonly calls: Calls;
}

/** CloudFormation's own names begin with the stack's, and the constructs'. */
const named = (id: string) => `Keyturn-${id}-ABCDEF012345`;
const named8 = (property: string) => (id: string, properties: Readonly<Record<string, unknown>>) =>
  String(deployed(template, properties[property] ?? named(id)));
const arnOf = (id: string) => String(deployed(template, { 'Fn::GetAtt': [id, 'Arn'] }));
const queueUrl = (id: string) => `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${named(id)}`;
const queueArn = (id: string) => `arn:aws:sqs:${REGION}:${ACCOUNT}:${named(id)}`;
const referred = (property: string) => (_id: string, properties: Readonly<Record<string, unknown>>) => {
  const [first] = [properties[property]].flat();
  return String(deployed(template, first));
};

const tableArn = (id: string) =>
  `arn:aws:dynamodb:${REGION}:${ACCOUNT}:table/${String(deployed(template, { Ref: id }))}`;

const FUNCTION: Calls = {
  functionName: [
    ...['UpdateFunctionCode20150331v2', 'UpdateFunctionConfiguration20150331v2', 'DeleteFunction20150331'],
    ...['PutFunctionConcurrency20171031', 'DeleteFunctionConcurrency20171031', 'CreateEventSourceMapping20150331'],
    ...['CreateFunctionUrlConfig', 'UpdateFunctionUrlConfig', 'PutRuntimeManagementConfig'],
    ...['PutFunctionCodeSigningConfig', 'DeleteFunctionCodeSigningConfig', 'PutFunctionRecursionConfig'],
  ],
};
const PERMISSION: Calls = { functionName: ['AddPermission20150331v2', 'RemovePermission20150331v2'] };
const INVOKE: Calls = {
  functionName: ['PutFunctionEventInvokeConfig', 'UpdateFunctionEventInvokeConfig', 'DeleteFunctionEventInvokeConfig'],
};
const BUCKET: Calls = {
  bucketName: [
    ...['PutBucketPolicy', 'DeleteBucketPolicy', 'PutBucketLifecycle', 'DeleteBucketLifecycle', 'DeleteBucket'],
    ...['PutBucketVersioning', 'PutBucketObjectLockConfiguration', 'PutBucketReplication', 'PutBucketEncryption'],
    ...['DeleteBucketEncryption', 'PutBucketPublicAccessBlock', 'DeleteBucketPublicAccessBlock', 'PutBucketLogging'],
    ...['PutBucketOwnershipControls', 'PutBucketAcl', 'DeleteBucketReplication', 'DeleteBucketOwnershipControls'],
  ],
};

/** Each resource type of the template, with what else than a deployment changes one. */
const WATCHED: Readonly<Record<string, readonly Watched[]>> = {
  'AWS::Lambda::Function': [{ service: 'lambda', name: named, calls: FUNCTION }],
  'AWS::Lambda::Permission': [{ service: 'lambda', name: referredFunction, calls: PERMISSION }],
  'AWS::Lambda::EventInvokeConfig': [{ service: 'lambda', name: referredFunction, calls: INVOKE }],
  'AWS::IAM::Role': [
    {
      service: 'iam',
      name: named,
      calls: {
        roleName: [
          ...['UpdateAssumeRolePolicy', 'UpdateRole', 'DeleteRole', 'AttachRolePolicy', 'DetachRolePolicy'],
          ...['PutRolePermissionsBoundary', 'DeleteRolePermissionsBoundary', 'TagRole', 'UntagRole'],
        ],
      },
    },
  ],
  'AWS::IAM::Policy': [
    { service: 'iam', name: referredRole, calls: { roleName: ['PutRolePolicy', 'DeleteRolePolicy'] } },
  ],
  'AWS::IAM::ManagedPolicy': [
    {
      service: 'iam',
      name: (id, properties) => `arn:aws:iam::${ACCOUNT}:policy/${named8('ManagedPolicyName')(id, properties)}`,
      calls: {
        policyArn: [
          ...['CreatePolicyVersion', 'SetDefaultPolicyVersion', 'DeletePolicyVersion', 'DeletePolicy'],
          ...['AttachUserPolicy', 'AttachGroupPolicy'],
        ],
      },
    },
  ],
  'AWS::KMS::Key': [
    {
      service: 'kms',
      name: arnOf,
      calls: {
        keyId: [
          ...['PutKeyPolicy', 'DisableKey', 'ScheduleKeyDeletion', 'DisableKeyRotation', 'CreateGrant'],
          ...['RevokeGrant', 'ReplicateKey', 'DeleteImportedKeyMaterial'],
        ],
      },
    },
  ],
  'AWS::KMS::Alias': [
    {
      service: 'kms',
      name: named8('AliasName'),
      calls: { aliasName: ['CreateAlias', 'UpdateAlias', 'DeleteAlias'] },
    },
  ],
  'AWS::Logs::LogGroup': [
    {
      service: 'logs',
      name: named8('LogGroupName'),
      calls: {
        logGroupName: [
          ...['PutRetentionPolicy', 'DeleteRetentionPolicy', 'DeleteLogGroup', 'DeleteLogStream'],
          ...['AssociateKmsKey', 'DisassociateKmsKey', 'PutMetricFilter', 'DeleteMetricFilter'],
        ],
      },
    },
  ],
  'AWS::Logs::SubscriptionFilter': [
    {
      service: 'logs',
      name: referred('LogGroupName'),
      calls: { logGroupName: ['PutSubscriptionFilter', 'DeleteSubscriptionFilter'] },
    },
  ],
  'AWS::Logs::MetricFilter': [
    {
      service: 'logs',
      name: referred('LogGroupName'),
      calls: { logGroupName: ['PutMetricFilter', 'DeleteMetricFilter'] },
    },
  ],
  'AWS::Events::Rule': [
    { service: 'events', name: named8('Name'), calls: { name: ['PutRule', 'DisableRule', 'DeleteRule'] } },
    { service: 'events', name: named8('Name'), calls: { rule: ['PutTargets', 'RemoveTargets'] } },
  ],
  'AWS::CloudWatch::Alarm': [
    {
      service: 'monitoring',
      name: named8('AlarmName'),
      calls: { alarmName: ['PutMetricAlarm', 'SetAlarmState'], alarmNames: ['DeleteAlarms', 'DisableAlarmActions'] },
    },
  ],
  'AWS::SNS::Topic': [
    {
      service: 'sns',
      name: (id) => String(deployed(template, { Ref: id })),
      calls: {
        topicArn: ['SetTopicAttributes', 'DeleteTopic', 'AddPermission', 'RemovePermission', 'Subscribe'],
        resourceArn: ['PutDataProtectionPolicy'],
      },
    },
  ],
  'AWS::SNS::TopicPolicy': [{ service: 'sns', name: referred('Topics'), calls: { topicArn: ['SetTopicAttributes'] } }],
  'AWS::SNS::Subscription': [
    {
      service: 'sns',
      name: (id, properties) => `${referred('TopicArn')(id, properties)}:0d0f1b5e-6f0f-4d0e-8d1a-1a2b3c4d5e6f`,
      calls: { subscriptionArn: ['Unsubscribe', 'SetSubscriptionAttributes'] },
    },
  ],
  'AWS::SQS::Queue': [
    {
      service: 'sqs',
      name: queueUrl,
      calls: { queueUrl: ['SetQueueAttributes', 'PurgeQueue', 'DeleteQueue', 'AddPermission', 'RemovePermission'] },
    },
    { service: 'sqs', name: queueArn, calls: { sourceArn: ['StartMessageMoveTask'] } },
    { service: 'lambda', name: queueArn, calls: { eventSourceArn: ['CreateEventSourceMapping20150331'] } },
  ],
  'AWS::SQS::QueuePolicy': [
    { service: 'sqs', name: () => queueUrl(firstOf('AWS::SQS::Queue')), calls: { queueUrl: ['SetQueueAttributes'] } },
  ],
  'AWS::SSM::Parameter': [
    {
      service: 'ssm',
      name: named8('Name'),
      calls: { name: ['PutParameter', 'DeleteParameter'], names: ['DeleteParameters'] },
    },
  ],
  'AWS::SecretsManager::Secret': [
    {
      service: 'secretsmanager',
      name: named8('Name'),
      calls: {
        secretId: [
          ...['UpdateSecret', 'DeleteSecret', 'RestoreSecret', 'RotateSecret', 'CancelRotateSecret'],
          ...['ReplicateSecretToRegions', 'RemoveRegionsFromReplication', 'StopReplicationToReplica'],
        ],
      },
    },
  ],
  'AWS::SecretsManager::ResourcePolicy': [
    {
      service: 'secretsmanager',
      name: referred('SecretId'),
      calls: { secretId: ['PutResourcePolicy', 'DeleteResourcePolicy'] },
    },
  ],
  'AWS::S3::Bucket': [{ service: 's3', name: (id) => String(deployed(template, { Ref: id })), calls: BUCKET }],
  'AWS::S3::BucketPolicy': [
    { service: 's3', name: referred('Bucket'), calls: { bucketName: ['PutBucketPolicy', 'DeleteBucketPolicy'] } },
  ],
  'AWS::ApiGatewayV2::Api': [
    {
      service: 'apigateway',
      name: (id) => String(deployed(template, { Ref: id })),
      calls: { apiId: ['UpdateApi', 'ReimportApi', 'DeleteApi', 'CreateAuthorizer', 'UpdateAuthorizer'] },
    },
  ],
  'AWS::ApiGatewayV2::Integration': [
    {
      service: 'apigateway',
      name: referred('ApiId'),
      calls: { apiId: ['CreateIntegration', 'UpdateIntegration', 'DeleteIntegration'] },
    },
  ],
  'AWS::ApiGatewayV2::Route': [
    {
      service: 'apigateway',
      name: referred('ApiId'),
      calls: { apiId: ['CreateRoute', 'UpdateRoute', 'DeleteRoute', 'DeleteRouteSettings'] },
    },
  ],
  'AWS::ApiGatewayV2::Stage': [
    {
      service: 'apigateway',
      name: referred('ApiId'),
      calls: {
        apiId: ['CreateStage', 'UpdateStage', 'DeleteStage', 'DeleteAccessLogSettings', 'CreateDeployment'],
      },
    },
  ],
  'AWS::DynamoDB::Table': [
    {
      service: 'dynamodb',
      name: (id) => String(deployed(template, { Ref: id })),
      calls: { tableName: ['UpdateTable', 'DeleteTable', 'UpdateTimeToLive'] },
    },
    { service: 'dynamodb', name: tableArn, calls: { tableName: ['UpdateTable', 'DeleteTable'] } },
    { service: 'dynamodb', name: tableArn, calls: { resourceArn: ['PutResourcePolicy', 'DeleteResourcePolicy'] } },
  ],
  'AWS::CloudTrail::Trail': [
    {
      service: 'cloudtrail',
      name: named,
      calls: { name: ['StopLogging', 'UpdateTrail', 'DeleteTrail'], trailName: ['PutEventSelectors'] },
    },
  ],
};

/** What nothing rests on. */
const NOT_WATCHED: Readonly<Record<string, string>> = {
  'AWS::CloudWatch::Dashboard': 'it shows, and nobody is told anything by it',
  'AWS::Logs::QueryDefinition': 'a saved query: whoever asks sees what they ask',
  'AWS::IAM::User': 'a managed user: its rights are the team’s, and its keys are looked at every day',
};

function firstOf(type: string): string {
  return resourcesOf(template, type)[0]?.id ?? '';
}

function referredFunction(): string {
  return named(firstOf('AWS::Lambda::Function'));
}

function referredRole(): string {
  return named(firstOf('AWS::IAM::Role'));
}

interface MailRule {
  readonly EventPattern: unknown;
  readonly Targets: readonly [{ readonly InputTransformer: InputTransformer }];
}
interface InputTransformer {
  readonly InputPathsMap: Readonly<Record<string, string>>;
  readonly InputTemplate: string;
}

const mailRules = resourcesOf(template, 'AWS::Events::Rule')
  .filter(({ id }) => id.includes('OwnChanges'))
  .map(({ Properties }) => {
    const { EventPattern, Targets } = deployed(template, Properties) as MailRule;
    return { matches: compilePattern(EventPattern), transformer: Targets[0].InputTransformer };
  });

/** The mails of an event. */
function mailsOf(event: unknown): readonly string[] {
  const context = { ruleArn: 'arn', ruleName: 'name', ingestionTime: new Date(0).toISOString() };
  return mailRules
    .filter(({ matches }) => matches(event))
    .map(({ transformer: { InputPathsMap: inputPaths, InputTemplate } }) =>
      targetPayload(event, context, { transformer: { inputPaths, template: InputTemplate } }),
    );
}

const [facts] = resourcesOf(template, 'AWS::SSM::Parameter').filter(
  ({ Properties }) => Properties.Name === DEPLOYMENT_PARAMETERS.things,
);
const readChange = ownChangeReader(parseThings('it', String(deployed(template, facts?.Properties.Value))));
const ASKED: readonly string[] = [...OWN_CHANGES, ...OWN_CHANGES_IN_IAM, ...OWN_CHANGES_OF_PROVIDER];

/** What of one call neither the mails nor the reports would have. */
function missedBy(service: string, eventName: string, parameter: string, name: string): readonly string[] {
  const requestParameters = { [parameter]: parameter.endsWith('ames') ? [name] : name };
  const more = { eventSource: `${service}.amazonaws.com`, sourceIPAddress: '198.51.100.7' };
  const detail = { ...more, eventName, readOnly: false, managementEvent: true, requestParameters };
  const event = { source: `aws.${service}`, 'detail-type': 'AWS API Call via CloudTrail', detail };
  const mails = mailsOf(event);
  const record = JSON.stringify({ ...detail, userIdentity: { arn: 'arn:aws:iam::111122223333:user/mallory' } });
  const change = readChange({ eventId: 'e', at: new Date(0), record });
  return [
    ...(mails.length > 0 ? [] : [`no mail of ${eventName} of ${name}`]),
    ...mails.filter((mail) => !mail.includes(name)).map((mail) => `no ${parameter} ${name} in ${mail}`),
    ...(ASKED.includes(eventName) ? [] : [`no report asks for ${eventName}`]),
    ...(change?.through === 'hand' ? [] : [`no report has ${eventName} of ${name}`]),
  ];
}

describe('K7: every thing of a template that somebody can change by hand', () => {
  const types = [...new Set(Object.values(template.Resources).map(({ Type }) => Type))].sort();
  const watched = types.filter((type) => !type.startsWith('Custom::') && NOT_WATCHED[type] === undefined);

  it('is of a type of which it is known what changes it', () => {
    expect(watched.filter((type) => WATCHED[type] === undefined)).toEqual([]);
    // With everything on there is one of each.
    const known = [...Object.keys(WATCHED), ...Object.keys(NOT_WATCHED)];
    expect(known.filter((type) => !types.includes(type))).toEqual([]);
  });

  it.each(watched)('%s is in the mails and in the reports, by each call', (type) => {
    const missed = resourcesOf(template, type).flatMap(({ id, Properties }) =>
      (WATCHED[type] ?? []).flatMap(({ service, name, calls }) =>
        Object.entries(calls).flatMap(([parameter, names]) =>
          names.flatMap((call) => missedBy(service, call, parameter, name(id, Properties))),
        ),
      ),
    );
    expect([...new Set(missed)]).toEqual([]);
  });

  it('is named in a mail as long as EventBridge takes one', () => {
    for (const { transformer } of mailRules) {
      const paths = Object.entries(transformer.InputPathsMap).flat();
      expect(paths.length / 2).toBeLessThanOrEqual(100);
      expect(Math.max(...paths.map((text) => text.length))).toBeLessThanOrEqual(256);
      expect(transformer.InputTemplate.length).toBeLessThanOrEqual(8_192);
    }
  });

  it('is told apart from what the call names beside it', () => {
    const requestParameters = {
      roleName: named('KeyRotationSyncRole'),
      policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
    };
    const detail = { eventName: 'AttachRolePolicy', readOnly: false, managementEvent: true, requestParameters };
    const event = { source: 'aws.iam', 'detail-type': 'AWS API Call via CloudTrail', detail };
    const words = mailsOf({ ...event, detail: { ...detail, sourceIPAddress: '198.51.100.7' } }).map((mail) =>
      mail.split(/[\s"]+/),
    );
    expect(words).toEqual([expect.arrayContaining([requestParameters.roleName, requestParameters.policyArn])]);
  });
});
