import { describe, expect, test } from 'vitest';
import { embeddedMetrics } from '../../evidence/cloudwatch/embedded-metrics';
import type { World } from '../../world';
import { assembly, lambdaFunction, ROLE, ruleFor } from '../stack/assembly';
import { later, START, start } from '../test-world';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A function that says how it went, as powertools writes it, and fails when it is told to. */
const REPORTS = `
  export const handler = async (event) => {
    const metrics = { Namespace: 'Acme', Dimensions: [['service', 'function']], Metrics: [{ Name: 'Finished', Unit: 'Count' }] };
    const said = { _aws: { Timestamp: Date.now(), CloudWatchMetrics: [metrics] }, service: 'acme', function: 'sync', Finished: 1 };
    if (event.fail) throw new Error('as told');
    process.stdout.write(JSON.stringify(said) + '\\n');
  };`;

const alarm = (properties: Readonly<Record<string, unknown>>) => ({
  Type: 'AWS::CloudWatch::Alarm',
  Properties: {
    Statistic: 'Sum',
    Period: '3600',
    EvaluationPeriods: 1,
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    AlarmActions: [{ Ref: 'Topic' }],
    OKActions: [{ Ref: 'Topic' }],
    ...properties,
  },
});

const RESOURCES = {
  Role: ROLE,
  Topic: { Type: 'AWS::SNS::Topic', Properties: {} },
  Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'dead' } },
  Sync: lambdaFunction('sync', {
    FunctionName: 'sync',
    DeadLetterConfig: { TargetArn: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
  }),
  ...ruleFor('Sync', { ScheduleExpression: 'rate(1 hour)' }),
  Silent: alarm({
    AlarmName: 'silent',
    Namespace: 'Acme',
    MetricName: 'Finished',
    Dimensions: [
      { Name: 'service', Value: 'acme' },
      { Name: 'function', Value: 'sync' },
    ],
    EvaluationPeriods: 3,
    Threshold: 1,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'missing',
    InsufficientDataActions: [{ Ref: 'Topic' }],
  }),
  Errors: alarm({
    AlarmName: 'errors',
    Namespace: 'AWS/Lambda',
    MetricName: 'Errors',
    Dimensions: [{ Name: 'FunctionName', Value: { Ref: 'Sync' } }],
    Period: 300,
  }),
  Dead: alarm({
    AlarmName: 'dead-letters',
    Namespace: 'AWS/SQS',
    MetricName: 'ApproximateNumberOfMessagesVisible',
    Dimensions: [{ Name: 'QueueName', Value: { 'Fn::GetAtt': ['Queue', 'QueueName'] } }],
    Statistic: 'Maximum',
    Period: 300,
  }),
};

const changes = (world: World, alarmName: string) =>
  world.alarms.history(alarmName).map(({ at, to }) => [(at - START.getTime()) / MINUTE, to]);

