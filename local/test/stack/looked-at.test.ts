import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  DeleteRuleCommand,
  DescribeRuleCommand,
  DisableRuleCommand,
  EnableRuleCommand,
  EventBridgeClient,
  ListRuleNamesByTargetCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { describe, expect, it, test } from 'vitest';
import type { World } from '../../world';
import { awsCommand, LACKS_AWS } from '../account/aws-command';
import { ECHO, got, later, start } from '../test-world';
import { assembly, lambdaFunction, ROLE, ruleFor } from './assembly';

const DAY = 86_400_000;
const STACK_ID = expect.stringMatching(/^arn:aws:cloudformation:eu-west-1:111122223333:stack\/Test\//);
const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function:echo';

const template = {
  Description: 'says what it got',
  Resources: {
    Role: ROLE,
    Echo: lambdaFunction('echo', { FunctionName: 'echo' }),
    ...ruleFor('Echo', { Name: 'daily', Description: 'every day', ScheduleExpression: 'cron(0 3 * * ? *)' }),
    Alarm: {
      Type: 'AWS::CloudWatch::Alarm',
      Properties: {
        AlarmName: 'silent',
        Namespace: 'AWS/Lambda',
        MetricName: 'Invocations',
        Dimensions: [{ Name: 'FunctionName', Value: 'echo' }],
        Statistic: 'Sum',
        Period: 86_400,
        EvaluationPeriods: 1,
        Threshold: 1,
        ComparisonOperator: 'LessThanThreshold',
        TreatMissingData: 'breaching',
      },
    },
    Dead: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
    Trail: {
      Type: 'AWS::CloudTrail::Trail',
      Properties: {
        TrailName: 'management',
        S3BucketName: 'trail-files',
        IsLogging: true,
        IsMultiRegionTrail: true,
        EventSelectors: [{ ReadWriteType: 'WriteOnly', IncludeManagementEvents: true }],
      },
    },
  },
  Outputs: {
    FunctionArn: {
      Value: { 'Fn::GetAtt': ['Echo', 'Arn'] },
      Description: 'what says it',
      Export: { Name: 'echo-function' },
    },
  },
};

async function deployed() {
  const world = await start({ accountServer: { allowedSkew: Number.POSITIVE_INFINITY } });
  const cdkOut = await assembly(template, { echo: ECHO });
  await world.deploy(cdkOut);
  return { world, cdkOut };
}

const configOf = (world: World) => ({
  endpoint: world.accountUrl,
  region: 'eu-west-1',
  credentials: world.account.rootSession(),
  maxAttempts: 1,
});

const administrator = (world: World) => ({
  url: world.accountUrl,
  region: 'eu-west-1',
  credentials: world.account.rootSession(),
});

test('EventBridge lists the rules that run and their targets; one that is disabled rests', async () => {
  const { world } = await deployed();
  const bus = new EventBridgeClient(configOf(world));
  const rule = {
    Name: 'daily',
    Arn: 'arn:aws:events:eu-west-1:111122223333:rule/daily',
    State: 'ENABLED',
    ScheduleExpression: 'cron(0 3 * * ? *)',
    Description: 'every day',
  };
  expect((await bus.send(new ListRulesCommand({}))).Rules).toMatchObject([rule]);
  expect(await bus.send(new DescribeRuleCommand({ Name: 'daily' }))).toMatchObject(rule);
  const targets = await bus.send(new ListTargetsByRuleCommand({ Rule: 'daily' }));
  expect(targets.Targets).toMatchObject([{ Id: 'Target0', Arn: FUNCTION }]);
  const names = await bus.send(new ListRuleNamesByTargetCommand({ TargetArn: FUNCTION }));
  expect(names.RuleNames).toEqual(['daily']);
  await expect(bus.send(new ListTargetsByRuleCommand({ Rule: 'none' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });

  await bus.send(new DisableRuleCommand({ Name: 'daily' }));
  await world.runUntil(later(2 * DAY));
  expect((await bus.send(new DescribeRuleCommand({ Name: 'daily' }))).State).toBe('DISABLED');
  expect(got(world)).toHaveLength(0);
  await bus.send(new EnableRuleCommand({ Name: 'daily' }));
  await world.runUntil(later(4 * DAY));
  expect(got(world)).toHaveLength(2);

  await bus.send(new RemoveTargetsCommand({ Rule: 'daily', Ids: ['Target0'] }));
  await world.runUntil(later(6 * DAY));
  expect(got(world)).toHaveLength(2);
  await bus.send(new PutTargetsCommand({ Rule: 'daily', Targets: [{ Id: 'Again', Arn: FUNCTION }] }));
  await world.runUntil(later(8 * DAY));
  expect(got(world)).toHaveLength(4);
  await bus.send(new RemoveTargetsCommand({ Rule: 'daily', Ids: ['Again'] }));
  await bus.send(new DeleteRuleCommand({ Name: 'daily' }));
  expect((await bus.send(new ListRulesCommand({}))).Rules).toEqual([]);
});

test('CloudFormation tells of what was deployed, and when', async () => {
  const { world, cdkOut } = await deployed();
  const { cloudFormation } = world.account;
  const [stack] = cloudFormation.describeStacks({ StackName: 'Test' }).Stacks;
  expect(stack).toMatchObject({
    StackName: 'Test',
    StackStatus: 'CREATE_COMPLETE',
    CreationTime: later(0),
    LastUpdatedTime: undefined,
  });
  await world.runUntil(later(DAY));
  await world.deploy(cdkOut);
  expect(cloudFormation.describeStacks().Stacks).toMatchObject([
    { StackStatus: 'UPDATE_COMPLETE', CreationTime: later(0), LastUpdatedTime: later(DAY) },
  ]);
  expect(() => cloudFormation.describeStacks({ StackName: 'Other' })).toThrow('Stack with id Other does not exist');
});

test('trails are described, and whether they log', async () => {
  const { world } = await deployed();
  const { trails } = world.account;
  trails.stopLogging({ Name: 'management' });
  await world.runUntil(later(DAY));
  expect(trails.getTrailStatus({ Name: 'management' })).toMatchObject({
    IsLogging: false,
    StartLoggingTime: later(0),
    StopLoggingTime: later(0),
  });
  expect(() => trails.getTrailStatus({ Name: 'other' })).toThrow('Unknown trail: other for the user: 111122223333');
  // The event history goes on without one.
  const { Events } = await new CloudTrailClient(configOf(world)).send(new LookupEventsCommand({}));
  expect(Events).toBeDefined();
});

describe.skipIf(LACKS_AWS)('the aws command', () => {
  it.each([
    [
      'cloudformation describe-stacks',
      {
        Stacks: [
          {
            StackName: 'Test',
            StackId: STACK_ID,
            StackStatus: 'CREATE_COMPLETE',
            CreationTime: '2026-01-01T00:00:00Z',
            Description: 'says what it got',
            Outputs: [
              {
                OutputKey: 'FunctionArn',
                OutputValue: FUNCTION,
                Description: 'what says it',
                ExportName: 'echo-function',
              },
            ],
          },
        ],
      },
    ],
    ['cloudformation list-stacks --stack-status-filter CREATE_COMPLETE', { StackSummaries: [{ StackName: 'Test' }] }],
    [
      'cloudformation describe-stack-resources --stack-name Test --logical-resource-id Echo',
      {
        StackResources: [
          {
            StackName: 'Test',
            LogicalResourceId: 'Echo',
            PhysicalResourceId: 'echo',
            ResourceType: 'AWS::Lambda::Function',
            ResourceStatus: 'CREATE_COMPLETE',
          },
        ],
      },
    ],
    ['cloudformation get-template --stack-name Test', { TemplateBody: { Resources: { Echo: expect.anything() } } }],
    [
      'cloudwatch describe-alarms --alarm-names silent',
      {
        MetricAlarms: [
          {
            AlarmName: 'silent',
            AlarmArn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:silent',
            StateValue: 'INSUFFICIENT_DATA',
            Threshold: 1,
            StateUpdatedTimestamp: expect.anything(),
          },
        ],
      },
    ],
    [
      'cloudtrail describe-trails',
      {
        trailList: [
          {
            Name: 'management',
            S3BucketName: 'trail-files',
            IsMultiRegionTrail: true,
            HomeRegion: 'eu-west-1',
            HasCustomEventSelectors: true,
          },
        ],
      },
    ],
    ['cloudtrail get-trail-status --name management', { IsLogging: true }],
    [
      'cloudtrail get-event-selectors --trail-name management',
      { EventSelectors: [{ ReadWriteType: 'WriteOnly', IncludeManagementEvents: true }] },
    ],
    ['sqs list-queues', { QueueUrls: ['https://sqs.eu-west-1.amazonaws.com/111122223333/dead'] }],
    ['cloudformation list-exports', { Exports: [{ Name: 'echo-function', Value: FUNCTION }] }],
    ['lambda list-functions', { Functions: [{ FunctionName: 'echo' }] }],
  ])('reads with %s', async (command, answer) => {
    const { world } = await deployed();
    expect(await awsCommand(administrator(world), ...command.split(' '))).toMatchObject(answer);
  });
});
