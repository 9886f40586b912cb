import { describe, expect, it } from 'vitest';
import {
  DEPLOYING_CALLS,
  ORDINARY_CALLS,
  OWN_CHANGES,
  OWN_CHANGES_IN_IAM,
  ownThingIn,
  ownThings,
} from '../../../functions/core/own-things';
import { ownChangeReader } from '../../../functions/report/evidence/own-change';

const OWN = {
  stacks: ['Keyturn', 'KeyturnKeys1'],
  names: 'Keyturn-KeyRotation',
  topic: 'arn:aws:sns:eu-west-1:111122223333:Keyturn-Notifications',
  keys: ['5678abcd-56ab-78cd-90ef-567890abcdef'],
  namedKeys: ['1234abcd-12ab-34cd-56ef-1234567890ab'],
  archive: 'keyturn-archive',
};
const AT = new Date('2026-04-01T03:00:00Z');
const MALLORY = { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/mallory' };
const read = ownChangeReader(OWN);

function call(eventName: string, requestParameters: unknown, more: Record<string, unknown> = {}) {
  const record = {
    eventName,
    eventSource: 'logs.amazonaws.com',
    userIdentity: MALLORY,
    sourceIPAddress: '198.51.100.7',
    requestParameters,
    ...more,
  };
  return read({ eventId: 'e-1', at: AT, by: 'wrapped', record: JSON.stringify(record) });
}

describe('a change to Keyturn itself', () => {
  it('says who did what to which thing, when and from where', () => {
    expect(call('PutRetentionPolicy', { logGroupName: '/keyturn/audit', retentionInDays: 1 })).toEqual({
      eventId: 'e-1',
      at: AT,
      call: 'PutRetentionPolicy',
      service: 'logs',
      thing: '/keyturn/audit',
      by: MALLORY.arn,
      from: '198.51.100.7',
      through: 'hand',
    });
  });

  it('of a function has the name of the call without its version', () => {
    const functionName = 'Keyturn-KeyRotationRotateFunction8AD211E1-abc';
    expect(call('UpdateFunctionCode20150331v2', { functionName })?.call).toBe('UpdateFunctionCode');
    expect(call('DeleteFunction20150331', { functionName })?.call).toBe('DeleteFunction');
  });

  it.each([
    ['ExecuteChangeSet', 'Keyturn', 'Keyturn'],
    ['UpdateStack', 'arn:aws:cloudformation:eu-west-1:111122223333:stack/KeyturnKeys1/0d0f', 'KeyturnKeys1'],
    ['DeleteStack', 'Keyturn', 'Keyturn'],
  ])('is a deployment by %s of %s', (name, stackName, thing) => {
    expect(call(name, { stackName })).toMatchObject({ thing, through: 'deployment' });
  });

  it('is CloudFormation’s where it calls from its own address', () => {
    const more = { sourceIPAddress: 'cloudformation.amazonaws.com' };
    expect(call('PutRule', { name: 'Keyturn-KeyRotationTriggers' }, more)?.through).toBe('cloudformation');
  });

  const [FUNCTION, ROLE, RULE] = [
    'Keyturn-KeyRotationSync8AD2',
    'Keyturn-KeyRotationSyncRole91',
    'Keyturn-KeyRotationX',
  ];
  const [TOPIC, BUCKET, KEY] = [OWN.topic, OWN.archive, OWN.keys[0]];
  const POLICY = 'arn:aws:iam::111122223333:policy/Keyturn-KeyRotationSyncRights';
  const QUEUE = 'https://sqs.eu-west-1.amazonaws.com/111122223333/Keyturn-KeyRotationFailedRuns9B';
  const TRAIL = 'arn:aws:cloudtrail:eu-west-1:111122223333:trail/Keyturn-KeyRotationTrail1A';
  const RECORD = '/keyturn/audit';
  it.each<[Record<string, unknown>, readonly string[]]>([
    [
      { functionName: FUNCTION },
      [
        ...['UpdateFunctionCode20150331v2', 'UpdateFunctionConfiguration20150331v2', 'DeleteFunction20150331'],
        ...['AddPermission20150331v2', 'RemovePermission20150331v2', 'CreateEventSourceMapping20150331'],
        ...['PutFunctionConcurrency20171031', 'DeleteFunctionConcurrency20171031', 'UpdateEventSourceMapping20150331'],
        ...['PutFunctionEventInvokeConfig', 'UpdateFunctionEventInvokeConfig', 'DeleteFunctionEventInvokeConfig'],
        ...['CreateFunctionUrlConfig', 'UpdateFunctionUrlConfig', 'CreateFunctionUrlConfig20211031'],
        ...['PutRuntimeManagementConfig', 'PutFunctionCodeSigningConfig', 'DeleteFunctionCodeSigningConfig'],
      ],
    ],
    [
      { roleName: ROLE },
      [
        ...['UpdateAssumeRolePolicy', 'PutRolePolicy', 'DeleteRolePolicy', 'AttachRolePolicy', 'DetachRolePolicy'],
        ...['PutRolePermissionsBoundary', 'DeleteRolePermissionsBoundary', 'TagRole', 'UntagRole', 'UpdateRole'],
        'DeleteRole',
      ],
    ],
    [
      { policyArn: POLICY },
      ['CreatePolicyVersion', 'SetDefaultPolicyVersion', 'DeletePolicy', 'AttachUserPolicy', 'AttachGroupPolicy'],
    ],
    [{ name: RULE }, ['PutRule', 'DisableRule', 'DeleteRule']],
    [{ rule: RULE }, ['PutTargets', 'RemoveTargets']],
    [
      { logGroupName: RECORD },
      [
        ...['PutRetentionPolicy', 'DeleteRetentionPolicy', 'DeleteLogGroup', 'DeleteLogStream', 'AssociateKmsKey'],
        ...['PutSubscriptionFilter', 'DeleteSubscriptionFilter', 'PutMetricFilter', 'DeleteMetricFilter'],
        'DisassociateKmsKey',
      ],
    ],
    [
      { logGroupIdentifier: RECORD },
      ['PutLogGroupDeletionProtection', 'PutDataProtectionPolicy', 'PutTransformer', 'DeleteTransformer'],
    ],
    [{ keyId: KEY }, ['PutKeyPolicy', 'DisableKey', 'ScheduleKeyDeletion', 'CreateGrant', 'ReplicateKey']],
    [{ aliasName: 'alias/keyturn-seal' }, ['UpdateAlias', 'DeleteAlias', 'CreateAlias']],
    [{ topicArn: TOPIC }, ['SetTopicAttributes', 'Subscribe', 'AddPermission', 'RemovePermission', 'DeleteTopic']],
    [{ subscriptionArn: `${TOPIC}:0d0f1b5e` }, ['Unsubscribe', 'SetSubscriptionAttributes']],
    [{ queueUrl: QUEUE }, ['PurgeQueue', 'SetQueueAttributes', 'DeleteQueue', 'AddPermission']],
    [{ name: '/keyturn/keys/web-shop' }, ['PutParameter', 'DeleteParameter']],
    [
      { secretId: 'keyturn/web-shop' },
      ['PutResourcePolicy', 'DeleteResourcePolicy', 'UpdateSecret', 'DeleteSecret', 'RotateSecret', 'RestoreSecret'],
    ],
    [
      { bucketName: BUCKET },
      [
        ...['PutBucketPolicy', 'DeleteBucketPolicy', 'PutBucketLifecycle', 'DeleteBucketLifecycle', 'DeleteBucket'],
        ...['PutBucketObjectLockConfiguration', 'PutBucketVersioning', 'PutBucketReplication', 'PutBucketAcl'],
        ...['PutBucketPublicAccessBlock', 'DeleteBucketPublicAccessBlock', 'PutBucketEncryption'],
      ],
    ],
    [{ alarmNames: ['Keyturn-overdue'] }, ['DeleteAlarms', 'DisableAlarmActions']],
    [{ alarmName: 'Keyturn-overdue' }, ['PutMetricAlarm', 'PutCompositeAlarm', 'SetAlarmState']],
    [{ name: TRAIL }, ['StopLogging', 'UpdateTrail', 'DeleteTrail']],
    [{ trailName: 'Keyturn-KeyRotationTrail1A' }, ['PutEventSelectors']],
  ])('of %j is asked for by each call that makes one, and told', (parameters, calls) => {
    const asked: readonly string[] = [...OWN_CHANGES, ...OWN_CHANGES_IN_IAM];
    expect(calls.filter((name) => !asked.includes(name) || call(name, parameters)?.through !== 'hand')).toEqual([]);
  });

  it.each([
    ['a call that failed', 'PutRetentionPolicy', { logGroupName: '/keyturn/audit' }, { errorCode: 'AccessDenied' }],
    ['another group', 'PutRetentionPolicy', { logGroupName: '/keyturn/auditors' }, {}],
    ['another stack', 'UpdateStack', { stackName: 'Keyturn2' }, {}],
    ['a stack that is named as a thing of ours', 'UpdateStack', { stackName: 'Keyturn-KeyRotationX' }, {}],
    ['nothing named', 'DeleteRule', null, {}],
  ])('is not %s', (_what, name, parameters, more) => {
    expect(call(name, parameters, more)).toBeUndefined();
  });

  it('has clean, short texts, whatever the caller writes', () => {
    const hostile = `Keyturn-KeyRotation\u202e\n${'x'.repeat(100_000)}`;
    const found = call('DeleteRule', { name: hostile }, { userIdentity: { arn: `arn\u0000${'y'.repeat(10_000)}` } });
    expect(found?.thing.length).toBeLessThanOrEqual(700);
    expect(found?.by.length).toBeLessThanOrEqual(700);
    expect(`${found?.thing}${found?.by}`).not.toMatch(/[\u202e\n\0]/);
  });

  it.each([['{'], ['null'], ['[]'], ['{"requestParameters":{"name":{"a":1},"names":[7]}}']])('is not %s', (record) => {
    expect(read({ eventId: 'e-1', at: AT, record })).toBeUndefined();
  });
});

describe('the calls that are asked for', () => {
  it('are each there once, and none of them is ordinary', () => {
    const all: readonly string[] = [...OWN_CHANGES, ...OWN_CHANGES_IN_IAM];
    expect(new Set(all).size).toBe(all.length);
    expect(ORDINARY_CALLS.filter((name) => all.includes(name))).toEqual([]);
    expect(all).toEqual(expect.arrayContaining([...DEPLOYING_CALLS]));
  });
});

describe('a thing of Keyturn’s', () => {
  const things = ownThings(OWN);

  it.each([
    [{ functionName: 'arn:aws:lambda:eu-west-1:111122223333:function:Keyturn-KeyRotationSync' }],
    [{ alarmNames: ['other', 'Keyturn-overdue'] }],
    [{ keyId: 'arn:aws:kms:eu-west-1:111122223333:key/5678abcd-56ab-78cd-90ef-567890abcdef' }],
    [{ secretId: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:keyturn/web-shop-a1B2c3' }],
    [{ bucketName: 'keyturn-archive' }],
    [{ name: '/keyturn/audit-terms' }],
  ])('is named by %j', (parameters) => {
    expect(ownThingIn(things, 'PutKeyPolicy', parameters)).toBeDefined();
  });

  it.each([[{ bucketName: 'keyturn-archive-2' }], [{ functionName: 'Keyturn-Other' }], [{ other: 'keyturn/' }], [{}]])(
    'is not named by %j',
    (parameters) => {
      expect(ownThingIn(things, 'PutKeyPolicy', parameters)).toBeUndefined();
    },
  );

  it.each([
    ['PutKeyPolicy', true, true],
    ['RevokeGrant', true, true],
    ['ScheduleKeyDeletion', true, true],
    // Other services make one for each of their things.
    ['CreateGrant', true, false],
  ])('is a KMS key in %s: the own one %s, one that others may use too %s', (call, own, named) => {
    const isTold = ([id]: readonly string[]) => ownThingIn(things, call, { keyId: `arn:aws:kms:x:y:key/${id}` });
    expect([isTold(OWN.keys), isTold(OWN.namedKeys)].map((thing) => thing !== undefined)).toEqual([own, named]);
  });
});
