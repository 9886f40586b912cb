import type { AuditRecord, EventBus, Notifier, SealKey } from '../account/ports';
import { SECOND } from '../core/duration';
import { KeyturnError, toKeyturnError } from '../core/errors';
import type { Trigger } from '../core/findings/telling';
import type { RecordingFunction } from '../core/names';
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

/** What is known of a run's cause before it begins. */
export interface Started {
  readonly trigger: Trigger;
  /** What is worth knowing about it, such as who asked. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** What a function answers: a person who asked hears what was found, so that nothing is refused silently (K14). */
export type Answer = Summary & { readonly found?: readonly string[] };

export interface HandleProps<Start extends Started> {
  readonly name: RecordingFunction;
  readonly settings: Settings;
  readonly record: AuditRecord;
  readonly sealKey: SealKey;
  readonly buses: readonly EventBus[];
  readonly notifier: Notifier;
  readonly context: LambdaContext;
  readonly event: unknown;
  /** Reads the event. @throws KeyturnError `invalid-request` */
  read(event: unknown): Start;
  /** The longest that one key's steps may take, in milliseconds. @default 90 s */
  readonly keyTakes?: number;
}

/** Kept for the summary, the events and the notification at a run's end. */
const TIME_TO_FINISH = 22 * SECOND;
/**
 * For each of the six things that come after another at a run's end: the record, the topic, the record again, the buses, and
 * where one of them takes nothing the other, and the record at last; the metrics follow them.
 */
const PATIENCE_AT_END = 3.5 * SECOND;

/**
 * One invocation: makes the run, does the work, and ends with the summary line and the metrics whatever happened. An
 * error that stops the whole run is thrown, so that Lambda tries again and the dead-letter queue keeps what is lost; an
 * event that cannot be read as a request is refused the same way, and whoever invoked the function reads why.
 */
export async function handle<Start extends Started>(
  props: HandleProps<Start>,
  work: (run: Run, start: Start) => Promise<void>,
): Promise<Answer> {
  const { name, settings, context, keyTakes, record, sealKey, buses, notifier } = props;
  const [, , , region = '', account = '', , functionName = ''] = context.invokedFunctionArn.split(':');
  const log = createLog(name, context.awsRequestId);
  const remaining = context.getRemainingTimeInMillis() - TIME_TO_FINISH;
  const start = read(props);
  const { trigger, facts } = start instanceof KeyturnError ? REFUSED : start;
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
    deployedBy: settings.deployedBy,
    auditTerms: settings.auditTerms,
    keyTakes,
    facts,
    log,
    auditLog,
    record,
    sealKey,
    buses,
    notifier,
  });
  let stopped: KeyturnError | undefined;
  try {
    if (start instanceof KeyturnError) throw start;
    await work(run, start);
  } catch (thrown) {
    stopped = toKeyturnError(thrown);
    log.error('the run was stopped', { code: stopped.code, reason: stopped.message });
    run.stopped(stopped);
  }
  const summary = await run.finish();
  emitMetrics(summary, run.findings, stopped === undefined);
  if (stopped !== undefined) throw stopped;
  if (trigger === 'request') return { ...summary, found: run.messages };
  // Lambda repeats it after one and after two minutes; nothing where a person waits for the answer.
  if (run.isUrgent) {
    throw new KeyturnError('pair-torn', 'The run left a torn pair. Lambda repeats it; the findings say what to set.');
  }
  return summary;
}

/** Somebody asked, and waits for an answer. */
const REFUSED: Started = { trigger: 'request' };

function read<Start extends Started>({ event, read }: HandleProps<Start>): Start | KeyturnError {
  try {
    return read(event);
  } catch (thrown) {
    return toKeyturnError(thrown);
  }
}
