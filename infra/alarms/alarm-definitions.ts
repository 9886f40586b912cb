import { ALARM_NAMES, type AlarmName } from '../../functions/core/config/alarm-names';
import type { Settings } from '../../functions/core/config/settings';
import type { Descriptor } from '../../functions/core/findings/descriptor';
import { FINDING_CODES, FINDINGS, type FindingCode } from '../../functions/core/findings/findings';
import { counterName, type FunctionName, METRIC } from '../../functions/core/names';
import type { AlarmDefinition } from './alarm-definition';
import {
  droppedEvents,
  failedRequests,
  failedRuns as failedRunsOf,
  findingMetric,
  invocations,
  queueLength,
  refusedSteps,
  reusedTokens,
  runMetric,
  sharedMetric,
  subscriptionErrors,
  throttledRequests,
  throttles,
} from './alarm-metrics';

/** What is watched beside Keyturn's own metrics, by name. */
export interface Watched {
  /** The Lambda functions that rotate. */
  readonly rotation: Readonly<Record<FunctionName, string>>;
  /** The one that reports. @default - there is none */
  readonly report?: string;
  /** The dead-letter queues of what starts and runs the functions. */
  readonly queues: readonly string[];
  /** Whether the functions send the audit events to another event bus too. */
  readonly forwards: boolean;
  /** What copies the record into the archive. @default - there is no archive */
  readonly archive?: WatchedArchive;
}

/** The function that archives, the queue of what it could not, and the subscription that starts it. */
interface WatchedArchive {
  readonly writer: string;
  readonly queue: string;
  readonly logGroup: string;
  readonly filter: string;
}

const HOUR = 60;
/** A daily run finds the same again every day: one in this many hours keeps the alarm from going up and down. */
const DAY_AND_A_BIT = 26;
/** Two daily runs, and an hour on either side. */
const TWO_DAYS_AND_A_BIT = 50;

/** A value that is there only where something is wrong, at any time of the day. */
const ONCE_A_DAY = {
  breaching: 'above',
  threshold: 0,
  periodMinutes: HOUR,
  periods: DAY_AND_A_BIT,
  outOf: 1,
  silence: 'notBreaching',
  tellsEnd: false,
} as const;

/**
 * What is told within a minute, and once more when it comes again after a quiet while. CloudWatch looks every minute at an
 * alarm that looks back for a day at most, and once an hour at others ("Alarm evaluation", CloudWatch User Guide).
 */
const AT_ONCE = {
  breaching: 'above',
  threshold: 0,
  periodMinutes: 1,
  outOf: 1,
  silence: 'notBreaching',
} as const;

/** What lies in a queue until a person has looked. */
const QUEUE = {
  breaching: 'above',
  threshold: 0,
  periodMinutes: 5,
  periods: 1,
  outOf: 1,
  silence: 'notBreaching',
  tellsEnd: true,
} as const;

/** Not one in any of the hours. */
const SILENCE = {
  breaching: 'below',
  threshold: 1,
  periodMinutes: HOUR,
  silence: 'breaching',
  tellsEnd: true,
} as const;

const FORWARDING: AlarmDefinition = {
  ...ONCE_A_DAY,
  name: 'forwarding',
  text: 'The event bus of audit.forwardTo did not take audit events. Nothing is broken here, and the record has the events. But the other side lacks them until the daily function delete has sent them again, which it tries every day.',
  metrics: [sharedMetric(METRIC.unforwarded)],
  tellsEnd: true,
};

function archive({ writer, queue, logGroup, filter }: WatchedArchive): AlarmDefinition {
  return {
    ...ONCE_A_DAY,
    name: 'archive',
    text: 'Audit events did not get into the archive: they could not be written three times, or CloudWatch Logs could not hand them over. Nothing is broken, and the record has the events. But the archive lacks them until they are sent again; the queue UnarchivedEvents keeps them for 14 days, so do not purge it.',
    metrics: [queueLength(queue), droppedEvents(writer), subscriptionErrors(logGroup, filter)],
  };
}

/** The daily runs leave events every day, so a day without any that are archived means that none gets there. */
function silentArchive({ writer }: WatchedArchive, hours: number): AlarmDefinition {
  return {
    ...SILENCE,
    name: 'silent-archive',
    text: `The archive function has not been started for ${hours} hours, and the daily runs leave audit events every day. Nothing is broken, and the record has the events. But nothing gets into the archive: somebody may have taken the subscription filter away. Right after the first deployment this may show for some minutes, until its first events are there.`,
    metrics: [invocations(writer)],
    periods: hours,
    outOf: hours,
  };
}

