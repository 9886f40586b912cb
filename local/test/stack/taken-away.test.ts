import {
  CloudWatchLogsClient,
  DeleteSubscriptionFilterCommand,
  DescribeSubscriptionFiltersCommand,
  PutSubscriptionFilterCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { AddPermissionCommand, GetPolicyCommand, LambdaClient, RemovePermissionCommand } from '@aws-sdk/client-lambda';
import { GetTopicAttributesCommand, SNSClient } from '@aws-sdk/client-sns';
import { describe, expect, test } from 'vitest';
import type { World } from '../../world';
import { ECHO, later, start } from '../test-world';
import { assembly, lambdaFunction, ROLE, ruleFor } from './assembly';

const DAY = 86_400_000;
const LOG_GROUP = { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/acme', RetentionInDays: 30 } };

const template = {
  Description: 'says what it got',
  Resources: {
    Role: ROLE,
    Echo: lambdaFunction('echo', { FunctionName: 'echo' }),
    ...ruleFor('Echo', { Name: 'daily', ScheduleExpression: 'rate(1 day)', State: 'ENABLED' }),
    Record: { ...LOG_GROUP, DeletionPolicy: 'Retain' },
    Setting: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/acme', Type: 'String', Value: 'blue' } },
    Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'acme' } },
    Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
  },
  Outputs: { Arn: { Value: { 'Fn::GetAtt': ['Echo', 'Arn'] }, Export: { Name: 'echo-function' } } },
};
const importing = {
  Resources: {
    Copy: {
      Type: 'AWS::SSM::Parameter',
      Properties: { Name: '/copy', Type: 'String', Value: { 'Fn::ImportValue': 'echo-function' } },
    },
  },
};

async function deployed() {
  const world = await start({ accountServer: { allowedSkew: Number.POSITIVE_INFINITY } });
  const cdkOut = await assembly(template, { echo: ECHO });
  await world.deploy(cdkOut);
  const me = world.account.authenticate(world.account.rootSession(), 'cloudformation');
  const remove = (StackName = 'Test') => world.account.invoke(me, 'cloudformation', 'DeleteStack', { StackName });
  return { world, cdkOut, me, remove, stacks: world.account.cloudFormation };
}

const configOf = (world: World) => ({
  endpoint: world.accountUrl,
  region: 'eu-west-1',
  credentials: world.account.rootSession(),
  maxAttempts: 1,
});

describe('a stack that is deleted', () => {
  test('takes away what it made, and leaves what is retained', async () => {
    const { world, cdkOut, remove, stacks } = await deployed();
    const [{ StackId = '' } = {}] = stacks.describeStacks({ StackName: 'Test' }).Stacks;
    await world.runUntil(later(DAY));
    await remove();
    const { account } = world;
    expect(world.functions.functions).toEqual([]);
    expect(world.bus.rules).toEqual([]);
    expect(account.sns.listTopics().Topics).toEqual([]);
    expect(account.sqs.listQueues()).toEqual({});
    expect(account.iam.roles.all()).toEqual([]);
    expect(account.logs.describeLogGroups({ logGroupNamePrefix: '/acme' }).logGroups).toHaveLength(1);
    expect(() => stacks.describeStacks({ StackName: 'Test' })).toThrow('Stack with id Test does not exist');
    expect(stacks.describeStacks({ StackName: StackId }).Stacks).toMatchObject([{ StackStatus: 'DELETE_COMPLETE' }]);
    expect(stacks.listStacks().StackSummaries).toMatchObject([
      { StackName: 'Test', TemplateDescription: 'says what it got', DeletionTime: later(DAY) },
    ]);
    // A stack of the same name is another stack, and what was retained is in its way.
    await remove();
    await expect(world.deploy(cdkOut)).rejects.toThrow('The specified log group already exists');
  });

  test('is another stack when it is made again', async () => {
    const world = await start();
    const cdkOut = await assembly({ Resources: { Topic: { Type: 'AWS::SNS::Topic' } } });
    const first = await world.deploy(cdkOut);
    await world.account.cloudFormation.deleteStack({ StackName: 'Test' });
    const second = await world.deploy(cdkOut);
    expect(second).toMatchObject({ status: 'CREATE_COMPLETE' });
    expect(second.stackId).not.toBe(first.stackId);
    expect(second.topics).not.toEqual(first.topics);
  });

  test('stays, with the reason, while others import from it or something cannot be taken away', async () => {
    const { world, remove, stacks } = await deployed();
    await world.deploy(await assembly(importing, {}, 'Other'), 'Other');
    expect(stacks.listExports().Exports).toMatchObject([
      { Name: 'echo-function', Value: expect.stringMatching(/echo$/) },
    ]);
    expect(stacks.listImports({ ExportName: 'echo-function' })).toEqual({ Imports: ['Other'] });
    await remove();
    expect(stacks.describeStacks({ StackName: 'Test' }).Stacks).toMatchObject([
      {
        StackStatus: 'CREATE_COMPLETE',
        StackStatusReason: 'Delete canceled. Cannot delete export echo-function as it is in use by Other.',
      },
    ]);
    expect(world.functions.functions).toHaveLength(1);
    await remove('Other');
    world.account.ssm.deleteParameter({ Name: '/acme' });
    await remove();
    expect(stacks.describeStacks({ StackName: 'Test' }).Stacks).toMatchObject([
      { StackStatus: 'DELETE_FAILED', StackStatusReason: 'The following resource(s) failed to delete: [Setting]. ' },
    ]);
    world.account.ssm.putParameter({ Name: '/acme', Value: 'blue', Type: 'String' }, 'somebody');
    await remove();
    expect(stacks.describeStacks().Stacks).toEqual([]);
  });
});

