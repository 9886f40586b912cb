import { describe, expect, test } from 'vitest';
import { Account, type AccountEvent } from '../../account/account';
import { Clock } from '../../clock';

const START = Date.parse('2026-01-01T00:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function setUp() {
  const clock = new Clock(START);
  const account = new Account({ clock });
  const { metrics, alarms } = account.cloudWatch;
  const events: AccountEvent[] = [];
  account.onEvent((event) => events.push(event));
  const { TopicArn } = account.sns.createTopic({ Name: 'people' });
  const put = (name: string, value: number, dimensions: Record<string, string> = { service: 'acme' }) =>
    metrics.put({ namespace: 'Acme', name, dimensions, value, at: clock.now() });
  const alarm = (properties: Readonly<Record<string, unknown>> = {}) =>
    alarms.put({
      AlarmName: 'left',
      Namespace: 'Acme',
      MetricName: 'Left',
      Dimensions: [{ Name: 'service', Value: 'acme' }],
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      TreatMissingData: 'notBreaching',
      AlarmActions: [TopicArn],
      OKActions: [TopicArn],
      ...properties,
    });
  /** Lives on, and has every alarm evaluated when it is due. */
  const live = (milliseconds: number) => {
    for (const end = clock.now() + milliseconds; clock.now() < end; ) {
      clock.advanceBy(MINUTE);
      for (const step of alarms.steps()) if (clock.now() % step === 0) alarms.evaluate(step, clock.now());
    }
  };
  const changes = () => alarms.history().map(({ at, from, to }) => [(at - START) / MINUTE, from, to]);
  return { account, clock, metrics, alarms, events, put, alarm, live, changes };
}

describe('metrics', () => {
  test('keep each set of dimensions apart, whatever their order', () => {
    const { metrics, put } = setUp();
    put('Left', 1, { service: 'acme', function: 'rotate' });
    put('Left', 2, { function: 'rotate', service: 'acme' });
    put('Left', 5, { service: 'acme' });
    const between = (dimensions: Record<string, string>) =>
      metrics.between({ namespace: 'Acme', name: 'Left', dimensions }, START, START + MINUTE);
    expect(between({ function: 'rotate', service: 'acme' })).toEqual({ sum: 3, count: 2, minimum: 1, maximum: 2 });
    expect(between({ service: 'acme' })).toMatchObject({ sum: 5 });
    expect(between({})).toBeUndefined();
    expect(metrics.list()).toHaveLength(2);
  });

  test('take a value of the past into its own minute', () => {
    const { metrics } = setUp();
    const id = { namespace: 'N', name: 'M', dimensions: {} };
    for (const minute of [5, 1, 3, 3, 1]) metrics.put({ ...id, value: minute, at: START + minute * MINUTE });
    expect(metrics.between(id, START, START + 2 * MINUTE)).toMatchObject({ sum: 2, count: 2 });
    expect(metrics.between(id, START + 3 * MINUTE, START + 5 * MINUTE)).toMatchObject({ sum: 6, count: 2 });
    expect(metrics.between(id, START, START + HOUR)).toMatchObject({ count: 5, maximum: 5 });
  });
});

