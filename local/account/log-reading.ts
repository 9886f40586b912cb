import { compileFilterPattern } from '../evidence/logs/log-filter-pattern';
import { AwsError } from './aws-error';
import { EVENT_OVERHEAD } from './log-batch';
import { DAY, type LogEvent, type LogGroup, type LogStream } from './log-group';
import type { LogsInput } from './logs-inputs';
import { encodeToken, pageAfter, positionOf } from './paging';

/** FilterLogEvents answers a MiB at most, however many events are asked for. */
const MOST_BYTES = 1_048_576;

/** Events of all streams in order of time. @throws AwsError InvalidParameterException */
export function filterEvents(group: LogGroup, input: LogsInput<'FilterLogEvents'>, now: number) {
  const matches = compileFilterPattern(input.filterPattern ?? '');
  const prefix = input.logStreamNamePrefix ?? '';
  const streams = [...group.streams.values()].filter(
    ({ name }) => name.startsWith(prefix) && (input.logStreamNames?.includes(name) ?? true),
  );
  const found = streams.flatMap((stream) =>
    visible(group, stream, input, now)
      .filter((event) => matches(event.message))
      .map((event) => ({ ...event, logStreamName: stream.name })),
  );
  found.sort((a, b) => a.timestamp - b.timestamp || (a.eventId < b.eventId ? -1 : 1));
  const { items, nextToken } = page(found, position, input.limit ?? 10_000, input.nextToken);
  let bytes = 0;
  const tooMany = items.findIndex(({ message }) => {
    bytes += Buffer.byteLength(message, 'utf8') + EVENT_OVERHEAD;
    return bytes > MOST_BYTES;
  });
  const last = items[tooMany - 1];
  if (last === undefined) return { events: items, searchedLogStreams: [], nextToken };
  return { events: items.slice(0, tooMany), searchedLogStreams: [], nextToken: encodeToken(position(last)) };
}

/**
 * Without `startFromHead` it begins with the newest page. The forward token repeats itself at the end.
 * @throws AwsError InvalidParameterException
 */
export function readStream(group: LogGroup, stream: LogStream, input: LogsInput<'GetLogEvents'>, now: number) {
  const events = visible(group, stream, input, now);
  const limit = input.limit ?? 10_000;
  const [, direction, offset] = /^([fb])\/(\d+)$/.exec(input.nextToken ?? '') ?? [];
  if (input.nextToken !== undefined && direction === undefined) throw badToken();
  const fromToken = direction === 'b' ? Math.max(0, Number(offset) - limit) : Number(offset);
  const fromEnd = input.startFromHead === true ? 0 : Math.max(0, events.length - limit);
  const start = direction === undefined ? fromEnd : fromToken;
  const shown = events.slice(start, direction === 'b' ? Number(offset) : start + limit);
  return {
    events: shown.map(({ eventId: _id, ...event }) => event),
    nextForwardToken: `f/${start + shown.length}`,
    nextBackwardToken: `b/${start}`,
  };
}

/** One page of a sorted list. @throws AwsError InvalidParameterException for a token that is not ours */
export function page<T>(sorted: readonly T[], key: (item: T) => string, size: number, token: string | undefined) {
  const { items, token: nextToken } = pageAfter(sorted, key, size, positionOf(token, badToken));
  return { items, nextToken };
}

/** Retention hides what is too old, as if it were gone. */
function visible(
  { retentionInDays }: LogGroup,
  stream: LogStream,
  range: Pick<LogsInput<'GetLogEvents'>, 'startTime' | 'endTime'>,
  now: number,
): LogEvent[] {
  const kept = retentionInDays === undefined ? 0 : now - retentionInDays * DAY;
  const from = Math.max(kept, range.startTime ?? 0);
  const to = range.endTime ?? Number.POSITIVE_INFINITY;
  return stream.events.filter(({ timestamp }) => timestamp >= from && timestamp < to);
}

function position(event: LogEvent): string {
  return `${String(event.timestamp).padStart(15, '0')} ${event.eventId}`;
}

function badToken(): AwsError {
  return new AwsError('InvalidParameterException', 400, 'The specified nextToken is invalid.');
}
