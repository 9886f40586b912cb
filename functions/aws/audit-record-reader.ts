import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { type AuditEvent, attemptOfEvent, eventId, readAuditLine } from '../core/audit';
import { after, DAY, latest } from '../core/duration';
import { KeyturnError } from '../core/errors';
import { AUDIT_LOG_GROUP } from '../core/names';
import type { AuditRecordReader } from '../core/ports';
import type { UnreadableLine } from '../core/report/evidence';
import { type ClientConfig, reviewConfig } from './client-config';
import { calling } from './failure';

/**
 * The AuditRecordReader port over a CloudWatch Logs group. It is read from its beginning: a policy may keep a key for
 * years, and the group's retention bounds it anyway. What it says of hours in which nothing happened is most of it, and
 * is forgotten while it is read, so that the events of years fit into a function.
 */
export function createAuditRecordReader(
  logGroup: string = AUDIT_LOG_GROUP,
  config: ClientConfig = reviewConfig(),
): AuditRecordReader {
  const client = new CloudWatchLogsClient(config);

  /** When the group's oldest event can have been written. */
  const beginning = async (now: Date): Promise<Date> => {
    let nextToken: string | undefined;
    do {
      const page = await calling(`logs:DescribeLogGroups of ${logGroup}`, {}, () =>
        client.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: logGroup, nextToken })),
      );
      const group = page.logGroups?.find(({ logGroupName }) => logGroupName === logGroup);
      if (group !== undefined) {
        const made = new Date(group.creationTime ?? 0);
        return group.retentionInDays === undefined ? made : latest(made, after(now, -group.retentionInDays * DAY));
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    throw new KeyturnError(
      'aws-rejected',
      `There is no log group ${logGroup} in ${await client.config.region()}. Name the region of the stack, or its log group.`,
    );
  };

  return {
    async read({ since, until, now }) {
      const beginsAt = await beginning(now);
      const lines = new Lines(since);
      let nextToken: string | undefined;
      if (beginsAt >= until) return { logGroup, beginsAt, ...lines.read() };
      do {
        const page = await calling(`logs:FilterLogEvents of ${logGroup}`, {}, () =>
          client.send(
            new FilterLogEventsCommand({
              logGroupName: logGroup,
              startTime: beginsAt.getTime(),
              endTime: until.getTime(),
              nextToken,
            }),
          ),
        );
        for (const { message = '', timestamp = 0 } of page.events ?? []) lines.add(message, new Date(timestamp));
        // A page may be empty before the last one.
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return { logGroup, beginsAt, ...lines.read() };
    },
  };
}

/** What has been read so far: each event once, however often it was written. */
class Lines {
  readonly #events = new Map<string, AuditEvent>();
  readonly #unreadable: UnreadableLine[] = [];

  constructor(private readonly since: Date) {}

  add(message: string, at: Date): void {
    const line = readAuditLine(message);
    if ('event' in line) {
      if (!this.#endsIdleRun(line.event)) this.#events.set(line.event.id, line.event);
      return;
    }
    this.#unreadable.push({ at, why: line.unreadable, ...('schema' in line ? { schema: line.schema } : {}) });
  }

  read() {
    const times = new Map([...this.#events.values()].map((event) => [event, Date.parse(event.time)]));
    const timeOf = (event: AuditEvent) => times.get(event) ?? 0;
    const events = [...times.keys()].sort((a, b) => timeOf(a) - timeOf(b) || inOrder(a, b));
    return { events, unreadable: this.#unreadable };
  }

  /** A run before the period that has nothing between its start and its end: both are forgotten. */
  #endsIdleRun(event: AuditEvent): boolean {
    if (event.event !== 'run-finished' || event.sequence !== 2 || Date.parse(event.time) >= this.since.getTime()) {
      return false;
    }
    this.#events.delete(eventId(attemptOfEvent(event), 1));
    return true;
  }
}

/** Events of one run and one millisecond come in the order of the run. */
function inOrder(a: AuditEvent, b: AuditEvent): number {
  return attemptOfEvent(a) === attemptOfEvent(b) ? a.sequence - b.sequence : a.id < b.id ? -1 : 1;
}
