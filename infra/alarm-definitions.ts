import type { AlarmName } from '../functions/core/alarms';
import type { Config } from '../functions/core/config';
import type { FindingCode } from '../functions/core/findings';
import { FUNCTION_NAMES, type FunctionName, METRIC, METRICS_NAMESPACE, METRICS_SERVICE } from '../functions/core/names';
import type { AlarmDefinition, AlarmMetric } from './alarm-definition';

/** What is watched beside Keyturn's own metrics. */
export interface Watched {
  /** Names of the Lambda functions. */
  readonly functions: readonly string[];
  /** Names of the dead-letter queues. */
  readonly queues: readonly string[];
}

/** A metric of one function's runs. */
export function runMetric(name: string, of: FunctionName): AlarmMetric {
  return { namespace: METRICS_NAMESPACE, name, dimensions: { service: METRICS_SERVICE, function: of } };
}

function findingMetric(finding: FindingCode): AlarmMetric {
  return { namespace: METRICS_NAMESPACE, name: METRIC.findings, dimensions: { service: METRICS_SERVICE, finding } };
}

const HOUR = 60;
/** A daily run finds the same again every day: one in this many hours keeps the alarm from going up and down. */
const DAY_AND_A_BIT = 26;

/** A value that is there only where something is wrong, at any time of the day. */
const ONCE_A_DAY = {
  statistic: 'Sum',
  breaching: 'above',
  threshold: 0,
  periodMinutes: HOUR,
  periods: DAY_AND_A_BIT,
  outOf: 1,
  silence: 'notBreaching',
  tellsEnd: false,
} as const;

function finding(name: AlarmName & FindingCode, text: string): AlarmDefinition {
  return { ...ONCE_A_DAY, name, text, metrics: [findingMetric(name)] };
}

/** No run came to its end in any of the hours. */
function silent(of: FunctionName, hours: number, consequence: string): AlarmDefinition {
  return {
    name: `silent-${of}`,
    text: `The ${of} function has not finished a run for ${hours} hours. Nothing is broken yet: current keys go on working. But ${consequence}. Right after the first deployment this may show for some minutes, until its first run is over.`,
    metrics: [runMetric(METRIC.finished, of)],
    statistic: 'Sum',
    breaching: 'below',
    threshold: 1,
    periodMinutes: HOUR,
    periods: hours,
    outOf: hours,
    silence: 'breaching',
    tellsEnd: true,
  };
}

/**
 * All alarms, in the order of their names' list.
 *
 * `errors` counts runs that failed as a whole. A single step that failed (the metric `Failed`) is none: it stops its own
 * key only, is told as a finding, and if it lasts, the key becomes `overdue` or stays `undelivered`. One failed run is
 * none either, because Lambda repeats it twice: whatever lasts makes three errors within two hours, so at least two
 * within one.
 */
export function alarmDefinitions(settings: Config['alarms'], watched: Watched): readonly AlarmDefinition[] {
  const { overdueDays, undeliveredHours, silentDailyHours, silentReconcileHours, tokenExpiresInDays } = settings;
  return [
    {
      ...ONCE_A_DAY,
      name: 'overdue',
      text: `A current key is more than ${overdueDays} days over its rotateAfter. Nothing is broken: the key goes on working. But it is older than its policy allows, and something keeps it from being rotated.`,
      metrics: [runMetric(METRIC.mostOverdueDays, 'rotate')],
      statistic: 'Maximum',
      threshold: overdueDays,
      tellsEnd: true,
    },
    {
      name: 'undelivered',
      text: `A fresh key has waited for more than ${undeliveredHours} hours for one of its targets. Nothing is broken: the key before it works until the new one is everywhere. While it lasts, that key is not rotated again.`,
      metrics: [runMetric(METRIC.oldestUndeliveredHours, 'sync')],
      statistic: 'Maximum',
      breaching: 'above',
      threshold: undeliveredHours,
      periodMinutes: HOUR,
      // An hourly run may leave one clock hour out.
      periods: 2,
      outOf: 1,
      silence: 'notBreaching',
      tellsEnd: true,
    },
    silent('rotate', silentDailyHours, 'no key is rotated until it does'),
    silent('deactivate', silentDailyHours, 'superseded keys stay Active until it does'),
    silent('delete', silentDailyHours, 'Inactive keys are not deleted until it does'),
    silent('sync', silentReconcileHours, 'fresh keys do not get to their targets until it does'),
    {
      name: 'errors',
      text: 'Runs of a function failed more than once within an hour, although Lambda repeats a failed run. Nothing is half-done, and current keys go on working. But what the function does may not be done until it runs again.',
      metrics: watched.functions.map((FunctionName) => ({
        namespace: 'AWS/Lambda',
        name: 'Errors',
        dimensions: { FunctionName },
      })),
      statistic: 'Sum',
      breaching: 'above',
      threshold: 1,
      periodMinutes: HOUR,
      periods: 1,
      outOf: 1,
      silence: 'notBreaching',
      tellsEnd: false,
    },
    {
      name: 'dead-letters',
      text: 'An event was given up: no function could be started with it, or its runs failed for good. Nothing is lost: the scheduled runs do the same later. But the cause may still be there, and the queue keeps the event for 14 days.',
      metrics: watched.queues.map((QueueName) => ({
        namespace: 'AWS/SQS',
        name: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName },
      })),
      statistic: 'Maximum',
      breaching: 'above',
      threshold: 0,
      periodMinutes: 5,
      periods: 1,
      outOf: 1,
      silence: 'notBreaching',
      tellsEnd: true,
    },
    {
      ...ONCE_A_DAY,
      name: 'record-incomplete',
      text: "The audit record could not be written. Keys are still made and delivered, but none is deactivated or deleted while it lasts. The events that the record lacks are in the functions' own logs.",
      metrics: [
        ...FUNCTION_NAMES.map((name) => runMetric(METRIC.unrecorded, name)),
        findingMetric('record-unavailable'),
      ],
    },
    finding(
      'two-keys',
      "A managed user has two access keys, which is IAM's limit, and Keyturn may delete neither. Nothing is broken: both go on working. But the key is not rotated until a person has deleted one.",
    ),
    finding(
      'foreign-key',
      'A managed user has an access key that Keyturn did not make. Nothing is broken. But somebody holds a key that nobody rotates, and it takes the room of the next one.',
    ),
    finding(
      'hold-limit',
      'A superseded key was made Inactive although something still used it, because it had been held to the limit. Whatever used it fails now. The key can be made Active again until it is deleted.',
    ),
    finding(
      'token-rejected',
      'A CI host refuses the token of a connection. Nothing is broken: delivered keys go on working. But nothing is delivered through this connection until its secret holds a new token.',
    ),
    finding(
      'token-expires',
      `The token of a connection ends within ${tokenExpiresInDays} days. Nothing is broken yet. After that day nothing is delivered through this connection until its secret holds a new one.`,
    ),
  ];
}
