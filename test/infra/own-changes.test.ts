import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { KeyRotation } from '../../infra';
import { compilePattern } from '../../local/events/pattern';
import { ACCOUNT, deployed, REGION } from './deployed';
import { bundles, type CfnTemplate, ONE_KEY, resourcesOf, synthesize, templateOf } from './synthesized';

const SIGNING = `arn:aws:lambda:${REGION}:${ACCOUNT}:code-signing-config:csc-0f6c334abcdea4d8b`;
/** A KMS key that the configuration names. */
function arnOfKey(which: string): string {
  return `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890${which}`;
}
const EVERYTHING: ConfigInput = {
  ...ONE_KEY,
  connections: {
    acme: { bitbucket: { secret: 'keyturn/connections/acme', encryptionKey: arnOfKey('c0') } },
    other: { bitbucket: { secret: 'keyturn/connections/other', encryptionKey: arnOfKey('c1') } },
  },
  keys: [
    {
      id: 'web-shop',
      user: 'bitbucket-web-shop',
      deliverTo: [
        { connection: 'acme', repository: 'acme/web-shop', environment: 'Production' },
        { connection: 'other', repository: 'other/web-shop', environment: 'Production' },
      ],
    },
  ],
  deployment: {
    rolePath: '/security/keyturn-role/',
    encryptionKey: arnOfKey('d0'),
    codeSigning: { config: SIGNING, bucket: 'signed-code' },
  },
  encryption: 'customer-managed',
  notify: ['security@example.com'],
  audit: {
    archive: { years: 7 },
    report: {},
    encryptionKey: arnOfKey('a0'),
    trailFiles: { bucket: 'trail-of-acme', encryptionKey: arnOfKey('f0') },
    forwardTo: 'arn:aws:events:eu-west-1:444455556666:event-bus/security',
  },
};
const template = synthesize(EVERYTHING);

/** EventBridge: characters of a pattern. */
const MOST = 2_048;

interface Rule {
  readonly EventPattern: unknown;
  readonly Targets: readonly { readonly Arn: string; readonly DeadLetterConfig: { readonly Arn: string } }[];
}

function rulesOf(of: CfnTemplate): readonly Rule[] {
  return resourcesOf(of, 'AWS::Events::Rule')
    .filter(({ id }) => id.includes('OwnChanges'))
    .map(({ Properties }) => deployed(of, Properties) as Rule);
}

/** Whether one of the rules tells of an event. */
function matcherOf(of: CfnTemplate): (event: unknown) => boolean {
  const patterns = rulesOf(of).map(({ EventPattern }) => compilePattern(EventPattern));
  return (event) => patterns.some((matches) => matches(event));
}