test('drift is what somebody has changed of what the template says', async () => {
  const { world, me, stacks } = await deployed();
  const detect = () => {
    const { StackDriftDetectionId } = world.account.invoke(me, 'cloudformation', 'DetectStackDrift', {
      StackName: 'Test',
    });
    return stacks.describeStackDriftDetectionStatus({ StackDriftDetectionId });
  };
  const information = () => stacks.describeStacks({ StackName: 'Test' }).Stacks[0]?.DriftInformation;
  expect(information()).toEqual({ StackDriftStatus: 'NOT_CHECKED' });
  expect(detect()).toMatchObject({ StackDriftStatus: 'IN_SYNC', DetectionStatus: 'DETECTION_COMPLETE' });
  world.account.invoke(me, 'events', 'DisableRule', { Name: 'daily' });
  world.account.logs.putRetentionPolicy({ logGroupName: '/acme', retentionInDays: 1 });
  world.account.sns.deleteTopic({ TopicArn: 'arn:aws:sns:eu-west-1:111122223333:acme' });
  expect(detect()).toMatchObject({ StackDriftStatus: 'DRIFTED', DriftedStackResourceCount: 3 });
  expect(information()).toMatchObject({ StackDriftStatus: 'DRIFTED', LastCheckTimestamp: later(0) });
  const StackResourceDriftStatusFilters = ['MODIFIED', 'DELETED'];
  expect(
    stacks.describeStackResourceDrifts({ StackName: 'Test', StackResourceDriftStatusFilters }).StackResourceDrifts,
  ).toMatchObject([
    { LogicalResourceId: 'EchoRule', PropertyDifferences: [{ PropertyPath: '/State', ActualValue: 'DISABLED' }] },
    {
      LogicalResourceId: 'Record',
      StackResourceDriftStatus: 'MODIFIED',
      PropertyDifferences: [{ PropertyPath: '/RetentionInDays', ExpectedValue: '30', ActualValue: '1' }],
    },
    { LogicalResourceId: 'Topic', StackResourceDriftStatus: 'DELETED' },
  ]);
});

test('services are let in by hand, and a log group feeds a function that lets it in', async () => {
  const { world } = await deployed();
  const lambda = new LambdaClient(configOf(world));
  const logs = new CloudWatchLogsClient(configOf(world));
  const logGroupName = '/acme';
  const destinationArn = 'arn:aws:lambda:eu-west-1:111122223333:function:echo';
  const filter = { logGroupName, filterName: 'all', filterPattern: '', destinationArn };
  await expect(logs.send(new PutSubscriptionFilterCommand(filter))).rejects.toThrow('Could not execute the lambda');
  const added = await lambda.send(
    new AddPermissionCommand({
      FunctionName: 'echo',
      StatementId: 'record',
      Action: 'lambda:InvokeFunction',
      Principal: 'logs.amazonaws.com',
      SourceArn: `arn:aws:logs:eu-west-1:111122223333:log-group:${logGroupName}:*`,
    }),
  );
  expect(JSON.parse(added.Statement ?? '')).toMatchObject({ Sid: 'record', Resource: destinationArn });
  await logs.send(new PutSubscriptionFilterCommand(filter));
  expect((await logs.send(new DescribeSubscriptionFiltersCommand({ logGroupName }))).subscriptionFilters).toMatchObject(
    [{ ...filter, creationTime: expect.any(Number) }],
  );
  world.account.logs.createLogStream({ logGroupName, logStreamName: 's' });
  const event = { timestamp: world.clock.now(), message: 'one' };
  world.account.logs.putLogEvents({ logGroupName, logStreamName: 's', logEvents: [event] });
  await world.runUntil(later(DAY / 2));
  expect(world.logs.filter(({ line }) => line.includes('got {"awslogs"'))).toHaveLength(1);
  await logs.send(new DeleteSubscriptionFilterCommand({ logGroupName, filterName: 'all' }));
  await lambda.send(new RemovePermissionCommand({ FunctionName: 'echo', StatementId: 'record' }));
  const { Policy = '' } = await lambda.send(new GetPolicyCommand({ FunctionName: 'echo' }));
  expect(Policy).not.toContain('record');
});

test('a topic tells how many subscribe to it', async () => {
  const { world } = await deployed();
  const TopicArn = 'arn:aws:sns:eu-west-1:111122223333:acme';
  world.account.sns.subscribe({ TopicArn, Protocol: 'email', Endpoint: 'a@example.com' });
  const { Attributes } = await new SNSClient(configOf(world)).send(new GetTopicAttributesCommand({ TopicArn }));
  expect(Attributes).toMatchObject({ TopicArn, SubscriptionsPending: '1', SubscriptionsConfirmed: '0' });
});
