import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { World } from '../../world';
import { type AssemblyParts, assembly, ROLE } from '../stack/assembly';
import { later, START, start } from '../test-world';

const MINUTE = 60_000;
const CENTRAL = 'arn:aws:events:eu-west-1:999988887777:event-bus/security';
const roleArn = { 'Fn::GetAtt': ['Role', 'Arn'] };

/** A log group whose events go to an archive; the processors are what makes lines of them. */
function archive(destination: Readonly<Record<string, unknown>>, filter: Readonly<Record<string, unknown>> = {}) {
  return {
    Role: ROLE,
    Archive: {
      Type: 'AWS::S3::Bucket',
      Properties: {
        ObjectLockEnabled: true,
        ObjectLockConfiguration: {
          ObjectLockEnabled: 'Enabled',
          Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Years: 2 } },
        },
      },
    },
    Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/acme/audit', RetentionInDays: 400 } },
    Errors: { Type: 'AWS::Logs::LogStream', Properties: { LogGroupName: { Ref: 'Group' }, LogStreamName: 'errors' } },
    Stream: {
      Type: 'AWS::KinesisFirehose::DeliveryStream',
      Properties: {
        ExtendedS3DestinationConfiguration: {
          BucketARN: { 'Fn::GetAtt': ['Archive', 'Arn'] },
          RoleARN: roleArn,
          Prefix: 'audit/!{timestamp:yyyy/MM}/',
          BufferingHints: { IntervalInSeconds: 900 },
          ...destination,
        },
      },
    },
    Filter: {
      Type: 'AWS::Logs::SubscriptionFilter',
      Properties: {
        LogGroupName: { Ref: 'Group' },
        DestinationArn: { 'Fn::GetAtt': ['Stream', 'Arn'] },
        RoleArn: roleArn,
        FilterPattern: '',
        ...filter,
      },
    },
  };
}

const MESSAGES_ONLY = {
  CompressionFormat: 'UNCOMPRESSED',
  ProcessingConfiguration: {
    Enabled: true,
    Processors: [
      { Type: 'Decompression', Parameters: [{ ParameterName: 'CompressionFormat', ParameterValue: 'GZIP' }] },
      {
        Type: 'CloudWatchLogProcessing',
        Parameters: [{ ParameterName: 'DataMessageExtraction', ParameterValue: 'true' }],
      },
    ],
  },
};

async function deployed(Resources: AssemblyParts['Resources']): Promise<World> {
  const world = await start();
  await world.deploy(await assembly({ Resources }));
  return world;
}

function write(world: World, ...messages: string[]): void {
  const at = { logGroupName: '/acme/audit', logStreamName: `rotate/${world.clock.now()}` };
  world.account.logs.createLogStream(at);
  const logEvents = messages.map((message) => ({ timestamp: world.clock.now(), message }));
  world.account.logs.putLogEvents({ ...at, logEvents });
}

describe('an archive of a log group', () => {
  test('gets one object of JSON lines an interval, and nobody deletes it', async () => {
    const world = await start();
    const cdkOut = await assembly({
      Resources: archive(MESSAGES_ONLY),
      Outputs: { Bucket: { Value: { Ref: 'Archive' } } },
    });
    const { Bucket = '' } = (await world.deploy(cdkOut)).outputs;
    const { s3, logs } = world.account;
    expect(logs.describeLogStreams({ logGroupName: '/acme/audit' }).logStreams).toMatchObject([
      { logStreamName: 'errors' },
    ]);
    write(world, '{"n":1}', '{"n":2}');
    await world.runUntil(later(10 * MINUTE));
    write(world, '{"n":3}');
    expect(s3.listObjectsV2({ Bucket }).Contents).toEqual([]);
    await world.runUntil(later(20 * MINUTE));
    write(world, '{"n":4}');
    await world.runUntil(later(60 * MINUTE));
    const keys = s3.listObjectsV2({ Bucket }).Contents.map(({ Key }) => Key);
    expect(keys).toHaveLength(2);
    expect(keys[0]).toMatch(/^audit\/2026\/01\/Test-Stream-[A-Z0-9]{12}-1-2026-01-01-00-15-00-[0-9a-f-]{36}$/);
    const read = (Key: string) => s3.getObject({ Bucket, Key });
    expect(keys.map((key) => read(key).Body.toString())).toEqual(['{"n":1}\n{"n":2}\n{"n":3}\n', '{"n":4}\n']);
    const { VersionId, ObjectLockRetainUntilDate } = read(keys[0] ?? '');
    expect(ObjectLockRetainUntilDate).toEqual(later(15 * MINUTE + 730 * 86_400_000));
    expect(() => s3.deleteObject({ Bucket, Key: keys[0] ?? '', VersionId })).toThrow(/object lock/);
  });

  test('gets what CloudWatch Logs really sends where nothing takes it apart', async () => {
    const filter = { FilterPattern: '{ $.event = "kept" }', FilterName: 'some' };
    const world = await start();
    const resources = archive({ Prefix: undefined, CompressionFormat: 'GZIP' }, filter);
    const cdkOut = await assembly({ Resources: resources, Outputs: { Bucket: { Value: { Ref: 'Archive' } } } });
    const { Bucket = '' } = (await world.deploy(cdkOut)).outputs;
    write(world, '{"event":"kept"}', '{"event":"left out"}');
    await world.runUntil(later(60 * MINUTE));
    const [object] = world.account.s3.listObjectsV2({ Bucket }).Contents;
    expect(object?.Key).toMatch(/^2026\/01\/01\/00\/.*\.gz$/);
    const { Body } = world.account.s3.getObject({ Bucket, Key: object?.Key ?? '' });
    expect(JSON.parse(gunzipSync(gunzipSync(Body)).toString())).toMatchObject({
      messageType: 'DATA_MESSAGE',
      owner: '111122223333',
      logGroup: '/acme/audit',
      subscriptionFilters: ['some'],
      logEvents: [{ timestamp: START.getTime(), message: '{"event":"kept"}' }],
    });
  });

  test.each([
    [archive({ RoleARN: 'arn:aws:iam::111122223333:role/gone' }), /RoleARN arn:.*gone is no role of the account/],
    [archive({ BucketARN: 'arn:aws:s3:::gone' }), /bucket does not exist/],
    [archive({}, { DestinationArn: 'arn:aws:firehose:x' }), /DestinationArn arn:aws:firehose:x is no delivery stream/],
    [archive({}, { LogGroupName: '/other' }), /log group does not exist/],
  ])('has to refer to what is there (%#)', async (resources, message) => {
    await expect(deployed(resources)).rejects.toThrow(message);
  });
});

