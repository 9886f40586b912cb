import { AwsError } from './aws-error';

export const RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
export const DAY = 86_400_000;

/** One line of a log; times are ms since the epoch. */
export interface LogEvent {
  readonly eventId: string;
  readonly timestamp: number;
  readonly ingestionTime: number;
  readonly message: string;
}

export interface LogStream {
  readonly name: string;
  readonly createdAt: number;
  readonly events: LogEvent[];
}

/** Somebody who gets what is put into a log group, if it fits the filter. */
export interface Subscription {
  readonly pattern: string;
  readonly functionArn: string;
  readonly createdAt: number;
  readonly matches: (message: string) => boolean;
  readonly deliver: (logStreamName: string, events: readonly LogEvent[]) => void;
}

/** Counts what fits it, as values of a metric. */
export interface MetricFilter {
  readonly matches: (message: string) => boolean;
  readonly count: (event: LogEvent) => void;
}

export interface LogGroup {
  readonly name: string;
  readonly createdAt: number;
  readonly streams: Map<string, LogStream>;
  readonly subscriptions: Map<string, Subscription>;
  /** By name. */
  readonly metricFilters: Map<string, MetricFilter>;
  retentionInDays: number | undefined;
  kmsKeyId: string | undefined;
  deletionProtectionEnabled: boolean;
}

/** Everything that is in a group: each event counts 26 bytes more than its message. */
export function storedBytes(group: LogGroup): number {
  let bytes = 0;
  for (const stream of group.streams.values()) for (const event of stream.events) bytes += event.message.length + 26;
  return bytes;
}

export function exists(message: string): AwsError {
  return new AwsError('ResourceAlreadyExistsException', 400, message);
}

export function missing(message: string): AwsError {
  return new AwsError('ResourceNotFoundException', 400, message);
}
