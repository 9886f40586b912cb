import * as z from 'zod';
import { DEFAULT_POLICY } from '../../functions/core/config/policy';
import { FUNCTION_NAMES, type FunctionName } from '../../functions/core/names';
import { metricsOf } from '../../functions/core/run-metrics';
import { COUNTERS, type Counter } from '../../functions/core/run-summary';
import { deployed } from '../infra/deployed';
import { ONE_KEY, resourcesOf, synthesize } from '../infra/synthesized';
import { FREE, PRICES } from './prices';
import type { GeneratedRegion } from './region';

/** Keys of a column. */
const SIZES = [1, 100, 1_000] as const;
const HOURS = 730;
const DAYS = HOURS / 24;

/** docs/design/reliability.md, "Nothing due": two sizes and what a run takes at 256 MB, in seconds. */
const MEASURED = [
  { keys: 1_000, seconds: 8.1 },
  { keys: 5_000, seconds: 28.4 },
] as const;
/** The same page, "What is due": calls of rotate and sync for each rotation. */
const CALLS_A_ROTATION = 23.4;

/** More than was seen, where nothing was measured. */
const ASSUMED = {
  /** Secrets that one ListSecrets shows. */
  secretsAPage: 100,
  /** Calls of Secrets Manager a key and day, for the daily look at each place. */
  callsADay: 2,
  /** Seconds that rotate and sync take for one rotation, the minute of its proof included. */
  secondsARotation: 180,
  /** KB that are logged by a run, by a key and day, and by a rotation. */
  kilobytesARun: 10,
  kilobytesADay: 3,
  kilobytesARotation: 60,
} as const;

/** What the template has, by default. */
function counted() {
  const template = synthesize(ONE_KEY);
  const count = (type: string) => resourcesOf(template, type).length;
  const rules = resourcesOf(template, 'AWS::Events::Rule').map(({ Properties }) =>
    String(Properties.ScheduleExpression),
  );
  const daily = rules.filter((expression) => /^cron\(\d+ \d+ \* \* \? \*\)$/.test(expression)).length;
  const hourly = rules.filter((expression) => expression === 'rate(1 hour)').length;
  const [memory] = resourcesOf(template, 'AWS::Lambda::Function').map(({ Properties }) =>
    Number(Properties.MemorySize),
  );
  return {
    kmsKeys: count('AWS::KMS::Key'),
    alarms: count('AWS::CloudWatch::Alarm'),
    alarmMetrics: [...metricsByAlarm().values()].reduce((sum, metrics) => sum + metrics, 0),
    dashboards: count('AWS::CloudWatch::Dashboard'),
    dashboardMetrics: dashboardMetrics(template),
    runs: daily * DAYS + hourly * HOURS,
    customMetrics: FUNCTION_NAMES.reduce(
      (sum, name) => sum + metricsOfAQuietRun(name) * (name === 'sync' ? hourly : DAYS / HOURS),
      0,
    ),
    gigabytes: (memory ?? 0) / 1024,
  };
}

/** How many metrics are sent of a run that finds nothing and does nothing. */
function metricsOfAQuietRun(name: FunctionName): number {
  const zero = Object.fromEntries(COUNTERS.map((counter) => [counter, 0])) as Record<Counter, number>;
  const lost = { unrecorded: 0, unpublished: 0, unforwarded: 0, untold: 0 };
  const ages = { oldestCurrentKeyDays: 10, mostOverdueDays: 0, oldestUndeliveredHours: 0 };
  const quiet = { ...zero, ...lost, ...ages, function: name, run: '', left: 0, examined: 1 };
  return metricsOf(quiet, new Map(), true).reduce(
    (sum, { counts, gauges = {} }) => sum + Object.keys({ ...counts, ...gauges }).length,
    0,
  );
}

const alarmSchema = z.object({
  AlarmName: z.string(),
  Metrics: z.array(z.object({ MetricStat: z.unknown().optional() })).optional(),
});

/** How many metrics each alarm looks at, by its name without the stack's. */
export function metricsByAlarm(): ReadonlyMap<string, number> {
  const alarms = resourcesOf(synthesize(ONE_KEY), 'AWS::CloudWatch::Alarm').map(({ Properties }) => {
    const { AlarmName, Metrics } = alarmSchema.parse(Properties);
    const metrics = Metrics?.filter(({ MetricStat }) => MetricStat !== undefined).length ?? 1;
    return [AlarmName.replace(/^Keyturn-/, ''), metrics] as const;
  });
  return new Map(alarms);
}

const dashboardSchema = z.object({
  widgets: z.array(z.object({ properties: z.object({ metrics: z.array(z.array(z.unknown())).default([]) }) })),
});

/** Those that a dashboard names; what its search for findings finds comes on top. */
function dashboardMetrics(template: ReturnType<typeof synthesize>): number {
  const [dashboard] = resourcesOf(template, 'AWS::CloudWatch::Dashboard');
  const body = deployed(template, dashboard?.Properties.DashboardBody);
  const { widgets } = dashboardSchema.parse(JSON.parse(String(body)));
  return widgets.flatMap(({ properties }) => properties.metrics).filter(([first]) => typeof first === 'string').length;
}

/** One line of a bill: what each size costs, without and with what is free. */
export interface CostLine {
  readonly what: string;
  readonly list: readonly number[];
  readonly free: readonly number[];
}

const less = (amount: number, free: number) => Math.max(0, amount - free);

function fixed(what: string, amount: number, price: number, free = 0): CostLine {
  return {
    what,
    list: SIZES.map(() => amount * price),
    free: SIZES.map(() => less(amount, free) * price),
  };
}