describe('metrics and alarms of a stack', () => {
  test('a healthy day is told by metrics, and no alarm goes off', async () => {
    const world = await start();
    await world.deploy(await assembly({ Resources: RESOURCES }, { sync: REPORTS }));
    await world.runUntil(later(24 * HOUR));
    const { metrics } = world.account.cloudWatch;
    const during = (namespace: string, name: string, dimensions: Record<string, string>) =>
      metrics.between({ namespace, name, dimensions }, START.getTime(), later(25 * HOUR).getTime());
    expect(during('Acme', 'Finished', { service: 'acme', function: 'sync' })).toMatchObject({ sum: 24 });
    expect(during('AWS/Lambda', 'Invocations', { FunctionName: 'sync' })).toMatchObject({ sum: 24, count: 24 });
    expect(during('AWS/Lambda', 'Errors', { FunctionName: 'sync' })).toMatchObject({ sum: 0, count: 24 });
    expect(during('AWS/Lambda', 'Duration', { FunctionName: 'sync' })).toMatchObject({ count: 24 });
    expect(during('AWS/Lambda', 'Duration', { FunctionName: 'other' })).toBeUndefined();
    expect(world.alarms.history().filter(({ to }) => to === 'ALARM')).toEqual([]);
    expect(world.alarms.list().map(({ name, state }) => [name, state])).toEqual([
      ['dead-letters', 'OK'],
      ['errors', 'OK'],
      ['silent', 'OK'],
    ]);
  });

  test('failures, dead letters and silence each set off their alarm, and people are told', async () => {
    const world = await start();
    await world.deploy(await assembly({ Resources: RESOURCES }, { sync: REPORTS }));
    await world.runUntil(later(4 * HOUR + MINUTE));
    await world.functions.invokeAsynchronously('sync', '{"fail":true}');
    await world.runUntil(later(6 * HOUR));
    // Three attempts, at 241, 242 and 244 minutes; what fails last counts until it leaves the evaluation range.
    expect(changes(world, 'errors').slice(1)).toEqual([
      [245, 'ALARM'],
      [260, 'OK'],
    ]);
    expect(changes(world, 'dead-letters').slice(1)).toEqual([[245, 'ALARM']]);
    const subjects = world.account.sns.messages.map(({ subject }) => subject);
    expect(subjects).toContain('ALARM: "errors" in EU (Ireland)');
    expect(subjects).toContain('OK: "errors" in EU (Ireland)');
    world.queues.list()[0]?.messages.splice(0);
    await world.runUntil(later(7 * HOUR));
    expect(changes(world, 'dead-letters').at(-1)).toEqual([365, 'OK']);
    world.bus.removeRule(world.bus.rules[0]?.name ?? '');
    await world.runUntil(later(24 * HOUR));
    expect(changes(world, 'silent').at(-1)?.[1]).toBe('INSUFFICIENT_DATA');
  });

  test('a run that is passed over counts like the one before', async () => {
    const isQuiet = (payload: string) => !/T(01|07|13|19):/.test(payload);
    const world = await start({ passOver: (_target, payload) => isQuiet(payload) });
    await world.deploy(await assembly({ Resources: RESOURCES }, { sync: REPORTS }));
    await world.runUntil(later(24 * HOUR));
    const { metrics } = world.account.cloudWatch;
    const between = (name: string, namespace: string, dimensions: Record<string, string>) =>
      metrics.between({ namespace, name, dimensions }, START.getTime(), later(25 * HOUR).getTime())?.sum;
    expect(world.logs.filter(({ line }) => line.includes('Finished'))).toHaveLength(4);
    expect(between('Finished', 'Acme', { service: 'acme', function: 'sync' })).toBe(24);
    expect(between('Invocations', 'AWS/Lambda', { FunctionName: 'sync' })).toBe(24);
    expect(world.alarms.get('silent').state).toBe('OK');
  });
});

describe('embedded metrics', () => {
  const line = (document: unknown) => JSON.stringify(document);
  const directive = { Namespace: 'N', Dimensions: [['a', 'b'], ['a'], []], Metrics: [{ Name: 'M' }, { Name: 'Gone' }] };

  test('come once for every set of dimensions, with every value', () => {
    const document = { _aws: { Timestamp: 5, CloudWatchMetrics: [directive] }, a: 'x', b: 1, M: [2, 3] };
    expect(embeddedMetrics(line(document)).map(({ dimensions, value }) => [dimensions, value])).toEqual([
      [{ a: 'x', b: '1' }, 2],
      [{ a: 'x', b: '1' }, 3],
      [{ a: 'x' }, 2],
      [{ a: 'x' }, 3],
      [{}, 2],
      [{}, 3],
    ]);
  });

  test.each([
    'text about "CloudWatchMetrics"',
    line({ event: 'key-stored' }),
    line({ _aws: { CloudWatchMetrics: [directive] }, M: 1 }),
    line({ _aws: { Timestamp: 5, CloudWatchMetrics: [{ ...directive, Namespace: 7 }] }, M: 1 }),
    line({ _aws: { Timestamp: 5, CloudWatchMetrics: 'none' }, M: 1 }),
    line({ _aws: { Timestamp: 5, CloudWatchMetrics: [directive] }, M: 'much' }),
  ])('are not in %s', (text) => {
    expect(embeddedMetrics(text)).toEqual([]);
  });
});
