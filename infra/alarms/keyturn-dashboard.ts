import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  type IMetric,
  type IWidget,
  LogQueryVisualizationType,
  LogQueryWidget,
  MathExpression,
  Metric,
} from 'aws-cdk-lib/aws-cloudwatch';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { counterName, FUNCTION_NAMES, type FunctionName, METRIC, METRICS_NAMESPACE } from '../../functions/core/names';
import type { AlarmMetric } from './alarm-definition';
import { runMetric, sharedMetric } from './alarm-metrics';

export interface KeyturnDashboardProps {
  readonly alarms: readonly Alarm[];
  /** The record of record. */
  readonly auditLog: ILogGroup;
}

/** Keys that the list of next due dates names. */
const NEXT_DUE = 10;

/** The CloudWatch dashboard `Keyturn`: how the keys stand, what was done, and whether everything runs. */
export class KeyturnDashboard extends Construct {
  private readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, { alarms, auditLog }: KeyturnDashboardProps) {
    super(scope, id);
    this.dashboard = new Dashboard(this, 'Dashboard', {
      dashboardName: 'Keyturn',
      defaultInterval: Duration.days(30),
    });
    this.addAlarms('Alarms', alarms);
    for (const row of [standing(), work(), activity(auditLog), telling(auditLog)]) this.dashboard.addWidgets(...row);
  }

  /** Those of the endpoint of a provider, which is made later. */
  showProvider(alarms: readonly Alarm[]): void {
    this.addAlarms("Alarms of the provider's endpoint", alarms);
  }

  private addAlarms(title: string, alarms: readonly Alarm[]): void {
    if (alarms.length > 0) this.dashboard.addWidgets(new AlarmStatusWidget({ title, alarms: [...alarms], width: 24 }));
  }
}

/** How the keys stand. */
function standing(): readonly IWidget[] {
  return [
    graph('Oldest current key (days)', [metric(METRIC.oldestCurrentKeyDays, 'rotate', 'Maximum', 'oldest')]),
    graph('Most overdue current key (days)', [metric(METRIC.mostOverdueDays, 'rotate', 'Maximum', 'most overdue')]),
    graph('Oldest version that waits for delivery (hours)', [
      metric(METRIC.oldestUndeliveredHours, 'sync', 'Maximum', 'oldest'),
    ]),
  ];
}

/** What was done and what was not. */
function work(): readonly IWidget[] {
  return [
    graph('What was done', [
      metric(counterName('rotated'), 'rotate', 'Sum', 'rotated'),
      metric(counterName('delivered'), 'sync', 'Sum', 'delivered'),
      metric(counterName('deactivated'), 'deactivate', 'Sum', 'deactivated'),
      metric(counterName('deleted'), 'delete', 'Sum', 'deleted'),
    ]),
    graph('What waits', [
      ofAll(counterName('held'), 'held'),
      ofAll(counterName('blocked'), 'blocked'),
      ofAll(METRIC.left, 'left'),
    ]),
    graph(
      'Failed steps',
      FUNCTION_NAMES.map((name) => metric(counterName('failed'), name, 'Sum', name)),
    ),
  ];
}

/** What was found and delivered, and whether everything runs. */
function activity(auditLog: ILogGroup): readonly IWidget[] {
  return [
    graph('Findings', [
      new MathExpression({
        expression: `SEARCH('{${METRICS_NAMESPACE},service,finding} MetricName="${METRIC.findings}"', 'Sum', 86400)`,
        label: '',
        usingMetrics: {},
        period: Duration.days(1),
      }),
    ]),
    graph(
      'Heartbeat: finished runs',
      FUNCTION_NAMES.map((name) => metric(METRIC.finished, name, 'Sum', name)),
    ),
    query(auditLog, 'Deliveries by host', LogQueryVisualizationType.BAR, 8, [
      'filter event = "target-delivered"',
      'parse target "* *" as host, place',
      'stats count(*) as deliveries by host',
    ]),
  ];
}

/** What nobody was told, and what comes next. */
function telling(auditLog: ILogGroup): readonly IWidget[] {
  return [
    graph('Neither recorded, published nor told', [
      shared(METRIC.unrecorded, 'unrecorded'),
      shared(METRIC.unpublished, 'unpublished'),
      shared(METRIC.untold, 'untold'),
    ]),
    query(auditLog, 'Next due dates', LogQueryVisualizationType.TABLE, 16, [
      `fields ${nextDue().join(', ')}`,
      'filter event = "run-finished" and function = "rotate"',
      'sort @timestamp desc',
      'limit 1',
    ]),
  ];
}

function metric(name: string, of: FunctionName, statistic: 'Maximum' | 'Sum', label: string): Metric {
  return shown({ ...runMetric(name, of), statistic }, label);
}

function shared(name: string, label: string): Metric {
  return shown({ ...sharedMetric(name), statistic: 'Sum' }, label);
}

function shown({ namespace, name: metricName, dimensions, statistic }: AlarmMetric, label: string): Metric {
  const period = Duration.days(1);
  return new Metric({ namespace, metricName, dimensionsMap: { ...dimensions }, statistic, label, period });
}

function ofAll(name: string, label: string): IMetric {
  const named = Object.fromEntries(FUNCTION_NAMES.map((of) => [`${label}_${of}`, metric(name, of, 'Sum', of)]));
  return new MathExpression({
    expression: `SUM([${Object.keys(named).join(', ')}])`,
    label,
    usingMetrics: named,
    period: Duration.days(1),
  });
}

function graph(title: string, left: readonly IMetric[]): GraphWidget {
  return new GraphWidget({ title, left: [...left], width: 8, height: 6, leftYAxis: { min: 0, showUnits: false } });
}

function query(
  { logGroupName }: ILogGroup,
  title: string,
  view: LogQueryVisualizationType,
  width: number,
  queryLines: string[],
): LogQueryWidget {
  return new LogQueryWidget({ title, view, width, height: 6, logGroupNames: [logGroupName], queryLines });
}

/** A run's end names the keys that are due next, soonest first. */
function nextDue(): readonly string[] {
  return Array.from(
    { length: NEXT_DUE },
    (_, at) => `concat(facts.nextDue.${at}.at, " ", facts.nextDue.${at}.key) as due${at + 1}`,
  );
}
