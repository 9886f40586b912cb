import type { Clock } from '../clock';
import { compileFilterPattern } from '../evidence/logs/log-filter-pattern';
import { AwsError } from './aws-error';
import { assertBatch, sortOut } from './log-batch';
import {
  exists,
  type LogEvent,
  type LogGroup,
  type LogStream,
  missing,
  RETENTION_DAYS,
  storedBytes,
} from './log-group';
import { filterEvents, page, readStream } from './log-reading';
import type { LogsInput } from './logs-inputs';

/** A saved query of Logs Insights. */
export interface QueryDefinition {
  readonly name: string;
  readonly queryString: string;
  readonly logGroupNames: readonly string[];
}

/** What a metric filter counts. */
interface MetricFilterInput {
  readonly logGroupName: string;
  readonly filterName: string;
  readonly filterPattern: string;
}

/** A subscription of a log group by a Lambda function. */
export interface FunctionFeed {
  readonly logGroup: string;
  readonly filterName: string;
  readonly functionArn: string;
}

/** Functions that can be fed with what is logged, and what feeds them. */
export interface LogFunctions {
  /** Whether the function lets CloudWatch Logs start it for this group. */
  admits(feed: FunctionFeed): boolean;
  put(feed: FunctionFeed, logStream: string, events: readonly LogEvent[]): void;
}

/** CloudWatch Logs of one region. */
export class Logs {
  /** Saved queries by ID. */
  readonly queryDefinitions = new Map<string, QueryDefinition>();
  readonly #groups = new Map<string, LogGroup>();
  readonly #arnPrefix: string;
  #functions: LogFunctions = { admits: () => false, put: () => {} };
  #sequence = 0;

  constructor(
    accountId: string,
    region: string,
    private readonly clock: Clock,
  ) {
    this.#arnPrefix = `arn:aws:logs:${region}:${accountId}:log-group:`;
  }