describe('what the stack keeps', () => {
  test('a log group is protected, and one that is there already is an error', async () => {
    const world = await start();
    const group = (DeletionProtectionEnabled: boolean) => ({
      Audit: {
        Type: 'AWS::Logs::LogGroup',
        Properties: { LogGroupName: '/acme/audit', KmsKeyId: 'arn:aws:kms:x', DeletionProtectionEnabled },
      },
    });
    await world.deploy(await assembly({ Resources: group(true) }));
    const [described] = world.account.logs.describeLogGroups().logGroups;
    expect(described).toMatchObject({ kmsKeyId: 'arn:aws:kms:x', deletionProtectionEnabled: true });
    await expect(world.deploy(await assembly({ Resources: {} }))).rejects.toThrow(/deletion protection enabled/);
    const second = await assembly({ Resources: group(true) }, {}, 'Second');
    await expect(world.deploy(second)).rejects.toThrow(/Audit \(AWS::Logs::LogGroup\).*already exists/);
    await world.deploy(await assembly({ Resources: group(false) }));
    await world.deploy(await assembly({ Resources: {} }));
    expect(world.account.logs.describeLogGroups().logGroups).toEqual([]);
  });

  test('dashboards and saved queries can be read, and go with the stack', async () => {
    const world = await start();
    const DashboardBody = { 'Fn::Join': ['', ['{"widgets":[{"region":"', { Ref: 'AWS::Region' }, '"}]}']] };
    const outputs = await world.deploy(
      await assembly({
        Resources: {
          Board: { Type: 'AWS::CloudWatch::Dashboard', Properties: { DashboardName: 'acme', DashboardBody } },
          Query: {
            Type: 'AWS::Logs::QueryDefinition',
            Properties: { Name: 'acme/all', QueryString: 'fields @message', LogGroupNames: ['/acme/audit'] },
          },
        },
        Outputs: {
          Query: { Value: { Ref: 'Query' } },
          Same: { Value: { 'Fn::GetAtt': ['Query', 'QueryDefinitionId'] } },
        },
      }),
    );
    const { cloudWatch, logs } = world.account;
    expect(cloudWatch.dashboards.get('acme')).toBe('{"widgets":[{"region":"eu-west-1"}]}');
    const { Query = '', Same } = outputs.outputs;
    expect([Query, Same]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), Query]);
    expect(logs.queryDefinitions.get(Query)).toMatchObject({ name: 'acme/all', queryString: 'fields @message' });
    await world.deploy(await assembly({ Resources: {} }));
    expect([cloudWatch.dashboards.size, logs.queryDefinitions.size]).toEqual([0, 0]);
  });
});

describe('a rule whose target is another account’s bus', () => {
  const rule = (target: Readonly<Record<string, unknown>>) => ({
    Role: ROLE,
    Forward: {
      Type: 'AWS::Events::Rule',
      Properties: { EventPattern: { source: ['acme'] }, Targets: [{ Id: 'T', Arn: CENTRAL, ...target }] },
    },
  });

  test('forwards its events, which stay readable', async () => {
    const world = await deployed(rule({ RoleArn: roleArn }));
    const entry = { Source: 'acme', DetailType: 'key-deleted', Detail: '{"id":"1-1"}' };
    world.account.eventBridge.putEvents({ Entries: [entry, { ...entry, Source: 'other' }] });
    await world.runUntil(later(MINUTE));
    expect(world.forwarded).toMatchObject([
      { busArn: CENTRAL, event: { source: 'acme', 'detail-type': 'key-deleted', detail: { id: '1-1' } } },
    ]);
  });

  test('needs a role', async () => {
    await expect(deployed(rule({}))).rejects.toThrow(/Targets\[0\]\.RoleArn is missing/);
  });
});
