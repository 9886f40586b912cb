import { AwsError } from './aws-error';
import { DAY } from './log-group';

const HOUR = 3_600_000;
const MOST_BYTES = 1_048_576;
/** What each event counts beside its message. */
export const EVENT_OVERHEAD = 26;

/** An event on its way into a log. */
export interface InputLogEvent {
  /** ms since the epoch. */
  readonly timestamp: number;
  readonly message: string;
}

/** Which events of a batch were left out for their time; the others were taken. */
export interface RejectedLogEventsInfo {
  readonly tooNewLogEventStartIndex?: number;
  readonly tooOldLogEventEndIndex?: number;
  readonly expiredLogEventEndIndex?: number;
}

/**
 * Holds a batch to PutLogEvents' rules: in order of time, over a day at most, a MiB at most.
 * @throws AwsError InvalidParameterException
 */
export function assertBatch(events: readonly InputLogEvent[]): void {
  if (events.some(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0))) {
    throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
  }
  const span = (events.at(-1)?.timestamp ?? 0) - (events[0]?.timestamp ?? 0);
  if (span > DAY) {
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  }
  const bytes = events.reduce((sum, { message }) => sum + Buffer.byteLength(message, 'utf8') + EVENT_OVERHEAD, 0);
  if (bytes > MOST_BYTES) throw invalid(`Upload too large: ${bytes} bytes exceeds limit of ${MOST_BYTES}`);
}

/** Sorts out what is older than 14 days or than the group keeps, and what is more than two hours ahead. */
export function sortOut<T extends InputLogEvent>(
  events: readonly T[],
  now: number,
  retentionInDays: number | undefined,
): { readonly accepted: readonly T[]; readonly rejected: RejectedLogEventsInfo | undefined } {
  const before = (instant: number) => events.filter(({ timestamp }) => timestamp < instant).length;
  const tooOld = before(now - 14 * DAY);
  const expired = retentionInDays === undefined ? 0 : before(now - retentionInDays * DAY);
  const end = events.filter(({ timestamp }) => timestamp <= now + 2 * HOUR).length;
  const rejected = {
    ...(end < events.length ? { tooNewLogEventStartIndex: end } : {}),
    ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
    ...(expired > 0 ? { expiredLogEventEndIndex: expired } : {}),
  };
  const accepted = events.slice(Math.max(tooOld, expired), end);
  return { accepted, rejected: Object.keys(rejected).length === 0 ? undefined : rejected };
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', 400, message);
}