  /** @throws AwsError ResourceAlreadyExistsException */
  createLogGroup(input: LogsInput<'CreateLogGroup'>): void {
    if (this.#groups.has(input.logGroupName)) throw exists('The specified log group already exists');
    const name = input.logGroupName;
    this.#groups.set(name, {
      name,
      createdAt: this.clock.now(),
      streams: new Map(),
      subscriptions: new Map(),
      metricFilters: new Map(),
      retentionInDays: undefined,
      kmsKeyId: input.kmsKeyId,
      deletionProtectionEnabled: input.deletionProtectionEnabled ?? false,
    });
  }

  /** Brings a group's settings up to date. @throws AwsError ResourceNotFoundException */
  configureLogGroup(input: LogsInput<'CreateLogGroup'>): void {
    const group = this.group(input.logGroupName);
    group.kmsKeyId = input.kmsKeyId;
    group.deletionProtectionEnabled = input.deletionProtectionEnabled ?? false;
  }

  /** @param input the name or ARN of the group. @throws AwsError ResourceNotFoundException */
  putLogGroupDeletionProtection(input: LogsInput<'PutLogGroupDeletionProtection'>): void {
    const name = input.logGroupIdentifier.replace(this.#arnPrefix, '').replace(/:\*$/, '');
    this.group(name).deletionProtectionEnabled = input.deletionProtectionEnabled;
  }

  /** @throws AwsError ResourceNotFoundException, ValidationException while it is protected */
  deleteLogGroup(input: LogsInput<'DeleteLogGroup'>): void {
    const { name, deletionProtectionEnabled } = this.group(input.logGroupName);
    if (deletionProtectionEnabled) {
      const message = 'Cannot delete log group with deletion protection enabled. Disable deletion protection first.';
      throw new AwsError('ValidationException', 400, message);
    }
    this.#groups.delete(name);
  }

  /** Where subscriptions lead: only functions are here. */
  runOn(functions: LogFunctions): void {
    this.#functions = functions;
  }

  /**
   * A filter of this name is replaced.
   * @throws AwsError ResourceNotFoundException, LimitExceededException, InvalidParameterException for a pattern, and for
   * a function that does not let CloudWatch Logs in
   */
  putSubscriptionFilter(input: LogsInput<'PutSubscriptionFilter'>): void {
    const { logGroupName: logGroup, filterName, filterPattern: pattern, destinationArn: functionArn } = input;
    const feed = { logGroup, filterName, functionArn };
    const functions = this.#functions;
    if (!functions.admits(feed)) throw new AwsError('InvalidParameterException', 400, NOT_LET_IN);
    const { subscriptions } = this.group(logGroup);
    const known = subscriptions.get(filterName);
    if (known === undefined && subscriptions.size >= 2) {
      throw new AwsError('LimitExceededException', 400, 'Resource limit exceeded.');
    }
    subscriptions.set(filterName, {
      pattern,
      functionArn,
      createdAt: known?.createdAt ?? this.clock.now(),
      matches: compileFilterPattern(pattern),
      deliver: (logStream, events) => functions.put(feed, logStream, events),
    });
  }

  /** @throws AwsError ResourceNotFoundException for the group, and for the filter */
  deleteSubscriptionFilter(input: LogsInput<'DeleteSubscriptionFilter'>): void {
    const { subscriptions } = this.group(input.logGroupName);
    if (!subscriptions.delete(input.filterName)) throw missing('The specified subscription filter does not exist.');
  }

  /** @throws AwsError ResourceNotFoundException */
  describeSubscriptionFilters(input: LogsInput<'DescribeSubscriptionFilters'>) {
    const all = [...this.group(input.logGroupName).subscriptions].map(([filterName, subscription]) => ({
      filterName,
      logGroupName: input.logGroupName,
      filterPattern: subscription.pattern,
      destinationArn: subscription.functionArn,
      distribution: 'ByLogStream',
      applyOnTransformedLogs: false,
      creationTime: subscription.createdAt,
    }));
    const wanted = all.filter(({ filterName }) => filterName.startsWith(input.filterNamePrefix ?? ''));
    return { subscriptionFilters: wanted.sort((a, b) => (a.filterName < b.filterName ? -1 : 1)) };
  }

  /**
   * A filter of this name is replaced. @param count gets each event that fits
   * @throws AwsError ResourceNotFoundException, InvalidParameterException for a pattern
   */
  putMetricFilter(of: MetricFilterInput, count: (event: LogEvent) => void): void {
    const { metricFilters } = this.group(of.logGroupName);
    metricFilters.set(of.filterName, { matches: compileFilterPattern(of.filterPattern), count });
  }

  /** @throws AwsError ResourceNotFoundException for the group, and for the filter */
  deleteMetricFilter({ logGroupName, filterName }: Omit<MetricFilterInput, 'filterPattern'>): void {
    if (!this.group(logGroupName).metricFilters.delete(filterName)) {
      throw missing('The specified metric filter does not exist.');
    }
  }

  /** @throws AwsError ResourceAlreadyExistsException, ResourceNotFoundException */
  createLogStream(input: LogsInput<'CreateLogStream'>): void {
    const { streams } = this.group(input.logGroupName);
    if (streams.has(input.logStreamName)) throw exists('The specified log stream already exists');
    streams.set(input.logStreamName, { name: input.logStreamName, createdAt: this.clock.now(), events: [] });
  }

  /** @throws AwsError InvalidParameterException for a number of days that AWS does not offer. */
  putRetentionPolicy(input: LogsInput<'PutRetentionPolicy'>): void {
    if (!RETENTION_DAYS.includes(input.retentionInDays)) {
      const message = `The specified retention of ${input.retentionInDays} days is not one of ${RETENTION_DAYS.join(', ')}`;
      throw new AwsError('InvalidParameterException', 400, message);
    }
    this.group(input.logGroupName).retentionInDays = input.retentionInDays;
  }

  /**
   * What is too old or too new is left out, and the answer says so; everything else of the batch is taken.
   * @throws AwsError InvalidParameterException, ResourceNotFoundException
   */
  putLogEvents(input: LogsInput<'PutLogEvents'>) {
    const { subscriptions, metricFilters, retentionInDays } = this.group(input.logGroupName);
    const stream = this.stream(input.logGroupName, input.logStreamName);
    assertBatch(input.logEvents);
    const ingestionTime = this.clock.now();
    const { accepted, rejected } = sortOut(input.logEvents, ingestionTime, retentionInDays);
    const events = accepted.map(({ timestamp, message }): LogEvent => {
      const eventId = String(++this.#sequence).padStart(56, '0');
      return { eventId, timestamp, ingestionTime, message };
    });
    for (const event of events) stream.events.push(event);
    for (const { matches, count } of metricFilters.values()) {
      for (const event of events) if (matches(event.message)) count(event);
    }
    for (const { matches, deliver } of subscriptions.values()) {
      const wanted = events.filter(({ message }) => matches(message));
      if (wanted.length > 0) deliver(stream.name, wanted);
    }
    return { nextSequenceToken: String(this.#sequence), rejectedLogEventsInfo: rejected };
  }

  describeLogGroups(input: LogsInput<'DescribeLogGroups'> = {}) {
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
      kmsKeyId: group.kmsKeyId,
      deletionProtectionEnabled: group.deletionProtectionEnabled,
    }));
    return { logGroups, nextToken };
  }

  describeLogStreams(input: LogsInput<'DescribeLogStreams'>) {
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

  /** @throws AwsError ResourceNotFoundException, InvalidParameterException for the pattern or the token */
  filterLogEvents(input: LogsInput<'FilterLogEvents'>) {
    return filterEvents(this.group(input.logGroupName), input, this.clock.now());
  }

  /** @throws AwsError ResourceNotFoundException, InvalidParameterException for the token */
  getLogEvents(input: LogsInput<'GetLogEvents'>) {
    const stream = this.stream(input.logGroupName, input.logStreamName);
    return readStream(this.group(input.logGroupName), stream, input, this.clock.now());
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

const NOT_LET_IN =
  'Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.';
