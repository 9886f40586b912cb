import { bold } from 'yoctocolors';
import { table } from '../../cli/render/table';
import type { MeasuredBundle } from './bundles';
import type { CallsByOperation } from './call-tally';
import type { DueToDelivered } from './due-to-delivered';
import type { HandOver } from './hand-over';
import type { MeasuredRotations, MeasuredSize } from './measure-size';
import { type MeasuredRun, wallAtShare } from './measured-run';
import type { ColdStart } from './provider/measure-cold-start';
import type { MeasuredProvider } from './provider/measure-provider';
import { type Growth, slopeOf } from './size-targets';
import { MEMORY, type Target } from './targets';
import type { MeasuredTear } from './torn-pair';
import type { TornTime } from './torn-time';
import type { MeasuredVerify } from './verify-archive';

/** What a reader has to know to trust the numbers. */
export const NOTES = [
  'The built bundles, each run in a Node process of its own with the heap that Lambda gives 256 MB, over HTTP in real time.',
  'Latencies are assumptions (ms a call): IAM 30-60, STS 30-50, Secrets Manager 15-30, SSM 10-20, EventBridge 10-30,',
  'CloudWatch Logs 10-30, Bitbucket 80-120. Quotas: IAM 20 calls a second (an assumption, AWS publishes none), the others as AWS publishes them',
  '(SSM 40 reads a second). Calls that were over a quota are "refused" and come again; "AWS calls" are those that were not.',
  'A fresh key is proved over a minute; that minute is not waited for here: it stands in "from due to delivered".',
  `"At ${MEMORY} MB" adds what the processor time grows to on Lambda's share of a core: an upper bound, not measured.`,
] as const;

export function bundleTable(bundles: readonly MeasuredBundle[]): string {
  const rows = bundles.map(({ bundle, kilobytes, coldMilliseconds }) => [
    bundle,
    `${kilobytes} KB`,
    `${coldMilliseconds} ms`,
  ]);
  return section('Bundles', table(['bundle', 'size', 'processor time from import to ready'], rows));
}

export function sizeTables({ keys, quiet, scan, rotations }: MeasuredSize): string {
  const usual = scan.run;
  const row = (run: MeasuredRun, note = '') => [
    run.run + note,
    ...costs(run, keys),
    ratio(run.calls.total / usual.calls.total),
    ratio(run.wall / usual.wall),
  ];
  const note = scan.isExtrapolated ? ` (extrapolated from ${scan.sampled} users)` : '';
  const head = [
    'run',
    'AWS calls',
    'refused',
    'a key',
    'wall',
    `at ${MEMORY} MB`,
    'RSS',
    'heap',
    'calls of usual',
    'time of usual',
  ];
  return [
    section(`${keys} keys, nothing due`, table(head, [...quiet.map((run) => row(run)), row(usual, note)])),
    ...rotations.map((some) => rotationTables(keys, some)),
  ].join('\n');
}

function rotationTables(
  keys: number,
  { due, rotate, deliver, secondEvents, callsEach, callsEachByOperation, recordCallsEach }: MeasuredRotations,
): string {
  const runs = [rotate, deliver, secondEvents].map((run, index) => [
    index === 0 ? run.run : `${due} x ${run.run}`,
    ...costs(run, keys),
  ]);
  const listed = (calls: CallsByOperation) =>
    Object.entries(calls)
      .map(([operation, count]) => `${operation} ${number(count)}`)
      .join(', ');
  return [
    section(
      `${keys} keys, ${due} due`,
      table(['run', 'AWS calls', 'refused', 'a key', 'wall', `at ${MEMORY} MB`, 'RSS', 'heap'], runs),
    ),
    `A rotation with its delivery: ${number(callsEach)} AWS calls (${listed(callsEachByOperation)}).`,
    `Its record and its events, in its own runs: ${listed(recordCallsEach)}.`,
    `Its second event: ${number(secondEvents.calls.total / due)} more (${perEach(secondEvents, due)}).`,
    '',
  ].join('\n');
}

export function growthTable(growth: readonly Growth[]): string {
  const rows = growth.map(({ keys, due, calls, beyondQuiet, each }) => [
    String(keys),
    String(due),
    String(calls),
    String(beyondQuiet),
    due === 0 ? '' : number(each),
  ]);
  const sizes = [...new Set(growth.map(({ keys }) => keys))];
  const slopes = sizes.flatMap((keys) => {
    const points = growth.filter((row) => row.keys === keys);
    return points.length < 2 ? [] : [`${keys} keys: ${number(slopeOf(points))} calls for each key that is due`];
  });
  return [
    section(
      'Cost by what is due',
      table(['keys', 'due', 'AWS calls of rotate and sync, the record aside', 'beyond nothing due', 'for each'], rows),
    ),
    `Slopes: ${slopes.join('; ')}.`,
    '',
  ].join('\n');
}

export function tearTable(tears: readonly MeasuredTear[]): string {
  const rows = tears.map(({ latency, keyturn, sequential, ratio: times }) => [
    `${latency} ms`,
    `${number(keyturn.median)} ms`,
    `${number(keyturn.worst)} ms`,
    `${number(sequential.median)} ms`,
    `${number(sequential.worst)} ms`,
    `${number(times)} times`,
  ]);
  const head = [
    'host latency',
    'Keyturn, median',
    'worst',
    'look up, write, look up, write, median',
    'worst',
    'longer',
  ];
  return section(`Torn pair, over ${tears[0]?.deliveries ?? 0} deliveries each, latency +/- 25 %`, table(head, rows));
}

