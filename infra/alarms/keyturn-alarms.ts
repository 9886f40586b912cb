import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  MathExpression,
  Metric,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { Settings } from '../../functions/core/config/settings';
import { lastLines } from '../../functions/core/findings/last-lines';
import { ALARM_PREFIX, METRICS_NAMESPACE } from '../../functions/core/names';
import type { AlarmDefinition, AlarmMetric } from './alarm-definition';

export interface KeyturnAlarmsProps {
  readonly settings: Settings['alarms'];
  /** Is told; must let CloudWatch alarms publish. */
  readonly topic: ITopic;
  readonly definitions: readonly AlarmDefinition[];
}

/** The CloudWatch alarms, each with what it means, where its runbook is, and the commands that show more and cure. */
export class KeyturnAlarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, { settings, topic, definitions }: KeyturnAlarmsProps) {
    super(scope, id);
    const told = new SnsAction(topic);
    this.alarms = definitions
      .filter(({ name }) => !settings.off.includes(name))
      .map((definition) => {
        const alarm = new Alarm(this, definition.name, {
          alarmName: `${ALARM_PREFIX}${definition.name}`,
          alarmDescription: [
            `${definition.text} Runbook: ${settings.runbooks}${definition.name}.md`,
            ...lastLines(definition.name),
          ].join('\n'),
          metric: metricOf(definition),
          threshold: definition.threshold,
          comparisonOperator:
            definition.breaching === 'above'
              ? ComparisonOperator.GREATER_THAN_THRESHOLD
              : ComparisonOperator.LESS_THAN_THRESHOLD,
          evaluationPeriods: definition.periods,
          datapointsToAlarm: definition.outOf,
          treatMissingData:
            definition.silence === 'breaching' ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
        });
        alarm.addAlarmAction(told);
        if (definition.tellsEnd) alarm.addOkAction(told);
        return alarm;
      });
  }
}

function metricOf({ metrics, less, periodMinutes }: AlarmDefinition): IMetric {
  const period = Duration.minutes(periodMinutes);
  const watch = ({ namespace, name, dimensions, statistic }: AlarmMetric) =>
    new Metric({ namespace, metricName: name, dimensionsMap: { ...dimensions }, statistic, period });
  const all = metrics.map(watch);
  const [first] = all;
  if (first !== undefined && less !== undefined) {
    return new MathExpression({
      expression: 'm1 - m2',
      label: 'Difference',
      usingMetrics: { m1: first, m2: watch(less) },
      period,
    });
  }
  if (first !== undefined && all.length === 1) return first;
  // A value below 0, which anybody may put into a metric of Keyturn's own, would hide the others in a sum.
  const [of, label] = metrics.every(({ namespace }) => namespace === METRICS_NAMESPACE)
    ? ['MAX', 'Maximum']
    : ['SUM', 'Sum'];
  // A function over a list takes what is there; m1 + m2 would be nothing where one of the two is.
  return new MathExpression({
    expression: `${of}([${all.map((_, at) => `m${at + 1}`).join(', ')}])`,
    label,
    usingMetrics: Object.fromEntries(all.map((metric, at) => [`m${at + 1}`, metric])),
    period,
  });
}
