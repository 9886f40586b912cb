import { describe, expect, it } from 'vitest';
import { ALARM_NAMES } from '../../functions/core/config/alarm-names';
import type { ConfigInput } from '../../functions/core/config/config';
import { FUNCTION_NAMES, METRICS_NAMESPACE } from '../../functions/core/names';
import { deployed } from './deployed';
import { endpointThatGives, ONE_KEY, resourcesOf, synthesize } from './synthesized';

interface MetricStat {
  readonly Metric: {
    readonly Namespace: string;
    readonly MetricName: string;
    readonly Dimensions: readonly { readonly Name: string; readonly Value: string }[];
  };
  readonly Period: number;
  readonly Stat: string;
}

interface Alarm {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly AlarmActions: readonly string[];
  readonly OKActions?: readonly string[];
  readonly ComparisonOperator: string;
  readonly Threshold: number;
  readonly EvaluationPeriods: number;
  readonly DatapointsToAlarm: number;
  readonly TreatMissingData: string;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: MetricStat['Metric']['Dimensions'];
  readonly Statistic?: string;
  readonly Period?: number;
  readonly Metrics?: readonly {
    readonly Id: string;
    readonly Expression?: string;
    readonly MetricStat?: MetricStat;
    readonly ReturnData?: boolean;
  }[];
}

function alarmsOf(config: Partial<ConfigInput> = {}): ReadonlyMap<string, Alarm> {
  const template = synthesize({ ...ONE_KEY, ...config });
  return new Map(
    resourcesOf(template, 'AWS::CloudWatch::Alarm').map(({ Properties }) => {
      const alarm = deployed(template, Properties) as Alarm;
      return [alarm.AlarmName.replace(/^Keyturn-/, ''), alarm];
    }),
  );
}

/** `Namespace Metric dimension=value … statistic/seconds` of all that an alarm watches. */
function metricsOf({ Metrics, Namespace = '', MetricName = '', Dimensions = [], Statistic = '', Period = 0 }: Alarm) {
  const single = { Metric: { Namespace, MetricName, Dimensions }, Stat: Statistic, Period };
  const stats = Metrics?.flatMap(({ MetricStat }) => MetricStat ?? []) ?? [single];
  return stats.map(({ Metric, Stat, Period: seconds }) => {
    const dimensions = Metric.Dimensions.map(({ Name, Value }) => `${Name}=${Value.replace(/^.*:/, '')}`);
    return [Metric.Namespace, Metric.MetricName, ...dimensions, `${Stat}/${seconds}`].join(' ');
  });
}

/** What Lambda itself counts: nobody else can put a value there. */
function runsOf(name: string, metric: string): RegExp {
  return new RegExp(`^AWS/Lambda ${metric} FunctionName=KeyRotation${name}Function\\w+ Sum/3600$`, 'i');
}

/** With everything that has an alarm of its own. */
const EVERYTHING: Partial<ConfigInput> = {
  audit: { forwardTo: 'arn:aws:events:eu-west-1:444455556666:event-bus/security', archive: { years: 7 } },
  provider: endpointThatGives({ secrets: [{ secret: 'shop/db', variable: 'DB_PASSWORD' }] }),
};
const alarms = alarmsOf(EVERYTHING);

