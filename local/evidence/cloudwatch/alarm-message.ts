import type { EventDraft } from '../../account/event';
import type { Alarm } from './alarm';
import type { AlarmDefinition } from './alarm-definition';

/** How CloudWatch calls regions in its messages; others are called by their code here. */
const REGIONS: Readonly<Record<string, string>> = {
  'us-east-1': 'US East (N. Virginia)',
  'us-west-2': 'US West (Oregon)',
  'eu-west-1': 'EU (Ireland)',
  'eu-central-1': 'EU (Frankfurt)',
};

/** What CloudWatch publishes to an alarm's topics ("Notifying users on alarm changes" in its User Guide). */
export function alarmMessage(
  alarm: Alarm,
  before: Alarm,
  { accountId, region }: { readonly accountId: string; readonly region: string },
): { readonly Subject: string; readonly Message: string } {
  const { definition, name, state } = alarm;
  const place = REGIONS[region] ?? region;
  const message = {
    AlarmName: name,
    AlarmDescription: definition.AlarmDescription,
    AWSAccountId: accountId,
    AlarmConfigurationUpdatedTimestamp: messageTime(alarm.updatedAt),
    NewStateValue: state,
    NewStateReason: alarm.reason,
    StateChangeTime: messageTime(alarm.stateSince),
    Region: place,
    AlarmArn: alarm.arn,
    OldStateValue: before.state,
    OKActions: definition.OKActions,
    AlarmActions: definition.AlarmActions,
    InsufficientDataActions: definition.InsufficientDataActions,
    Trigger: trigger(definition),
  };
  // SNS takes a hundred printable characters.
  const subject = `${state}: "${name}" in ${place}`.slice(0, 100);
  return { Subject: subject, Message: JSON.stringify(message) };
}

function trigger(definition: AlarmDefinition): Record<string, unknown> {
  const { MetricName, Namespace, Statistic, Dimensions, Period, Metrics } = definition;
  const metric = {
    MetricName,
    Namespace,
    StatisticType: 'Statistic',
    Statistic: Statistic?.toUpperCase(),
    Unit: null,
    Dimensions: Dimensions.map(({ Name: name, Value: value }) => ({ name, value })),
  };
  return {
    ...(Metrics === undefined ? metric : { Metrics }),
    Period,
    EvaluationPeriods: definition.EvaluationPeriods,
    DatapointsToAlarm: definition.DatapointsToAlarm,
    ComparisonOperator: definition.ComparisonOperator,
    Threshold: definition.Threshold,
    TreatMissingData: definition.TreatMissingData,
    EvaluateLowSampleCountPercentile: '',
  };
}

/** The event of a change ("Alarm events and EventBridge" in the CloudWatch User Guide). */
export function alarmEvent(alarm: Alarm, before: Alarm): EventDraft {
  const { definition } = alarm;
  const stateOf = ({ state: value, reason, stateSince }: Alarm) => ({
    value,
    reason,
    timestamp: messageTime(stateSince),
  });
  const metrics = definition.Metrics?.map(({ Id: id, Expression: expression, ReturnData: returnData, MetricStat }) => ({
    id,
    returnData,
    expression,
    ...(MetricStat === undefined
      ? {}
      : {
          metricStat: {
            metric: {
              namespace: MetricStat.Metric.Namespace,
              name: MetricStat.Metric.MetricName,
              dimensions: named(MetricStat.Metric.Dimensions),
            },
            period: MetricStat.Period,
            stat: MetricStat.Stat,
          },
        }),
  }));
  const single = {
    id: 'm1',
    returnData: true,
    metricStat: {
      metric: {
        namespace: definition.Namespace,
        name: definition.MetricName,
        dimensions: named(definition.Dimensions),
      },
      period: definition.Period,
      stat: definition.Statistic,
    },
  };
  return {
    source: 'aws.cloudwatch',
    detailType: 'CloudWatch Alarm State Change',
    resources: [alarm.arn],
    detail: {
      alarmName: alarm.name,
      state: stateOf(alarm),
      previousState: stateOf(before),
      configuration: { description: definition.AlarmDescription, metrics: metrics ?? [single] },
    },
  };
}

function named(dimensions: AlarmDefinition['Dimensions']): Record<string, string> {
  return Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value]));
}

/** `2026-01-31T08:00:00.000+0000` */
function messageTime(instant: number): string {
  return new Date(instant).toISOString().replace('Z', '+0000');
}