export function dueToDeliveredTable({ rotations, p50, p99 }: DueToDelivered): string {
  const rows = [[String(rotations), `${p50} s`, `${p99} s`]];
  return section('From due to delivered, host up, simulated time', table(['rotations', 'p50', 'p99'], rows));
}

export function tornTimeTable(times: readonly TornTime[]): string {
  const rows = times.map(({ cause, milliseconds }) => [cause, seconds(milliseconds)]);
  const title = 'Torn pair, until it is whole again, of simulated time';
  return section(title, table(['what came between the two writes', 'torn for'], rows));
}

export function verifyTable({
  events,
  megabytes,
  check,
  hash,
  baseline,
  ratio: times,
  megabytesASecond,
}: MeasuredVerify): string {
  const row = [String(events), `${number(megabytes)} MB`, `${number(check)} ms`, `${number(megabytesASecond)} MB/s`];
  const beside = [`${number(hash)} ms`, `${number(baseline)} ms`, `${number(times)} times`];
  const head = [
    'events',
    'archive',
    'processor time',
    'a second',
    'SHA-256 alone',
    'with a signature an event',
    'longer',
  ];
  return section('keyturn verify, its check of an archive', table(head, [[...row, ...beside]]));
}

export function providerTable({ tokens, own, floor, ratio: times, perSecond }: MeasuredProvider): string {
  const beside = (value: number) => `${number(perSecond.floor / value)} times`;
  const whole = (value: number) => String(Math.round(value));
  const nothing = ['', '', ''];
  const rows = [
    [
      'a minimal JOSE check',
      `${number(floor.p50)} ms`,
      `${number(floor.p99)} ms`,
      '1 times',
      String(Math.round(perSecond.floor)),
      '1 times',
    ],
    [
      'the provider, AWS aside',
      `${number(own.p50)} ms`,
      `${number(own.p99)} ms`,
      `${number(times)} times`,
      String(Math.round(perSecond.own)),
      beside(perSecond.own),
    ],
    [
      'the process, with the AWS SDK, 64 steps at once',
      ...nothing,
      whole(perSecond.process),
      beside(perSecond.process),
    ],
    ['the same, one step after the other', ...nothing, whole(perSecond.alone), beside(perSecond.alone)],
  ];
  const head = ['', 'a token, p50', 'p99', 'longer', 'requests a second of one core', 'fewer'];
  return section(`Secret provider, ${tokens} tokens, 200 rules`, table(head, rows));
}

export function coldStartTable({ endpoint, floor, starts }: ColdStart): string {
  const row = (name: string, { median, quickest }: ColdStart['floor']) => [
    name,
    `${Math.round(quickest)} ms`,
    `${Math.round(median)} ms`,
    `${number(quickest / floor.quickest)} times`,
  ];
  const rows = [row('a function that checks a token with jose', floor), row('the endpoint', endpoint)];
  const head = ['', 'start of the process to its first answer, quickest', 'median', 'longer'];
  return section(`Cold start of a secret provider, ${starts} fresh processes, 5 ms a call of AWS`, table(head, rows));
}

export function handOverTable({ keys, due, runs }: HandOver): string {
  const rows = runs.map((run) => [
    run.function,
    seconds(run.timeout),
    seconds(run.wall),
    seconds(wallAtShare(run, MEMORY)),
    String(run.done),
    String(run.left),
    String(run.halfDone.length),
    `${run.peakRss} MB`,
    `${run.peakHeap} MB`,
  ]);
  const head = ['run', 'had', 'took', `at ${MEMORY} MB`, 'done', 'left', 'half done', 'RSS', 'heap'];
  const finding = runs.find((run) => run.finding !== undefined)?.finding;
  return [
    section(`Hand-over: ${keys} keys, ${due} due, too little time`, table(head, rows)),
    ...(finding === undefined ? [] : [`The first finding: ${finding}`, '']),
  ].join('\n');
}

export function targetTable(targets: readonly Target[]): string {
  const rows = targets.map(({ target, limit, measured, met }) => [target, limit, measured, met ? 'met' : 'MISSED']);
  const reasons = targets.flatMap(({ target, reason }) => (reason === undefined ? [] : [`${target}: ${reason}.`]));
  return [section('Targets', table(['target', 'limit', 'measured', ''], rows)), ...reasons].join('\n');
}

function costs(run: MeasuredRun, keys: number): string[] {
  return [
    String(run.calls.total),
    String(run.calls.throttled),
    number(run.calls.total / keys),
    seconds(run.wall),
    seconds(wallAtShare(run, MEMORY)),
    `${run.peakRss} MB`,
    `${run.peakHeap} MB`,
  ];
}

function perEach({ calls }: MeasuredRun, due: number): string {
  return Object.entries(calls.byOperation)
    .map(([operation, count]) => `${operation} ${number(count / due)}`)
    .join(', ');
}

function section(title: string, body: string): string {
  return `${bold(title)}\n${body}\n`;
}

function ratio(value: number): string {
  return value.toFixed(3);
}

function number(value: number): string {
  return String(Math.round(value * 100) / 100);
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
