import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import { compileFilterPattern } from './log-filter-pattern';
import { decodeToken, encodeToken, pageAfter } from './paging';

const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const DAY = 86_400_000;

/** One line of a log; times are ms since the epoch. */
export interface LogEvent {
  readonly eventId: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
}

interface LogStream {
  readonly name: string;
  readonly createdAt: number;
  readonly events: LogEvent[];
}

interface LogGroup {
  readonly name: string;
  readonly createdAt: number;
  readonly streams: Map<string, LogStream>;
  retentionInDays: number | undefined;
}

export interface FilterLogEventsInput {
  readonly logGroupName: string;
  readonly logStreamNames?: readonly string[] | undefined;
  readonly logStreamNamePrefix?: string | undefined;
  /** ms since the epoch, inclusive. */
  readonly startTime?: number | undefined;
  /** ms since the epoch, exclusive. */
  readonly endTime?: number | undefined;
  readonly filterPattern?: string | undefined;
  /** Default and at most 10,000. */
  readonly limit?: number | undefined;
  readonly nextToken?: string | undefined;
}

export interface GetLogEventsInput {
  readonly logGroupName: string;
  readonly logStreamName: string;
  readonly startTime?: number | undefined;
  readonly endTime?: number | undefined;
  readonly limit?: number | undefined;
  readonly startFromHead?: boolean | undefined;
  readonly nextToken?: string | undefined;
}

interface ListInput {
  readonly limit?: number | undefined;
  readonly nextToken?: string | undefined;
}

/** CloudWatch Logs of one region. */
export class Logs {
  readonly #groups = new Map<string, LogGroup>();
  readonly #arnPrefix: string;
  #sequence = 0;

  constructor(
    accountId: string,
    region: string,
    private readonly clock: Clock,
  ) {
    this.#arnPrefix = `arn:aws:logs:${region}:${accountId}:log-group:`;
  }

