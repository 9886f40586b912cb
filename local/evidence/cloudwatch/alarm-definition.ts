import * as z from 'zod';
import { AwsError } from '../../account/aws-error';
import { compileMath, type MathExpression } from './metric-math';
import type { MetricId } from './metrics';

/** CloudFormation writes numbers and flags as text where it likes. */
const number = z.coerce.number();
const flag = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
const Period = number.refine(
  (seconds) => [10, 20, 30].includes(seconds) || (seconds > 0 && seconds % 60 === 0),
  'must be 10, 20, 30 or a multiple of 60 seconds',
);
const statistic = z.enum(['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount']);
export type Statistic = z.output<typeof statistic>;
const Dimensions = z
  .array(z.strictObject({ Name: z.string().min(1), Value: z.string().min(1) }))
  .max(30)
  .default([]);
const actions = z.array(z.string().startsWith('arn:')).max(5).default([]);

const metricQuery = z.strictObject({
  Id: z.string().regex(/^[a-z]\w*$/, 'must begin with a small letter'),
  Expression: z.string().min(1).optional(),
  MetricStat: z
    .strictObject({
      Metric: z.strictObject({ Namespace: z.string(), MetricName: z.string(), Dimensions }),
      Period,
      Stat: statistic,
      Unit: z.string().optional(),
    })
    .optional(),
  Label: z.string().optional(),
  Period: Period.optional(),
  ReturnData: flag.default(true),
});
type MetricQuery = z.output<typeof metricQuery>;

/** PutMetricAlarm's parameters, as far as they are supported; what is not is refused by its name. */
const alarm = z.strictObject({
  AlarmName: z.string().min(1).max(255),
  AlarmDescription: z.string().max(1024).default(''),
  ActionsEnabled: flag.default(true),
  AlarmActions: actions,
  OKActions: actions,
  InsufficientDataActions: actions,
  Namespace: z.string().min(1).optional(),
  MetricName: z.string().min(1).optional(),
  Dimensions,
  Statistic: statistic.optional(),
  Period: Period.optional(),
  Unit: z.string().optional(),
  Metrics: z.array(metricQuery).min(1).max(20).optional(),
  EvaluationPeriods: number.int().min(1),
  DatapointsToAlarm: number.int().min(1).optional(),
  Threshold: number,
  ComparisonOperator: z.enum([
    'GreaterThanThreshold',
    'GreaterThanOrEqualToThreshold',
    'LessThanThreshold',
    'LessThanOrEqualToThreshold',
  ]),
  TreatMissingData: z.enum(['missing', 'ignore', 'breaching', 'notBreaching']).default('missing'),
  Tags: z.array(z.unknown()).optional(),
});
export type AlarmDefinition = z.output<typeof alarm>;

/** One thing that an alarm's value is made of. */
export type AlarmQuery = { readonly id: string; readonly isReturned: boolean } & (
  | { readonly metric: MetricId; readonly statistic: Statistic }
  | { readonly expression: MathExpression }
);

/** An alarm that has been checked, ready to be evaluated. Periods are in ms. */
export interface CheckedAlarm {
  readonly definition: AlarmDefinition;
  readonly queries: readonly AlarmQuery[];
  readonly period: number;
}

/** @throws AwsError ValidationError that names the parameter */
export function checkAlarm(input: unknown): CheckedAlarm {
  const parsed = alarm.safeParse(input);
  if (!parsed.success) {
    const found = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'alarm'}: ${message}`);
    throw invalid(found.join('; '));
  }
  const definition = parsed.data;
  const { EvaluationPeriods, DatapointsToAlarm = EvaluationPeriods, Metrics } = definition;
  if (DatapointsToAlarm > EvaluationPeriods) throw invalid('DatapointsToAlarm is greater than EvaluationPeriods');
  const { queries, period } = Metrics === undefined ? single(definition) : several(Metrics);
  // "EvaluationPeriods" in PutMetricAlarm's API reference: a day, or seven with periods of an hour and more.
  const most = period >= 3600 ? 604_800 : 86_400;
  if (EvaluationPeriods * period > most) {
    throw invalid(`EvaluationPeriods times Period is ${EvaluationPeriods * period} seconds, over ${most}`);
  }
  return { definition, queries, period: period * 1000 };
}

function single({ Namespace, MetricName, Dimensions, Statistic, Period }: AlarmDefinition) {
  if (Namespace === undefined || MetricName === undefined || Statistic === undefined || Period === undefined) {
    throw invalid('Namespace, MetricName, Statistic and Period are needed, or Metrics');
  }
  const metric = { namespace: Namespace, name: MetricName, dimensions: dimensionsOf(Dimensions) };
  return { queries: [{ id: 'm1', isReturned: true, metric, statistic: Statistic }], period: Period };
}

function several(metrics: readonly MetricQuery[]) {
  const ids = metrics.map(({ Id }) => Id);
  if (new Set(ids).size < ids.length) throw invalid('Metrics: an Id is there twice');
  if (metrics.filter(({ ReturnData }) => ReturnData).length !== 1) {
    throw invalid('Metrics: exactly one must have ReturnData');
  }
  const periods = new Set(metrics.flatMap(({ MetricStat, Period: own }) => MetricStat?.Period ?? own ?? []));
  const [period] = periods;
  if (period === undefined || periods.size > 1) throw invalid('Metrics: all must have the same Period');
  const queries = metrics.map(({ Id: id, Expression, MetricStat, ReturnData: isReturned }): AlarmQuery => {
    if ((Expression === undefined) === (MetricStat === undefined)) {
      throw invalid(`Metrics: ${id} needs either Expression or MetricStat`);
    }
    if (MetricStat === undefined) return { id, isReturned, expression: compileMath(Expression ?? '') };
    const { Namespace, MetricName, Dimensions: dimensions } = MetricStat.Metric;
    const metric = { namespace: Namespace, name: MetricName, dimensions: dimensionsOf(dimensions) };
    return { id, isReturned, metric, statistic: MetricStat.Stat };
  });
  return { queries, period };
}

function dimensionsOf(dimensions: AlarmDefinition['Dimensions']): Record<string, string> {
  return Object.fromEntries(dimensions.map(({ Name, Value }) => [Name, Value]));
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationError', 400, message);
}