/**
 * No run came to its end in any of the hours. Lambda itself counts that: a run that is stopped is an error, and nobody
 * can put values into a metric of AWS's own, while Keyturn's may be written by whoever has `cloudwatch:PutMetricData`.
 */
function silent(of: FunctionName, lambda: string, hours: number, consequence: string): AlarmDefinition {
  return {
    ...SILENCE,
    name: `silent-${of}`,
    text: `The ${of} function has not finished a run for ${hours} hours. Nothing is broken yet: current keys go on working. But ${consequence}. Right after the first deployment this may show for some minutes, until its first run is over.`,
    metrics: [invocations(lambda)],
    less: failedRunsOf(lambda),
    periods: hours,
    outOf: hours,
  };
}

/** All alarms, in the order of their names' list. */
export function alarmDefinitions(settings: Settings['alarms'], watched: Watched): readonly AlarmDefinition[] {
  return [
    ...late(settings),
    ...silences(settings, watched),
    ...failures(settings, watched),
    ...evidence(watched),
    ...findings(settings),
  ];
}

/** What an endpoint of a provider is watched by. */
export interface WatchedProvider {
  readonly lambda: string;
  /** ID of its HTTP API. */
  readonly api: string;
}

/**
 * Those of a provider's endpoint. What it refuses to whoever proves nothing rings none, as anybody on the internet may ask.
 * With a token that its issuer has signed it rings that it was used before, and that its step gets nothing of what a rule
 * gives it. What nobody came to decide rings: a step may be among it.
 */
export function providerAlarms({ lambda, api }: WatchedProvider): readonly AlarmDefinition[] {
  return [
    {
      name: 'provider-failing',
      text: "The endpoint of the secret provider failed, was throttled, or could not decide, within the last hour. A step that asks it then fails now: it gets no secrets, and has to be run again. Nothing is lost: what was given before stays good, and keys are not concerned. The log of the endpoint's function says why.",
      metrics: [failedRequests(api), failedRunsOf(lambda), throttles(lambda)],
      breaching: 'above',
      threshold: 0,
      periodMinutes: HOUR,
      periods: 1,
      outOf: 1,
      silence: 'notBreaching',
      tellsEnd: true,
    },
    {
      ...AT_ONCE,
      name: 'provider-throttled',
      text: 'More requests came to the endpoint of the secret provider than it lets in, within the last hour, and those over it got 429. A step among them fails now: it gets no secrets, and has to be run again. Nothing is lost: what was given before stays good, and keys are not concerned. Many steps may have started at once, or somebody floods it, which anybody on the internet can: the access log has the addresses.',
      metrics: [throttledRequests()],
      // Whoever floods it for long is told of once, and of his end.
      periods: HOUR,
      tellsEnd: true,
    },
    {
      ...AT_ONCE,
      name: 'provider-refusing',
      text: 'The endpoint of the secret provider refused a step that a rule means, within the last hour: AWS does not accept the current key that the rule gives, or denies the role; or that key has leaked, and has had no successor for more than 15 minutes. A step of that rule that asks fails now, and fails when it is run again, until somebody has repaired it. Other rules go on. The record has which key or role, for which rule.',
      metrics: [refusedSteps()],
      // That nobody asks any more is no end of it.
      periods: HOUR,
      tellsEnd: false,
    },
    {
      ...AT_ONCE,
      name: 'token-reused',
      text: "A step's token was shown to the endpoint of the secret provider again: more than 30 seconds after its first use or very often, which got nothing, or sooner from another address, which got what the step gets. Nothing is broken by that. But a runner asks once, when its step starts: somebody else may have the token, and may have been the first to show it; then the thief has what the step's rule gives, and the step nothing.",
      metrics: [reusedTokens()],
      // Each further one is told too, six times an hour at most.
      periods: 10,
      tellsEnd: false,
    },
  ];
}

/** A key is older, or waits longer, than it should. */
function late({ overdueDays, undeliveredHours }: Settings['alarms']): readonly AlarmDefinition[] {
  return [
    {
      ...ONCE_A_DAY,
      name: 'overdue',
      text: `A current key is more than ${overdueDays} days over its rotateAfter. Nothing is broken: the key goes on working. But it is older than its policy allows, and something keeps it from being rotated.`,
      metrics: [runMetric(METRIC.mostOverdueDays, 'rotate')],
      threshold: overdueDays,
      tellsEnd: true,
    },
    {
      name: 'undelivered',
      text: `A fresh key has waited for more than ${undeliveredHours} hours for one of its targets. Nothing is broken: the key before it works until the new one is everywhere. While it lasts, that key is not rotated again.`,
      metrics: [runMetric(METRIC.oldestUndeliveredHours, 'sync')],
      breaching: 'above',
      threshold: undeliveredHours,
      periodMinutes: HOUR,
      // An hourly run may leave one clock hour out.
      periods: 2,
      outOf: 1,
      silence: 'notBreaching',
      tellsEnd: true,
    },
  ];
}