describe('an alarm', () => {
  test('begins without data, changes when its metric does, and comes back', () => {
    const { alarm, alarms, put, live, changes, clock } = setUp();
    expect(alarm().state).toBe('INSUFFICIENT_DATA');
    live(5 * MINUTE);
    put('Left', 2);
    live(5 * MINUTE);
    expect(alarms.get('left')).toMatchObject({ state: 'ALARM', stateSince: clock.now() });
    live(20 * MINUTE);
    expect(changes()).toEqual([
      [5, 'INSUFFICIENT_DATA', 'OK'],
      [10, 'OK', 'ALARM'],
      [25, 'ALARM', 'OK'],
    ]);
    expect(alarms.history('left')[1]?.reason).toBe(
      'Threshold Crossed: 1 out of the last 1 datapoints [2.0] was greater than the threshold (0.0) (minimum 1 datapoint for OK -> ALARM transition).',
    );
  });

  test('tells its topics in CloudWatch’s words, and the event bus', () => {
    const { account, alarm, put, live, events } = setUp();
    alarm({ AlarmDescription: 'Keys were left' });
    put('Left', 1);
    live(5 * MINUTE);
    const [message] = account.sns.messages;
    expect(message?.subject).toBe('ALARM: "left" in EU (Ireland)');
    expect(JSON.parse(message?.message ?? '')).toMatchObject({
      AlarmName: 'left',
      AlarmDescription: 'Keys were left',
      AWSAccountId: '111122223333',
      NewStateValue: 'ALARM',
      OldStateValue: 'INSUFFICIENT_DATA',
      StateChangeTime: '2026-01-01T00:05:00.000+0000',
      AlarmArn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:left',
      Trigger: {
        MetricName: 'Left',
        Namespace: 'Acme',
        Statistic: 'SUM',
        Dimensions: [{ name: 'service', value: 'acme' }],
        Threshold: 0,
      },
    });
    expect(events).toMatchObject([
      {
        source: 'aws.cloudwatch',
        'detail-type': 'CloudWatch Alarm State Change',
        resources: ['arn:aws:cloudwatch:eu-west-1:111122223333:alarm:left'],
        detail: { alarmName: 'left', state: { value: 'ALARM' }, previousState: { value: 'INSUFFICIENT_DATA' } },
      },
    ]);
  });

  test('does nothing but remember where its actions are off, and survives a topic that has gone', () => {
    const { account, alarm, put, live, alarms } = setUp();
    alarm({ ActionsEnabled: false });
    alarm({ AlarmName: 'nowhere', AlarmActions: ['arn:aws:sns:eu-west-1:111122223333:gone'] });
    put('Left', 1);
    live(5 * MINUTE);
    expect(account.sns.messages).toEqual([]);
    expect(alarms.history('left')).toHaveLength(1);
    expect(alarms.history('nowhere').at(-1)?.reason).toBe('Failed action arn:aws:sns:eu-west-1:111122223333:gone');
  });

  test('computes expressions over other functions’ metrics', () => {
    const { alarm, put, live, alarms } = setUp();
    const metric = (Id: string, name: string) => ({
      Id,
      ReturnData: false,
      MetricStat: {
        Metric: { Namespace: 'Acme', MetricName: 'Findings', Dimensions: [{ Name: 'finding', Value: name }] },
        Period: 3600,
        Stat: 'Sum',
      },
    });
    const single = {
      Namespace: undefined,
      MetricName: undefined,
      Dimensions: undefined,
      Statistic: undefined,
      Period: undefined,
    };
    const Metrics = [
      metric('m1', 'a'),
      metric('m2', 'b'),
      { Id: 'e1', Expression: 'FILL(m1, 0) + FILL(m2, 0)', ReturnData: false },
      { Id: 'e2', Expression: 'e1 * 2' },
    ];
    alarm({ ...single, Metrics, Threshold: '3' });
    put('Findings', 1, { finding: 'a' });
    live(HOUR);
    expect(alarms.get('left').state).toBe('OK');
    put('Findings', 1, { finding: 'a' });
    put('Findings', 1, { finding: 'b' });
    live(HOUR);
    expect(alarms.get('left').state).toBe('ALARM');
    expect(() => alarm({ ...single, Metrics: [{ ...Metrics[2], ReturnData: true }, metric('m1', 'a')] })).toThrow(
      /there is no m2/,
    );
  });

  test('hears silence: a day and two hours without a run, once an hour', () => {
    const { alarm, put, live, changes } = setUp();
    alarm({
      MetricName: 'Finished',
      Period: 3600,
      EvaluationPeriods: 26,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
    put('Finished', 1);
    live(HOUR);
    put('Finished', 1);
    live(48 * HOUR);
    // Two periods more than the evaluation periods are looked through for data.
    expect(changes()).toEqual([
      [60, 'INSUFFICIENT_DATA', 'OK'],
      [29 * 60 + 60, 'OK', 'ALARM'],
    ]);
  });

  test.each([
    [{ EvaluationPeriods: 300 }, /EvaluationPeriods times Period is 90000 seconds, over 86400/],
    [{ Period: 90 }, /Period: must be 10, 20, 30 or a multiple of 60/],
    [{ DatapointsToAlarm: 2 }, /DatapointsToAlarm is greater/],
    [{ Statistic: undefined }, /Statistic and Period are needed/],
    [{ ExtendedStatistic: 'p99' }, /ExtendedStatistic/],
    [{ Metrics: [{ Id: 'e1', Expression: 'RATE(m1)', Period: 60 }] }, /RATE is not supported here/],
    [{ Metrics: [{ Id: 'e1', Expression: 'm1' }] }, /all must have the same Period/],
  ])('is refused with %o', (properties, message) => {
    const { alarm } = setUp();
    expect(() => alarm(properties)).toThrow(message);
  });

  test('tells nobody while its actions are disabled', () => {
    const { account, alarm } = setUp();
    alarm();
    const admin = account.authenticate(account.rootSession(), 'iam');
    const actions = () => account.invoke(admin, 'monitoring', 'DescribeAlarms', {}).MetricAlarms[0]?.ActionsEnabled;
    const AlarmNames = ['left', 'not there'];
    account.invoke(admin, 'monitoring', 'DisableAlarmActions', { AlarmNames });
    expect(actions()).toBe(false);
    account.invoke(admin, 'monitoring', 'EnableAlarmActions', { AlarmNames });
    expect(actions()).toBe(true);
    account.invoke(admin, 'monitoring', 'DeleteAlarms', { AlarmNames });
    expect(account.invoke(admin, 'monitoring', 'DescribeAlarms', {}).MetricAlarms).toEqual([]);
  });
});