/** Every line, the fixed ones first. */
export function costs(): { readonly fixed: readonly CostLine[]; readonly byKeys: readonly CostLine[] } {
  const { kmsKeys, alarms, alarmMetrics, customMetrics, dashboards, dashboardMetrics: shown } = counted();
  const freeDashboards = shown <= FREE.dashboardMetrics ? FREE.dashboards : 0;
  return {
    fixed: [
      fixed(`${kmsKeys} KMS keys`, kmsKeys, PRICES.kmsKey),
      fixed(`${alarms} alarms on ${alarmMetrics} metrics`, alarmMetrics, PRICES.alarmMetric, FREE.alarmMetrics),
      fixed(
        `metrics of quiet runs: ${customMetrics.toFixed(1)} by their hours`,
        customMetrics,
        PRICES.customMetric,
        FREE.customMetrics,
      ),
      fixed(`${dashboards} dashboard of ${shown} metrics`, dashboards, PRICES.dashboard, freeDashboards),
      fixed('1 secret of a connection', 1, PRICES.secret),
    ],
    byKeys: [
      byKeys('the secrets of the keys', (keys) => keys * PRICES.secret),
      calls(),
      lambda(),
      logs(),
      signatures(),
    ],
  };
}

const rotations = (keys: number) => (keys * DAYS) / DEFAULT_POLICY.rotateAfter;

function byKeys(what: string, list: (keys: number) => number, free = list): CostLine {
  return { what, list: SIZES.map(list), free: SIZES.map(free) };
}

function calls(): CostLine {
  const { runs } = counted();
  const { secretsAPage, callsADay } = ASSUMED;
  const of = (keys: number) =>
    runs * (1 + Math.ceil(keys / secretsAPage)) + keys * DAYS * callsADay + rotations(keys) * CALLS_A_ROTATION;
  return byKeys('calls of Secrets Manager', (keys) => of(keys) * PRICES.secretsManagerCalls);
}

/** Seconds of a quiet run, on the line through what was measured. */
export function secondsOf(keys: number): number {
  const [small, large] = MEASURED;
  return small.seconds + ((large.seconds - small.seconds) * (keys - small.keys)) / (large.keys - small.keys);
}

function lambda(): CostLine {
  const { runs, gigabytes } = counted();
  const used = (keys: number) => (runs * secondsOf(keys) + rotations(keys) * ASSUMED.secondsARotation) * gigabytes;
  const requests = (keys: number) => runs + rotations(keys) * 3;
  return byKeys(
    'Lambda',
    (keys) => used(keys) * PRICES.lambdaGbSecond + requests(keys) * PRICES.lambdaRequest,
    (keys) =>
      less(used(keys), FREE.lambdaGbSeconds) * PRICES.lambdaGbSecond +
      less(requests(keys), FREE.lambdaRequests) * PRICES.lambdaRequest,
  );
}

function logs(): CostLine {
  const { runs } = counted();
  const { kilobytesARun, kilobytesADay, kilobytesARotation } = ASSUMED;
  const gigabytes = (keys: number) =>
    (runs * kilobytesARun + keys * DAYS * kilobytesADay + rotations(keys) * kilobytesARotation) / 1e6;
  // A year's worth is kept, as after the first year.
  const list = (keys: number) => gigabytes(keys) * (PRICES.logsIn + 12 * PRICES.logsKept);
  return byKeys('logs: a month written, a year kept', list, (keys) => {
    const written = less(gigabytes(keys), FREE.logsGb) * PRICES.logsIn;
    return written + less(gigabytes(keys) * 12, FREE.logsGb) * PRICES.logsKept;
  });
}

function signatures(): CostLine {
  const { runs } = counted();
  return byKeys('signatures of KMS', (keys) => (runs + 3 * rotations(keys)) * PRICES.kmsSignature);
}

const sum = (lines: readonly CostLine[], of: 'list' | 'free') =>
  SIZES.map((_, at) => lines.reduce((total, line) => total + (line[of][at] ?? 0), 0));

/** What a month costs before there is any key, in dollars. */
export function fixedCost(): { readonly list: number; readonly free: number } {
  const { fixed: lines } = costs();
  return { list: sum(lines, 'list')[0] ?? 0, free: sum(lines, 'free')[0] ?? 0 };
}

function costTable(): string {
  const { fixed: fixedLines, byKeys: lines } = costs();
  const dollars = (amounts: readonly number[]) => amounts.map((amount) => amount.toFixed(2)).join(' | ');
  const row = (what: string, amounts: readonly number[]) => `| ${what} | ${dollars(amounts)} |`;
  const all = [...fixedLines, ...lines];
  return [
    `| US dollars a month, ${PRICES.region}, ${PRICES.asOf} | 1 key | 100 keys | 1,000 keys |`,
    '| --- | --: | --: | --: |',
    ...fixedLines.map(({ what, list }) => row(what, list)),
    row('**the fixed part**', sum(fixedLines, 'list')),
    ...lines.map(({ what, list }) => row(what, list)),
    row('**all of it**', sum(all, 'list')),
    row('the fixed part, less what is always free', sum(fixedLines, 'free')),
    row('**all of it, less what is always free**', sum(all, 'free')),
  ].join('\n');
}

/** The table of docs/operate/cost.md. */
export const COST_REGION: GeneratedRegion = {
  document: 'docs/operate/cost.md',
  markers: ['<!-- cost: npm run docs -->', '<!-- /cost -->'],
  make: costTable,
};