function silences(
  { silentDailyHours, silentReconcileHours }: Settings['alarms'],
  watched: Watched,
): readonly AlarmDefinition[] {
  const { rotate, deactivate, delete: del, sync } = watched.rotation;
  return [
    silent('rotate', rotate, silentDailyHours, 'no key is rotated until it does'),
    silent('deactivate', deactivate, silentDailyHours, 'superseded keys stay Active until it does'),
    silent('delete', del, silentDailyHours, 'Inactive keys are not deleted until it does'),
    silent('sync', sync, silentReconcileHours, 'fresh keys do not get to their targets until it does'),
    ...(watched.archive === undefined ? [] : [silentArchive(watched.archive, silentDailyHours)]),
  ];
}

/**
 * `errors` counts runs that failed as a whole. One failed run is none, because Lambda repeats it twice: whatever lasts
 * makes three errors within two hours, so at least two within one. A step that fails stops its own key only, so no run
 * fails with it, and Lambda sees no error: `failing` counts those, and one that the next daily run puts right is none.
 */
function failures(
  { failedRuns, deadLetters }: Settings['alarms'],
  { rotation, report, queues }: Watched,
): readonly AlarmDefinition[] {
  const functions = [...Object.values(rotation), ...(report === undefined ? [] : [report])];
  return [
    {
      name: 'errors',
      text: `More than ${failedRuns} ${failedRuns === 1 ? 'run' : 'runs'} of the functions failed within an hour; Lambda repeats a failed run twice. Nothing is half-done, and current keys go on working. But what the function does may not be done until it runs again.`,
      metrics: functions.map(failedRunsOf),
      breaching: 'above',
      threshold: failedRuns,
      periodMinutes: HOUR,
      periods: 1,
      outOf: 1,
      silence: 'notBreaching',
      tellsEnd: false,
    },
    {
      ...ONCE_A_DAY,
      name: 'failing',
      text: 'Steps of rotate, deactivate or delete failed in two runs of the last two days. Nothing is broken: current keys go on working. But a key is not rotated, deactivated or deleted as its policy says, and the runs do not get over it by themselves.',
      metrics: (['rotate', 'deactivate', 'delete'] as const).map((of) => runMetric(counterName('failed'), of)),
      periods: TWO_DAYS_AND_A_BIT,
      outOf: 2,
    },
    {
      ...QUEUE,
      name: 'dead-letters',
      text: 'An event was given up: no function could be started with it, or its runs failed for good. Nothing is lost: the scheduled runs do the same later. But the cause may still be there, and the queue keeps the event for 14 days.',
      metrics: queues.map(queueLength),
      threshold: deadLetters,
    },
  ];
}

/** What was done is not recorded, copied or told as it should be. */
function evidence(watched: Watched): readonly AlarmDefinition[] {
  return [
    ...(watched.forwards ? [FORWARDING] : []),
    {
      ...ONCE_A_DAY,
      name: 'record-incomplete',
      text: "Audit events could not be put into the record, or not on the event bus. Keys are still made and delivered, but none is deactivated or deleted while the record cannot be written. The events that are missing are in the functions' own logs.",
      metrics: [sharedMetric(METRIC.unrecorded), sharedMetric(METRIC.unpublished), findingMetric('record-unavailable')],
    },
    ...(watched.archive === undefined ? [] : [archive(watched.archive)]),
    {
      ...ONCE_A_DAY,
      name: 'untold',
      text: "A finding that is for people could not be sent to the topic. Nothing is broken by that, but nobody has been told of the finding; it is in the record. The topic itself may be broken, and then no alarm gets through either: give alarms a second channel, an EventBridge rule on 'CloudWatch Alarm State Change', as the runbook shows.",
      metrics: [sharedMetric(METRIC.untold)],
    },
  ];
}

/** Something needs a person: the findings that have an alarm of their own. */
function findings(settings: Settings['alarms']): readonly AlarmDefinition[] {
  return ALARM_NAMES.flatMap((name) => {
    const text = alarmTextOf(name, settings);
    return text === undefined ? [] : [{ ...ONCE_A_DAY, name, text, metrics: [findingMetric(name as FindingCode)] }];
  });
}

function alarmTextOf(name: AlarmName, settings: Settings['alarms']): string | undefined {
  const code = FINDING_CODES.find((each) => each === name);
  const { alarm } = code === undefined ? {} : (FINDINGS[code] as Pick<Descriptor<never>, 'alarm'>);
  return typeof alarm === 'function' ? alarm(settings) : alarm;
}