describe('the alarms', () => {
  it('are one for each name', () => {
    expect([...alarms.keys()]).toEqual([...ALARM_NAMES]);
  });

  it('watch forwarding, archive and the endpoint of a provider only where there are', () => {
    expect([...alarmsOf().keys()]).toEqual(
      ALARM_NAMES.filter(
        (name) =>
          !/^(forwarding|archive|silent-archive|provider-(failing|throttled|refusing)|token-reused)$/.test(name),
      ),
    );
  });

  it.each<[string, string, string]>([
    ['overdue', 'Keyturn MostOverdueDays function=rotate service=keyturn Maximum/3600', '> 3, 1 of 26, notBreaching'],
    [
      'undelivered',
      'Keyturn OldestUndeliveredHours function=sync service=keyturn Maximum/3600',
      '> 2, 1 of 2, notBreaching',
    ],
    ['token-reused', 'Keyturn TokensReused function=endpoint service=keyturn Maximum/60', '> 0, 1 of 10, notBreaching'],
    [
      'provider-refusing',
      'Keyturn StepsRefused function=endpoint service=keyturn Maximum/60',
      '> 0, 1 of 60, notBreaching',
    ],
    ['provider-throttled', 'Keyturn RequestsThrottled Maximum/60', '> 0, 1 of 60, notBreaching'],
    ['forwarding', 'Keyturn Unforwarded service=keyturn Maximum/3600', '> 0, 1 of 26, notBreaching'],
    ['untold', 'Keyturn Untold service=keyturn Maximum/3600', '> 0, 1 of 26, notBreaching'],
    ['two-keys', 'Keyturn Findings finding=two-keys service=keyturn Maximum/3600', '> 0, 1 of 26, notBreaching'],
    ['foreign-key', 'Keyturn Findings finding=foreign-key service=keyturn Maximum/3600', '> 0, 1 of 26, notBreaching'],
    ['hold-limit', 'Keyturn Findings finding=hold-limit service=keyturn Maximum/3600', '> 0, 1 of 26, notBreaching'],
    [
      'token-rejected',
      'Keyturn Findings finding=token-rejected service=keyturn Maximum/3600',
      '> 0, 1 of 26, notBreaching',
    ],
    [
      'token-expires',
      'Keyturn Findings finding=token-expires service=keyturn Maximum/3600',
      '> 0, 1 of 26, notBreaching',
    ],
  ])('%s watches %s: %s', (name, metric, when) => {
    const alarm = alarms.get(name);

    expect(alarm && metricsOf(alarm)).toEqual([metric]);
    expect(alarm && conditionOf(alarm)).toBe(when);
  });

  it.each(FUNCTION_NAMES)('silent-%s watches the invocations that were no errors', (name) => {
    const alarm = alarms.get(`silent-${name}`);

    expect(alarm && metricsOf(alarm)).toEqual(
      ['Invocations', 'Errors'].map((metric) => expect.stringMatching(runsOf(name, metric))),
    );
    expect(alarm?.Metrics?.flatMap(({ Expression }) => Expression ?? [])).toEqual(['m1 - m2']);
    expect(alarm && conditionOf(alarm)).toBe(`< 1, ${name === 'sync' ? '3 of 3' : '26 of 26'}, breaching`);
  });

  it.each<[string, string, readonly string[], string]>([
    [
      'errors',
      'SUM',
      ['Rotate', 'Deactivate', 'Delete', 'Sync'].map((name) =>
        expect.stringMatching(new RegExp(`^AWS/Lambda Errors FunctionName=KeyRotation${name}Function\\w+ Sum/3600$`)),
      ),
      '> 1, 1 of 1, notBreaching',
    ],
    [
      'failing',
      'MAX',
      ['rotate', 'deactivate', 'delete'].map((name) => `Keyturn Failed function=${name} service=keyturn Maximum/3600`),
      '> 0, 2 of 50, notBreaching',
    ],
    [
      'dead-letters',
      'SUM',
      ['UndeliveredEvents', 'FailedRuns'].map((name) =>
        expect.stringMatching(
          new RegExp(`^AWS/SQS ApproximateNumberOfMessagesVisible QueueName=KeyRotation${name}\\w+ Maximum/300$`),
        ),
      ),
      '> 0, 1 of 1, notBreaching',
    ],
    [
      'record-incomplete',
      'MAX',
      [
        'Keyturn Unrecorded service=keyturn Maximum/3600',
        'Keyturn Unpublished service=keyturn Maximum/3600',
        'Keyturn Findings finding=record-unavailable service=keyturn Maximum/3600',
      ],
      '> 0, 1 of 26, notBreaching',
    ],
    [
      'provider-failing',
      'SUM',
      [
        expect.stringMatching(/^AWS\/ApiGateway 5xx ApiId=KeyRotationProviderFrontApi\w+ Sum\/3600$/),
        ...['Errors', 'Throttles'].map((metric) =>
          expect.stringMatching(
            new RegExp(`^AWS/Lambda ${metric} FunctionName=KeyRotationProviderFunction\\w+ Sum/3600$`),
          ),
        ),
      ],
      '> 0, 1 of 1, notBreaching',
    ],
  ])('%s takes the %s of what it watches', (name, of, metrics, when) => {
    const alarm = alarms.get(name);
    const ids = metrics.map((_, at) => `m${at + 1}`);

    expect(alarm && metricsOf(alarm)).toEqual(metrics);
    expect(alarm && conditionOf(alarm)).toBe(when);
    // CloudWatch: exactly one of them is what the alarm is about.
    const [sum, ...others] = alarm?.Metrics?.filter(({ ReturnData }) => ReturnData !== false) ?? [];
    expect(sum?.Expression).toBe(`${of}([${ids.join(', ')}])`);
    expect(others).toEqual([]);
  });

  it('K8: nothing that anybody but AWS may write is added up: a value below 0 would hide one', () => {
    for (const { Metrics = [], Namespace, Statistic } of alarms.values()) {
      const ours = Metrics.some(({ MetricStat }) => MetricStat?.Metric.Namespace === METRICS_NAMESPACE);
      const sums = Metrics.filter(({ MetricStat, Expression }) =>
        MetricStat === undefined ? Expression?.startsWith('SUM') : MetricStat.Stat === 'Sum',
      );
      if (ours) expect(sums).toEqual([]);
      if (Namespace === METRICS_NAMESPACE) expect(Statistic).toBe('Maximum');
    }
  });

  it('archive is on when events could not be written, kept or handed over', () => {
    const alarm = alarms.get('archive');

    expect(alarm && metricsOf(alarm)).toEqual([
      expect.stringMatching(
        /^AWS\/SQS ApproximateNumberOfMessagesVisible QueueName=KeyRotationUnarchivedEvents\w+ Maximum\/3600$/,
      ),
      expect.stringMatching(/^AWS\/Lambda AsyncEventsDropped FunctionName=KeyRotationArchiveFunction\w+ Sum\/3600$/),
      'AWS/Logs DeliveryErrors DestinationType=Lambda FilterName=keyturn-archive LogGroupName=/keyturn/audit Sum/3600',
    ]);
    expect(alarm && conditionOf(alarm)).toBe('> 0, 1 of 26, notBreaching');
  });

  it('silent-archive is on when nothing has been archived for a day and a bit', () => {
    const alarm = alarms.get('silent-archive');

    expect(alarm && metricsOf(alarm)).toEqual([
      expect.stringMatching(/^AWS\/Lambda Invocations FunctionName=KeyRotationArchiveFunction\w+ Sum\/3600$/),
    ]);
    expect(alarm && conditionOf(alarm)).toBe('< 1, 26 of 26, breaching');
  });

  it('untold says that the topic may be broken, and that there is another way', () => {
    expect(alarms.get('untold')?.AlarmDescription).toMatch(
      /The topic itself may be broken.*a second channel, an EventBridge rule on 'CloudWatch Alarm State Change'/,
    );
  });

  it('watch the function that reports as well', () => {
    const errors = alarmsOf({ audit: { archive: { years: 7 }, report: {} } }).get('errors');

    expect(errors && metricsOf(errors)).toHaveLength(5);
  });

  it('keep to what CloudWatch allows: seven days of hours, a day of less, ten metrics, 1,024 characters', () => {
    const longest = alarmsOf({
      ...EVERYTHING,
      alarms: { silentDailyHours: 168, silentReconcileHours: 168, runbooks: `https://${'x'.repeat(503)}/` },
    });

    for (const [name, alarm] of longest) {
      const period = alarm.Period ?? alarm.Metrics?.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period ?? 0;
      const seconds = period * alarm.EvaluationPeriods;
      expect(seconds, name).toBeLessThanOrEqual(period >= 3600 ? 7 * 86_400 : 86_400);
      expect(alarm.Metrics?.length ?? 1, name).toBeLessThanOrEqual(10);
      expect(alarm.AlarmDescription.length, name).toBeLessThanOrEqual(1024);
    }
  });

  it('say what they mean, whether anything is broken, and where their runbook is', () => {
    for (const [name, { AlarmDescription }] of alarms) {
      expect(AlarmDescription, name).toMatch(/(Nothing is (broken|half-done|lost)|fails now|are still made)/);
      expect(AlarmDescription, name).toMatch(new RegExp(` Runbook: docs/operate/runbooks/${name}\\.md$`, 'm'));
    }
  });

  it('end with the command that shows more and the one that cures, of the finding where they belong to one', () => {
    const lines = (name: string) => alarms.get(name)?.AlarmDescription.split('\n').slice(1);
    const each = (what: string) => `Cure of each ${what} that it shows, unless it says another:`;
    for (const [name, { AlarmDescription }] of alarms)
      expect(AlarmDescription, name).toMatch(/\nMore: keyturn (status|doctor)(\nCure of each .*: keyturn .*)?$/);
    expect(lines('errors')).toEqual(['More: keyturn doctor']);
    expect(lines('overdue')).toEqual(['More: keyturn status', `${each('KEY')} keyturn rotate KEY --why overdue`]);
    expect(lines('undelivered')?.[1]).toBe(`${each('KEY')} keyturn deliver KEY --why undelivered`);
    expect(lines('token-expires')).toEqual([
      'More: keyturn doctor',
      `${each('CONNECTION')} keyturn connect CONNECTION`,
    ]);
  });

  it('tell people by the topic; that it is over only where it can be over by itself, never of findings', () => {
    for (const [name, { AlarmActions, OKActions }] of alarms) {
      expect(AlarmActions, name).toEqual([expect.stringContaining('Topic')]);
      const tellsEnd =
        /^(overdue|undelivered|provider-failing|provider-throttled|silent-\w+|dead-letters|forwarding)$/.test(name);
      expect(OKActions, name).toEqual(tellsEnd ? AlarmActions : undefined);
    }
  });

  it('take thresholds and runbooks from the settings, and leave out what is not wanted', () => {
    const own = alarmsOf({
      ...EVERYTHING,
      alarms: {
        overdueDays: 0.5,
        undeliveredHours: 4,
        silentDailyHours: 30,
        silentReconcileHours: 2,
        failedRuns: 3,
        deadLetters: 10,
        tokenExpiresInDays: 30,
        runbooks: 'https://wiki.example.com/',
        off: ['foreign-key', 'silent-delete'],
      },
    });
    const condition = (name: string) => {
      const alarm = own.get(name);
      return alarm && conditionOf(alarm);
    };

    expect([...own.keys()]).toEqual(ALARM_NAMES.filter((name) => name !== 'foreign-key' && name !== 'silent-delete'));
    expect(condition('overdue')).toBe('> 0.5, 1 of 26, notBreaching');
    expect(condition('undelivered')).toBe('> 4, 1 of 2, notBreaching');
    expect(condition('silent-rotate')).toBe('< 1, 30 of 30, breaching');
    expect(condition('silent-sync')).toBe('< 1, 2 of 2, breaching');
    expect(condition('errors')).toBe('> 3, 1 of 1, notBreaching');
    expect(own.get('errors')?.AlarmDescription).toMatch(/^More than 3 runs of the functions failed within an hour/);
    expect(alarms.get('errors')?.AlarmDescription).toMatch(/^More than 1 run of the functions failed within an hour/);
    expect(condition('dead-letters')).toBe('> 10, 1 of 1, notBreaching');
    expect(own.get('token-expires')?.AlarmDescription).toMatch(
      / within 30 days.* https:\/\/wiki\.example\.com\/token-expires\.md$/m,
    );
  });
});

function conditionOf(alarm: Alarm): string {
  const { ComparisonOperator, Threshold, DatapointsToAlarm, EvaluationPeriods, TreatMissingData } = alarm;
  const operator = { GreaterThanThreshold: '>', LessThanThreshold: '<' }[ComparisonOperator];
  return `${operator} ${Threshold}, ${DatapointsToAlarm} of ${EvaluationPeriods}, ${TreatMissingData}`;
}
