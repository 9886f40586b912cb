import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { type AuditEvent, readAuditLine } from '../core/audit';
import { AUDIT_LOG_GROUP } from '../core/names';
import { type ClientConfig, reviewConfig } from './client-config';
import { calling } from './failure';

const groupMissing = { ResourceNotFoundException: 'log-group-missing' } as const;

export interface RecordEvents {
  /**
   * The events between two instants that a filter pattern of CloudWatch Logs finds, all pages, oldest first. A look, and
   * no proof: their seals are not checked.
   *
   * @throws KeyturnError `log-group-missing` and `aws-*`
   */
  find(pattern: string, since: Date, until: Date): Promise<readonly AuditEvent[]>;
}

/** What the audit record has of something. */
export function createRecordEvents(
  logGroup: string = AUDIT_LOG_GROUP,
  config: ClientConfig = reviewConfig(),
): RecordEvents {
  const client = new CloudWatchLogsClient(config);
  return {
    async find(filterPattern, since, until) {
      const events = new Map<string, AuditEvent>();
      let nextToken: string | undefined;
      do {
        const page = await calling(`logs:FilterLogEvents of ${logGroup}`, groupMissing, () =>
          client.send(
            new FilterLogEventsCommand({
              logGroupName: logGroup,
              startTime: since.getTime(),
              endTime: until.getTime(),
              filterPattern,
              nextToken,
            }),
          ),
        );
        for (const { message = '' } of page.events ?? []) {
          const read = readAuditLine(message);
          if ('event' in read) events.set(read.event.id, read.event);
        }
        // A page may be empty before the last one.
        nextToken = page.nextToken;
      } while (nextToken !== undefined);
      return [...events.values()].sort((a, b) => (a.time < b.time ? -1 : 1));
    },
  };
}