const ARN = {
  seal: String(deployed(template, { 'Fn::GetAtt': [idOf('AWS::KMS::Key', 'SealKey'), 'Arn'] })),
  sealId: String(deployed(template, { Ref: idOf('AWS::KMS::Key', 'SealKey') })),
  topic: String(deployed(template, { Ref: idOf('AWS::SNS::Topic', 'Notifications') })),
  secret: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:keyturn/web-shop-a1B2c3`,
};
const BUCKET = String(deployed(template, { Ref: idOf('AWS::S3::Bucket', 'Archive') }));
const QUEUE_ARN = `arn:aws:sqs:${REGION}:${ACCOUNT}:Keyturn-KeyRotationFailedRuns9B`;
const ROTATE = 'Keyturn-KeyRotationRotateFunction8AD211E1-abcDEF012345';
const RULE = 'Keyturn-KeyRotationTriggersRotate2B138D8A-ABCDEF012345';
const TRAIL = `arn:aws:cloudtrail:${REGION}:${ACCOUNT}:trail/Keyturn-KeyRotationTrail1A-ABC`;
const ROLE = 'Keyturn-KeyRotationSyncRole918ED123-ABCDEF012345';
const RIGHTS = `arn:aws:iam::${ACCOUNT}:policy/security/keyturn-role/Keyturn-KeyRotationSyncRightsMore-ABC`;

function idOf(type: string, part: string): string {
  return resourcesOf(template, type).find(({ id }) => id.includes(part))?.id ?? '';
}

interface Call {
  readonly errorCode?: string;
  readonly sourceIPAddress?: string;
  readonly readOnly?: boolean;
  readonly managementEvent?: boolean;
}

/** As CloudTrail records a call. */
function event(service: string, eventName: string, requestParameters: Record<string, unknown> | null, call: Call = {}) {
  return {
    source: `aws.${service}`,
    'detail-type': 'AWS API Call via CloudTrail',
    detail: {
      eventSource: `${service}.amazonaws.com`,
      eventName,
      sourceIPAddress: '198.51.100.7',
      readOnly: false,
      managementEvent: true,
      requestParameters,
      ...call,
    },
  };
}

describe('a change to Keyturn itself', () => {
  const matches = matcherOf(template);

  it.each([
    ['lambda', 'UpdateFunctionCode20150331v2', { functionName: ROTATE }],
    ['lambda', 'UpdateFunctionConfiguration20150331v2', { functionName: `${ROTATE}:$LATEST` }],
    ['lambda', 'DeleteFunction20150331', { functionName: `arn:aws:lambda:${REGION}:${ACCOUNT}:function:${ROTATE}` }],
    ['lambda', 'AddPermission20150331v2', { functionName: `${ACCOUNT}:function:${ROTATE}` }],
    ['lambda', 'PutFunctionConcurrency20171031', { functionName: ROTATE, reservedConcurrentExecutions: 0 }],
    ['lambda', 'CreateEventSourceMapping20150331', { functionName: ROTATE, eventSourceArn: 'arn:aws:sqs:x' }],
    ['iam', 'UpdateAssumeRolePolicy', { roleName: ROLE, policyDocument: '{}' }],
    ['iam', 'PutRolePolicy', { roleName: ROLE, policyName: 'More' }],
    ['iam', 'AttachRolePolicy', { roleName: ROLE, policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }],
    ['iam', 'DeleteRole', { roleName: ROLE }],
    ['iam', 'CreatePolicyVersion', { policyArn: RIGHTS, setAsDefault: true }],
    ['iam', 'AttachUserPolicy', { userName: 'mallory', policyArn: RIGHTS }],
    ['logs', 'PutRetentionPolicy', { logGroupName: '/keyturn/audit', retentionInDays: 1 }],
    ['logs', 'DeleteLogGroup', { logGroupName: '/keyturn/audit' }],
    ['logs', 'DeleteLogStream', { logGroupName: '/keyturn/audit', logStreamName: 'rotate/x' }],
    ['logs', 'DeleteSubscriptionFilter', { logGroupName: '/keyturn/audit', filterName: 'keyturn-archive' }],
    ['logs', 'PutSubscriptionFilter', { logGroupName: '/keyturn/audit', filterName: 'keyturn-archive' }],
    ['logs', 'PutLogGroupDeletionProtection', { logGroupIdentifier: '/keyturn/audit' }],
    ['logs', 'PutTransformer', { logGroupIdentifier: `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/keyturn/audit` }],
    ['logs', 'DisassociateKmsKey', { logGroupName: '/keyturn/audit' }],
    ['logs', 'DeleteLogGroup', { logGroupName: 'Keyturn-KeyRotationRotateLogsA84CCE75-abcDEF012345' }],
    ['events', 'DisableRule', { name: RULE }],
    ['events', 'DeleteRule', { name: RULE }],
    ['events', 'PutRule', { name: RULE, state: 'DISABLED' }],
    ['events', 'RemoveTargets', { rule: RULE, ids: ['Target0'] }],
    ['monitoring', 'DeleteAlarms', { alarmNames: ['other', 'Keyturn-silent-rotate'] }],
    ['monitoring', 'DisableAlarmActions', { alarmNames: ['Keyturn-overdue'] }],
    ['monitoring', 'SetAlarmState', { alarmName: 'Keyturn-overdue', stateValue: 'OK' }],
    ['ssm', 'PutParameter', { name: '/keyturn/keys/web-shop', type: 'String' }],
    ['ssm', 'PutParameter', { name: `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/keyturn/audit-terms` }],
    ['ssm', 'DeleteParameters', { names: ['/other', '/keyturn/keys/web-shop'] }],
    ['secretsmanager', 'PutResourcePolicy', { secretId: 'keyturn/web-shop' }],
    ['secretsmanager', 'DeleteResourcePolicy', { secretId: ARN.secret }],
    ['secretsmanager', 'ReplicateSecretToRegions', { secretId: 'keyturn/connections/acme' }],
    ['sns', 'SetTopicAttributes', { topicArn: ARN.topic, attributeName: 'Policy' }],
    ['sns', 'Subscribe', { topicArn: ARN.topic, protocol: 'https' }],
    ['sns', 'Unsubscribe', { subscriptionArn: `${ARN.topic}:0d0f1b5e-6f0f-4d0e-8d1a-1a2b3c4d5e6f` }],
    [
      'sqs',
      'PurgeQueue',
      { queueUrl: `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/Keyturn-KeyRotationFailedRuns9B` },
    ],
    ['s3', 'PutBucketLifecycle', { bucketName: BUCKET }],
    ['kms', 'PutKeyPolicy', { keyId: ARN.sealId }],
    ['kms', 'ScheduleKeyDeletion', { keyId: ARN.seal }],
    ['kms', 'CreateGrant', { keyId: ARN.seal, operations: ['Sign'] }],
    ['cloudtrail', 'StopLogging', { name: TRAIL }],
    ['cloudtrail', 'PutEventSelectors', { trailName: TRAIL }],
    ['lambda', 'UpdateCodeSigningConfig', { codeSigningConfigArn: SIGNING }],
    ['lambda', 'DeleteCodeSigningConfig', { codeSigningConfigArn: SIGNING }],
    ['lambda', 'PutFunctionCodeSigningConfig', { functionName: ROTATE, codeSigningConfigArn: 'arn:aws:lambda:x' }],
    ['lambda', 'DeleteFunctionCodeSigningConfig20200630', { functionName: ROTATE }],
    ['kms', 'DisableKey', { keyId: arnOfKey('a0') }],
    ['kms', 'ScheduleKeyDeletion', { keyId: arnOfKey('d0').split('/')[1] }],
    ['kms', 'PutKeyPolicy', { keyId: arnOfKey('f0') }],
    ['kms', 'DisableKey', { keyId: arnOfKey('c0') }],
    ['kms', 'PutKeyPolicy', { keyId: arnOfKey('c1') }],
    ['kms', 'RevokeGrant', { keyId: arnOfKey('c1') }],
    ['kms', 'DeleteImportedKeyMaterial', { keyId: arnOfKey('d0') }],
    ['kms', 'DisableKeyRotation', { keyId: arnOfKey('a0') }],
    ['iam', 'CreatePolicyVersion', { policyArn: `arn:aws:iam::${ACCOUNT}:policy/KeyturnAuditor` }],
    ['sns', 'PutDataProtectionPolicy', { resourceArn: ARN.topic, dataProtectionPolicy: '{}' }],
    ['sqs', 'StartMessageMoveTask', { sourceArn: QUEUE_ARN, destinationArn: 'arn:aws:sqs:x' }],
    ['lambda', 'CreateEventSourceMapping20150331', { functionName: 'theirs', eventSourceArn: QUEUE_ARN }],
    ['s3', 'PutBucketLifecycle', { bucketName: 'trail-of-acme' }],
    ['kms', 'UpdateAlias', { aliasName: 'alias/keyturn-seal', targetKeyId: 'another' }],
  ] as [string, string, Record<string, unknown>][])('is told: %s %s %j', (service, name, parameters) => {
    expect(matches(event(service, name, parameters))).toBe(true);
    // Not of a deployment, not what was refused, and not in words that PutEvents takes.
    const byDeployment = { sourceIPAddress: 'cloudformation.amazonaws.com' };
    expect(matches(event(service, name, parameters, byDeployment))).toBe(false);
    expect(matches(event(service, name, parameters, { errorCode: 'AccessDenied' }))).toBe(false);
    expect(matches({ ...event(service, name, parameters), source: 'keyturn' })).toBe(false);
  });

  it.each([
    ['a stream of the record, by a run', 'logs', 'CreateLogStream', { logGroupName: '/keyturn/audit' }],
    ['another group', 'logs', 'PutRetentionPolicy', { logGroupName: '/keyturn/auditors' }],
    ['another function', 'lambda', 'UpdateFunctionCode20150331v2', { functionName: 'Keyturn-Other' }],
    ['a stored credential', 'secretsmanager', 'PutSecretValue', { secretId: 'keyturn/web-shop' }],
    ['a tag of a run', 'secretsmanager', 'TagResource', { secretId: 'keyturn/web-shop' }],
    ['another secret', 'secretsmanager', 'PutResourcePolicy', { secretId: 'other/keyturn/web-shop' }],
    ['a confirmed address', 'sns', 'ConfirmSubscription', { topicArn: ARN.topic }],
    ['a key of a managed user', 'iam', 'CreateAccessKey', { userName: 'bitbucket-web-shop' }],
    ['a call without parameters', 'iam', 'GenerateCredentialReport', null],
    // EBS, RDS and Lambda make one for each volume, database and function of an account that shares a key.
    ['a grant of a key of the record', 'kms', 'CreateGrant', { keyId: arnOfKey('a0'), operations: ['Decrypt'] }],
    ['a grant of a key of the queues', 'kms', 'CreateGrant', { keyId: arnOfKey('d0'), operations: ['Decrypt'] }],
    ['a grant of a key of the trail', 'kms', 'RetireGrant', { keyId: arnOfKey('f0') }],
    ['a grant of a key of a connection', 'kms', 'CreateGrant', { keyId: arnOfKey('c1'), operations: ['Decrypt'] }],
    ['a word about a key that is shared', 'kms', 'UpdateKeyDescription', { keyId: arnOfKey('c0') }],
  ])('is not %s', (_what, service, name, parameters) => {
    expect(matches(event(service, name, parameters))).toBe(false);
  });

  it('is not what only reads, nor what is a data event', () => {
    expect(matches(event('kms', 'Sign', { keyId: ARN.seal }, { readOnly: true }))).toBe(false);
    const line = { logGroupName: '/keyturn/audit' };
    expect(matches(event('logs', 'PutLogEvents', line, { managementEvent: false }))).toBe(false);
    expect(matches(event('sns', 'Publish', { topicArn: ARN.topic }, { managementEvent: false }))).toBe(false);
    expect(matches(event('lambda', 'Invoke', { functionName: ROTATE }, { managementEvent: false }))).toBe(false);
  });

  it('has a pattern that EventBridge takes, with everything on and long names', () => {
    const lengthsOf = (of: CfnTemplate) => rulesOf(of).map(({ EventPattern }) => JSON.stringify(EventPattern).length);
    expect(Math.max(...lengthsOf(template))).toBeLessThanOrEqual(MOST);
    const stack = new Stack(new App(), 'Keyturn'.padEnd(128, 'x'));
    new KeyRotation(stack, 'KeyRotation'.padEnd(64, 'x'), { bundles });
    const long = templateOf(stack);
    expect(Math.max(...lengthsOf(long))).toBeLessThanOrEqual(MOST);
    const name = `${'Keyturn'.padEnd(24, 'x')}-KeyRotationxxxxxxxxxxxxx-ABCDEF012345`;
    expect(matcherOf(long)(event('iam', 'DeleteRole', { roleName: name }))).toBe(true);
  });

  it('goes to the topic, which takes it from this rule alone, and is kept where that fails', () => {
    for (const { Targets } of rulesOf(template)) {
      expect(Targets.map(({ Arn }) => Arn)).toEqual([ARN.topic]);
      expect(Targets[0]?.DeadLetterConfig.Arn).toContain('UndeliveredEvents');
    }
    const statements = resourcesOf(template, 'AWS::SNS::TopicPolicy').flatMap(
      ({ Properties }) =>
        (Properties.PolicyDocument as { readonly Statement: readonly Record<string, unknown>[] }).Statement,
    );
    const ofEvents = statements.filter(({ Principal }) => JSON.stringify(Principal).includes('events.amazonaws.com'));
    expect(ofEvents).toEqual([
      expect.objectContaining({
        Action: 'sns:Publish',
        Condition: {
          ArnEquals: {
            'aws:SourceArn': resourcesOf(template, 'AWS::Events::Rule')
              .filter(({ id }) => id.includes('OwnChanges'))
              .map(({ id }) => ({ 'Fn::GetAtt': [id, 'Arn'] })),
          },
        },
      }),
    ]);
  });
});
