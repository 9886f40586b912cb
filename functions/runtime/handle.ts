import type { AuditRecord, EventBus, Notifier } from '../account/ports';
import { MINUTE, SECOND } from '../core/duration';
import { KeyturnError, toKeyturnError } from '../core/errors';
import type { Trigger } from '../core/findings/telling';
import type { FunctionName } from '../core/names';
import type { Summary } from '../core/run-summary';
import type { Settings } from './env';
import { auditLog, createLog } from './log';
import { emitMetrics } from './metrics';
import { Run } from './run';
import { systemTime } from './time';

/** What Lambda hands to a function besides the event. */
export interface LambdaContext {
  readonly awsRequestId: string;
  /** `arn:aws:lambda:<region>:<account>:function:<name>` */
  readonly invokedFunctionArn: string;
  getRemainingTimeInMillis(): number;
}

export interface HandleProps {
  readonly name: FunctionName;
  readonly settings: Settings;
  readonly record: AuditRecord;
  readonly bus: EventBus;
  readonly notifier: Notifier;
  readonly context: LambdaContext;
  readonly trigger: Trigger;
  /** What is worth knowing about the run's cause. */
  readonly facts?: Readonly<Record<string, string>> | undefined;
  /** The longest that one key's steps may take, in milliseconds. @default 90 s */
  readonly keyTakes?: number;
}

/** Kept for the summary, the events and the notification at a run's end. */
const TIME_TO_FINISH = MINUTE / 4;
/** For each of the three things that come after another at a run's end; the metrics follow them. */
const PATIENCE_AT_END = 4 * SECOND;

/**
 * One invocation: makes the run, does the work, and ends with the summary line and the metrics whatever happened. An
 * error that stops the whole run is thrown, so that Lambda tries again and the dead-letter queue keeps what is lost.
 */
export async function handle(props: HandleProps, work: (run: Run) => Promise<void>): Promise<Summary> {
  const { name, settings, context, trigger, facts, keyTakes, record, bus, notifier } = props;
  const [, , , region = '', account = '', , functionName = ''] = context.invokedFunctionArn.split(':');
  const log = createLog(name, context.awsRequestId);
  const remaining = context.getRemainingTimeInMillis() - TIME_TO_FINISH;
  const run = new Run({
    id: context.awsRequestId,
    function: name,
    functionName,
    runbooks: settings.runbooks,
    origin: { account, region, functionVersion: settings.release },
    trigger,
    patienceAtEnd: PATIENCE_AT_END,
    time: systemTime,
    deadline: new Date(systemTime.now().getTime() + remaining),
    concurrency: settings.concurrency,
    keyTakes,
    facts,
    log,
    auditLog,
    record,
    bus,
    notifier,
  });
  let stopped: unknown;
  try {
    await work(run);
  } catch (thrown) {
    stopped = thrown;
    const error = toKeyturnError(thrown);
    log.error('the run was stopped', { code: error.code, reason: error.message });
    run.count('failed');
    const facts = { is: 'stopped', error: error.code, reason: error.message } as const;
    run.find({ code: 'step-failed', error: error.code, facts });
  }
  const summary = await run.finish();
  emitMetrics(summary, run.findings, stopped === undefined);
  if (stopped !== undefined) throw toKeyturnError(stopped);
  // Lambda repeats it after one and after two minutes; nothing where a person waits for the answer.
  if (run.isUrgent && trigger !== 'request') {
    throw new KeyturnError('pair-torn', 'The run left a torn pair. Lambda repeats it; the findings say what to set.');
  }
  return summary;
}
