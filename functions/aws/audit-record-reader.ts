import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { after, DAY, latest } from '../core/duration';
import { KeyturnError } from '../core/errors';
import { EXEMPTION_EVENTS, EXEMPTS } from '../core/key/exemption';
import { AUDIT_LOG_GROUP } from '../core/names';
import type { AuditRecordReader } from '../report/evidence/ports';
import { type RecordLine, RecordLines } from './audit-record-lines';
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

  const linesOf = (from: Date, to: Date, only?: Only) => recordLines(client, logGroup, from, to, only);

  return {
    async read({ since, until, now, sealedBy }) {
      const beginsAt = await beginning(now);
      const lines = new RecordLines(since, sealedBy);
      if (beginsAt < until) for await (const line of linesOf(beginsAt, until)) lines.add(line);
      // What is read beside the record is of today, and so must be what the deployment says of it.
      const today = latest(until, after(now, -DAY));
      if (today < now) for await (const line of linesOf(today, now, STARTS)) lines.addLater(line);
      // An exception that was ended since excuses nothing, whatever the period.
      if (until < now) for await (const line of linesOf(latest(until, beginsAt), now, EXEMPTIONS)) lines.addLater(line);
      return { logGroup, beginsAt, ...lines.read(beginsAt) };
    },
  };
}

const STARTS = { filterPattern: '{ $.event = "run-started" }' };
/** Of the one function that tells of them: it says little, so that many months are read at once. */
export const EXEMPTIONS = {
  filterPattern: `{ ${EXEMPTION_EVENTS.map((event) => `$.event = "${event}"`).join(' || ')} }`,
  logStreamNamePrefix: `${EXEMPTS}/`,
};

type Only = Pick<FilterLogEventsCommandInput, 'filterPattern' | 'logStreamNamePrefix'>;

/** The lines of a record between two instants, all pages. @throws KeyturnError `aws-*` */
export async function* recordLines(
  client: CloudWatchLogsClient,
  logGroup: string,
  startTime: Date,
  endTime: Date,
  only: Only = {},
): AsyncGenerator<RecordLine> {
  let nextToken: string | undefined;
  do {
    const page = await calling(`logs:FilterLogEvents of ${logGroup}`, {}, () =>
      client.send(
        new FilterLogEventsCommand({
          logGroupName: logGroup,
          startTime: startTime.getTime(),
          endTime: endTime.getTime(),
          ...only,
          nextToken,
        }),
      ),
    );
    for (const { message = '', timestamp = 0, ingestionTime = timestamp, logStreamName = '' } of page.events ?? []) {
      yield { message, at: timestamp, takenAt: ingestionTime, stream: logStreamName };
    }
    // A page may be empty before the last one.
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
}