  /** @throws AwsError ResourceAlreadyExistsException */
  createLogGroup(input: { readonly logGroupName: string }): void {
    if (this.#groups.has(input.logGroupName)) throw exists('The specified log group already exists');
    const createdAt = this.clock.now();
    const name = input.logGroupName;
    this.#groups.set(name, { name, createdAt, streams: new Map(), retentionInDays: undefined });
  }

  deleteLogGroup(input: { readonly logGroupName: string }): void {
    this.#groups.delete(this.group(input.logGroupName).name);
  }

  /** @throws AwsError ResourceAlreadyExistsException, ResourceNotFoundException */
  createLogStream(input: { readonly logGroupName: string; readonly logStreamName: string }): void {
    const { streams } = this.group(input.logGroupName);
    if (streams.has(input.logStreamName)) throw exists('The specified log stream already exists');
    streams.set(input.logStreamName, { name: input.logStreamName, createdAt: this.clock.now(), events: [] });
  }

  /** @throws AwsError InvalidParameterException for a number of days that AWS does not offer. */
  putRetentionPolicy(input: { readonly logGroupName: string; readonly retentionInDays: number }): void {
    if (!RETENTION_DAYS.includes(input.retentionInDays)) {
      const message = `The specified retention of ${input.retentionInDays} days is not one of ${RETENTION_DAYS.join(', ')}`;
      throw new AwsError('InvalidParameterException', 400, message);
    }
    this.group(input.logGroupName).retentionInDays = input.retentionInDays;
  }

  /** Events come in order of time. @throws AwsError InvalidParameterException, ResourceNotFoundException */
  putLogEvents(input: {
    readonly logGroupName: string;
    readonly logStreamName: string;
    readonly logEvents: readonly { readonly timestamp: number; readonly message: string }[];
  }) {
    const stream = this.stream(input.logGroupName, input.logStreamName);
    const outOfOrder = input.logEvents.some(
      (event, index) => event.timestamp < (input.logEvents[index - 1]?.timestamp ?? 0),
    );
    if (outOfOrder) {
      const message = 'Log events in a single PutLogEvents request must be in chronological order.';
      throw new AwsError('InvalidParameterException', 400, message);
    }
    const ingestionTime = this.clock.now();
    for (const { timestamp, message } of input.logEvents) {
      const eventId = String(++this.#sequence).padStart(56, '0');
      stream.events.push({ eventId, timestamp, ingestionTime, message });
    }
    return { nextSequenceToken: String(this.#sequence) };
  }

  describeLogGroups(input: ListInput & { readonly logGroupNamePrefix?: string | undefined } = {}) {
    const groups = [...this.#groups.values()].filter(({ name }) => name.startsWith(input.logGroupNamePrefix ?? ''));
    groups.sort((a, b) => (a.name < b.name ? -1 : 1));
    const { items, nextToken } = page(groups, (group) => group.name, input.limit ?? 50, input.nextToken);
    const logGroups = items.map((group) => ({
      logGroupName: group.name,
      creationTime: group.createdAt,
      retentionInDays: group.retentionInDays,
      metricFilterCount: 0,
      arn: `${this.#arnPrefix}${group.name}:*`,
      logGroupArn: this.#arnPrefix + group.name,
      storedBytes: storedBytes(group),
    }));
    return { logGroups, nextToken };
  }

  describeLogStreams(
    input: ListInput & { readonly logGroupName: string; readonly logStreamNamePrefix?: string | undefined },
  ) {
    const group = this.group(input.logGroupName);
    const streams = [...group.streams.values()].filter(({ name }) => name.startsWith(input.logStreamNamePrefix ?? ''));
    streams.sort((a, b) => (a.name < b.name ? -1 : 1));
    const { items, nextToken } = page(streams, (stream) => stream.name, input.limit ?? 50, input.nextToken);
    const logStreams = items.map((stream) => ({
      logStreamName: stream.name,
      creationTime: stream.createdAt,
      firstEventTimestamp: stream.events[0]?.timestamp,
      lastEventTimestamp: stream.events.at(-1)?.timestamp,
      lastIngestionTime: stream.events.at(-1)?.ingestionTime,
      arn: `${this.#arnPrefix}${group.name}:log-stream:${stream.name}`,
      storedBytes: 0,
    }));
    return { logStreams, nextToken };
  }

  filterLogEvents(input: FilterLogEventsInput) {
    const group = this.group(input.logGroupName);
    const matches = compileFilterPattern(input.filterPattern ?? '');
    const prefix = input.logStreamNamePrefix ?? '';
    const streams = [...group.streams.values()].filter(
      ({ name }) => name.startsWith(prefix) && (input.logStreamNames?.includes(name) ?? true),
    );
    const found = streams.flatMap((stream) =>
      this.visible(group, stream, input)
        .filter((event) => matches(event.message))
        .map((event) => ({ ...event, logStreamName: stream.name })),
    );
    found.sort((a, b) => (position(a) < position(b) ? -1 : 1));
    const { items, nextToken } = page(found, position, input.limit ?? 10_000, input.nextToken);
    return { events: items, searchedLogStreams: [], nextToken };
  }

  /** Without `startFromHead` it begins with the newest page. The forward token repeats itself at the end. */
  getLogEvents(input: GetLogEventsInput) {
    const group = this.group(input.logGroupName);
    const events = this.visible(group, this.stream(input.logGroupName, input.logStreamName), input);
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

  private visible(
    group: LogGroup,
    stream: LogStream,
    range: { readonly startTime?: number | undefined; readonly endTime?: number | undefined },
  ): LogEvent[] {
    const kept = group.retentionInDays === undefined ? 0 : this.clock.now() - group.retentionInDays * DAY;
    const from = Math.max(kept, range.startTime ?? 0);
    const to = range.endTime ?? Number.POSITIVE_INFINITY;
    return stream.events.filter(({ timestamp }) => timestamp >= from && timestamp < to);
  }

  private group(name: string): LogGroup {
    const group = this.#groups.get(name);
    if (group === undefined) throw missing('The specified log group does not exist.');
    return group;
  }

  private stream(groupName: string, name: string): LogStream {
    const stream = this.group(groupName).streams.get(name);
    if (stream === undefined) throw missing('The specified log stream does not exist.');
    return stream;
  }
}

function page<T>(sorted: readonly T[], key: (item: T) => string, size: number, token: string | undefined) {
  const after = token === undefined ? undefined : decodeToken(token);
  if (token !== undefined && after === undefined) throw badToken();
  const { items, next } = pageAfter(sorted, key, size, after);
  return { items, nextToken: next === undefined ? undefined : encodeToken(next) };
}

function position(event: LogEvent): string {
  return `${String(event.timestamp).padStart(15, '0')} ${event.eventId}`;
}

function storedBytes(group: LogGroup): number {
  let bytes = 0;
  for (const stream of group.streams.values()) for (const event of stream.events) bytes += event.message.length + 26;
  return bytes;
}

function badToken(): AwsError {
  return new AwsError('InvalidParameterException', 400, 'The specified nextToken is invalid.');
}

function exists(message: string): AwsError {
  return new AwsError('ResourceAlreadyExistsException', 400, message);
}

function missing(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', 400, message);
}
