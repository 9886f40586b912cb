import type { AlarmDefinition } from './alarm-definition';
import type { TimeSeries } from './metric-math';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** How many periods more than the evaluation periods CloudWatch looks back for data that is missing. */
export const EXTRA_PERIODS = 2;

/** What decides about an alarm's state. */
type Rules = Pick<
  AlarmDefinition,
  'ComparisonOperator' | 'Threshold' | 'EvaluationPeriods' | 'DatapointsToAlarm' | 'TreatMissingData'
>;

/**
 * The state of an alarm, by "Configuring how CloudWatch alarms treat missing data" of the CloudWatch User Guide: data
 * from the whole evaluation range comes first, and what is missing is filled in only where there is too little of it.
 *
 * @param points the evaluation range, newest first: the evaluation periods and `EXTRA_PERIODS` more
 */
export function evaluate(points: TimeSeries, rules: Rules, current: AlarmState): AlarmState {
  const { EvaluationPeriods: periods, DatapointsToAlarm: needed = periods, TreatMissingData: treatment } = rules;
  const present = points.filter((point) => point !== undefined).slice(0, periods);
  const breaching = present.filter((point) => breaches(point, rules)).length;
  const missing = periods - present.length;
  if (breaching >= needed) return 'ALARM';
  if (missing === 0) return 'OK';
  switch (treatment) {
    case 'breaching':
      return breaching + missing >= needed ? 'ALARM' : 'OK';
    case 'notBreaching':
      return 'OK';
    case 'ignore':
      return breaching < present.length ? 'OK' : current;
    default:
      if (present.length === 0) return 'INSUFFICIENT_DATA';
      if (breaching < present.length) return 'OK';
      // Everything that there is breaches: an alarm once the oldest of it is as old as the data that an alarm needs.
      return points.findLastIndex((point) => point !== undefined) + 1 >= needed ? 'ALARM' : current;
  }
}

export function breaches(value: number, { ComparisonOperator, Threshold }: Rules): boolean {
  switch (ComparisonOperator) {
    case 'GreaterThanThreshold':
      return value > Threshold;
    case 'GreaterThanOrEqualToThreshold':
      return value >= Threshold;
    case 'LessThanThreshold':
      return value < Threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= Threshold;
  }
}

const WORDS: Readonly<Record<AlarmDefinition['ComparisonOperator'], string>> = {
  GreaterThanThreshold: 'greater than',
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
};

/** CloudWatch's sentence about a change of state. */
export function reasonOf(points: TimeSeries, rules: Rules, state: AlarmState, current: AlarmState): string {
  const { EvaluationPeriods: periods, DatapointsToAlarm: needed = periods, Threshold, ComparisonOperator } = rules;
  if (state === 'INSUFFICIENT_DATA') return `Insufficient Data: ${count(periods)} unknown.`;
  const present = points.filter((point) => point !== undefined).slice(0, periods);
  const wanted = state === 'ALARM' ? needed : periods - needed + 1;
  const transition = `(minimum ${wanted} datapoint${wanted === 1 ? '' : 's'} for ${current} -> ${state} transition)`;
  if (present.length === 0) {
    const treated = rules.TreatMissingData === 'breaching' ? 'Breaching' : 'NonBreaching';
    return `Threshold Crossed: no datapoints were received for ${periods} period${periods === 1 ? '' : 's'} and ${periods} missing datapoint${periods === 1 ? ' was' : 's were'} treated as [${treated}].`;
  }
  const crossed = present.filter((point) => breaches(point, rules) === (state === 'ALARM'));
  const [verb, not] = [crossed.length === 1 ? 'was' : 'were', state === 'ALARM' ? '' : ' not'];
  const values = crossed.map((value) => (Number.isInteger(value) ? value.toFixed(1) : String(value))).join(', ');
  const threshold = Number.isInteger(Threshold) ? Threshold.toFixed(1) : String(Threshold);
  return `Threshold Crossed: ${crossed.length} out of the last ${periods} datapoints [${values}] ${verb}${not} ${WORDS[ComparisonOperator]} the threshold (${threshold}) ${transition}.`;
}

function count(periods: number): string {
  return periods === 1 ? '1 datapoint was' : `${periods} datapoints were`;
}
