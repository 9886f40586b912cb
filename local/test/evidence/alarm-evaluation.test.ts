import { describe, expect, test } from 'vitest';
import { type AlarmState, evaluate } from '../../evidence/cloudwatch/alarm-evaluation';

const TREATMENTS = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;

/** `0 - X`, oldest first: within the threshold, missing, breaching. */
function points(picture: string): (number | undefined)[] {
  const values = { '0': 0, X: 1, '-': undefined };
  return picture
    .split(' ')
    .map((sign) => values[sign as keyof typeof values])
    .reverse();
}

function states(picture: string, needed: number, periods: number, current: AlarmState) {
  return TREATMENTS.map((TreatMissingData) =>
    evaluate(
      points(picture),
      {
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: 0,
        EvaluationPeriods: periods,
        DatapointsToAlarm: needed,
        TreatMissingData,
      },
      current,
    ),
  );
}

/** The tables of "Configuring how CloudWatch alarms treat missing data": missing, ignore, breaching, notBreaching. */
describe('three of three', () => {
  test.each<[string, (AlarmState | 'same')[]]>([
    ['0 - X - X', ['OK', 'OK', 'OK', 'OK']],
    ['0 X 0 - X', ['OK', 'OK', 'OK', 'OK']],
    ['0 - - - -', ['OK', 'OK', 'OK', 'OK']],
    ['- - - - -', ['INSUFFICIENT_DATA', 'same', 'ALARM', 'OK']],
    ['0 X X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['- - X - -', ['ALARM', 'same', 'ALARM', 'OK']],
    ['- - - - X', ['same', 'same', 'ALARM', 'OK']],
  ])('%s', (picture, expected) => {
    for (const current of ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const) {
      const wanted = expected.map((state) => (state === 'same' ? current : state));
      expect(states(picture, 3, 3, current)).toEqual(wanted);
    }
  });
});

describe('two of three', () => {
  test.each<[string, AlarmState[]]>([
    ['0 - X - X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0 0 X 0 X', ['ALARM', 'ALARM', 'ALARM', 'ALARM']],
    ['0 - X - -', ['OK', 'OK', 'ALARM', 'OK']],
    ['- - - - 0', ['OK', 'OK', 'ALARM', 'OK']],
    ['X X 0 0 0', ['OK', 'OK', 'OK', 'OK']],
  ])('%s', (picture, expected) => {
    expect(states(picture, 2, 3, 'OK')).toEqual(expected);
  });
});
