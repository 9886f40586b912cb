import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { World } from '../../world';
import { type AssemblyParts, assembly, lambdaFunction, ROLE } from '../stack/assembly';
import { ECHO, got, later, START, start } from '../test-world';

const MINUTE = 60_000;
const CENTRAL = 'arn:aws:events:eu-west-1:999988887777:event-bus/security';
const roleArn = { 'Fn::GetAtt': ['Role', 'Arn'] };

/** A log group whose events start a function, which logs what it was started with. */
function fed(filter: Readonly<Record<string, unknown>> = {}, permission: Readonly<Record<string, unknown>> = {}) {
  const functionArn = { 'Fn::GetAtt': ['Writer', 'Arn'] };
  return {
    Role: ROLE,
    Group: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/acme/audit', RetentionInDays: 400 } },
    Errors: { Type: 'AWS::Logs::LogStream', Properties: { LogGroupName: { Ref: 'Group' }, LogStreamName: 'errors' } },
    Writer: lambdaFunction('writer', { FunctionName: 'writer' }),
    Permission: {
      Type: 'AWS::Lambda::Permission',
      Properties: {
        Action: 'lambda:InvokeFunction',
        FunctionName: functionArn,
        Principal: 'logs.amazonaws.com',
        SourceArn: { 'Fn::GetAtt': ['Group', 'Arn'] },
        ...permission,
      },
    },
    Filter: {
      Type: 'AWS::Logs::SubscriptionFilter',
      DependsOn: ['Permission'],
      Properties: {
        LogGroupName: { Ref: 'Group' },
        DestinationArn: functionArn,
        FilterName: 'some',
        FilterPattern: '',
        ...filter,
      },
    },
  };
}

/** The batches that the function has got. */
function batches(world: World) {
  return got(world).map(({ event }) => JSON.parse(gunzipSync(Buffer.from(event.awslogs.data, 'base64')).toString()));
}

async function subscribed(filter = {}, options: Parameters<typeof start>[0] = {}): Promise<World> {
  const world = await start(options);
  await world.deploy(await assembly({ Resources: fed(filter) }, { writer: ECHO }));
  return world;
}

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

describe('a subscription of a log group', () => {
  test('starts a function with a stream’s events, as CloudWatch Logs packs them', async () => {
    const world = await subscribed();
    expect(world.account.logs.describeLogStreams({ logGroupName: '/acme/audit' }).logStreams).toMatchObject([
      { logStreamName: 'errors' },
    ]);
    write(world, '{"n":1}', '{"n":2}');
    await world.runUntil(later(MINUTE));
    write(world, '{"n":3}');
    await world.runUntil(later(2 * MINUTE));

    const batch = { messageType: 'DATA_MESSAGE', owner: '111122223333', logGroup: '/acme/audit' };
    expect(batches(world)).toMatchObject([
      {
        ...batch,
        logStream: `rotate/${START.getTime()}`,
        subscriptionFilters: ['some'],
        logEvents: [
          { timestamp: START.getTime(), message: '{"n":1}' },
          { timestamp: START.getTime(), message: '{"n":2}' },
        ],
      },
      { ...batch, logEvents: [{ message: '{"n":3}' }] },
    ]);
  });

  test('gets what its pattern lets through, an amount that fits at a time', async () => {
    const world = await subscribed({ FilterPattern: '{ $.event = "kept" }' });
    const large = JSON.stringify({ event: 'kept', x: 'x'.repeat(200_000) });
    write(world, ...[1, 2, 3, 4].map(() => large), '{"event":"left out"}');
    world.account.logs.putLogEvents({
      logGroupName: '/acme/audit',
      logStreamName: `rotate/${START.getTime()}`,
      logEvents: [large, large].map((message) => ({ timestamp: START.getTime(), message })),
    });
    await world.runUntil(later(MINUTE));

    expect(batches(world).map(({ logEvents }) => logEvents.length)).toEqual([5, 1]);
  });

  test('may hand over the same batch twice: once at least is the promise', async () => {
    const world = await subscribed({}, { logBatchCopies: () => 2 });
    write(world, '{"n":1}');
    await world.runUntil(later(MINUTE));
    const [first, second, ...others] = batches(world);

    expect(first).toEqual(second);
    expect(others).toEqual([]);
  });

  test('counts what it may not hand over any more, and does not try that again', async () => {
    const world = await subscribed();
    world.functions.removePermission('writer', 'Permission');
    write(world, '{"n":1}', '{"n":2}');
    await world.runUntil(later(MINUTE));

    expect(batches(world)).toEqual([]);
    const { metrics } = world.account.cloudWatch;
    expect(metrics.list().filter(({ name }) => name === 'DeliveryErrors')).toMatchObject([
      { namespace: 'AWS/Logs', dimensions: { DestinationType: 'Lambda', FilterName: 'some' } },
    ]);
  });

  test('of the same name takes the place of the one before', async () => {
    const world = await subscribed();
    await world.deploy(await assembly({ Resources: fed({ FilterPattern: '{ $.n = 2 }' }) }, { writer: ECHO }));
    write(world, '{"n":1}', '{"n":2}');
    await world.runUntil(later(MINUTE));

    expect(batches(world).map(({ logEvents }) => logEvents.length)).toEqual([1]);
  });

  test.each([
    [fed({ LogGroupName: '/other' }), /Could not execute the lambda function/],
    [fed({ DestinationArn: 'arn:aws:lambda:eu-west-1:111122223333:function:gone' }), /Could not execute the lambda/],
    [fed({}, { Principal: 'events.amazonaws.com' }), /Make sure you have given CloudWatch Logs permission/],
  ])('needs a function that lets CloudWatch Logs start it (%#)', async (Resources, message) => {
    const world = await start();
    await expect(world.deploy(await assembly({ Resources }, { writer: ECHO }))).rejects.toThrow(message);
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

  test('a metric filter counts the lines that fit, and goes with the stack', async () => {
    const world = await start();
    const filter = (more: object = {}, pattern = '{ $.status = "429" }') => ({
      Access: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/acme/access' } },
      Refused: {
        Type: 'AWS::Logs::MetricFilter',
        Properties: {
          LogGroupName: { Ref: 'Access' },
          FilterPattern: pattern,
          MetricTransformations: [{ MetricNamespace: 'Acme', MetricName: 'Refused', MetricValue: '1', ...more }],
        },
      },
    });
    await world.deploy(await assembly({ Resources: filter() }));
    const { logs, cloudWatch } = world.account;
    logs.createLogStream({ logGroupName: '/acme/access', logStreamName: 'one' });
    const timestamp = world.clock.now();
    const write = (...messages: readonly string[]) =>
      logs.putLogEvents({
        logGroupName: '/acme/access',
        logStreamName: 'one',
        logEvents: messages.map((message) => ({ timestamp, message })),
      });
    write('{"status":"429"}', '{"status":"200"}', '429', '{"status":"429"}');
    const metric = { namespace: 'Acme', name: 'Refused', dimensions: {} };
    const counted = () => cloudWatch.metrics.between(metric, timestamp, timestamp + 60_000)?.sum;
    expect(counted()).toBe(2);
    const [{ Access }] = [filter()];
    await world.deploy(await assembly({ Resources: { Access } }));
    write('{"status":"429"}');
    expect(counted()).toBe(2);
    await expect(world.deploy(await assembly({ Resources: filter({ DefaultValue: 0 }) }))).rejects.toThrow(
      /DefaultValue.*is not supported/,
    );
    await expect(world.deploy(await assembly({ Resources: filter({}, '[') }))).rejects.toThrow(
      /Invalid filter pattern/,
    );
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
