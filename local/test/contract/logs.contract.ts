import {
  type CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, it } from 'vitest';
import { awsError, type ContractTarget, fresh } from './target';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** CloudWatch Logs as the record of record uses it: groups, streams, batches and filters. */
export function logsContract(target: ContractTarget): void {
  describe(`CloudWatch Logs of ${target.name}`, () => {
    const { logs } = target.makeClients();

    it('keeps streams, and makes none twice', async () => {
      const { logGroupName, logStreamName } = await newStream(logs);
      await expect(logs.send(new CreateLogGroupCommand({ logGroupName }))).rejects.toMatchObject(
        awsError('ResourceAlreadyExistsException', 400),
      );
      await expect(logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }))).rejects.toMatchObject(
        awsError('ResourceAlreadyExistsException', 400),
      );
      const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName }));
      expect(logStreams).toMatchObject([{ logStreamName }]);
    });

    it('takes events into a stream that is there, and into no other', async () => {
      const stream = await newStream(logs);
      const { now } = stream;
      await put(logs, stream, [now, 'one'], [now + 1, 'two']);
      const { events } = await logs.send(new FilterLogEventsCommand({ logGroupName: stream.logGroupName }));
      expect(events).toMatchObject([
        { logStreamName: stream.logStreamName, timestamp: now, message: 'one' },
        { timestamp: now + 1, message: 'two' },
      ]);
      const missing = awsError('ResourceNotFoundException', 400);
      await expect(put(logs, { ...stream, logStreamName: 'gone' }, [now, 'x'])).rejects.toMatchObject(missing);
      await expect(put(logs, { ...stream, logGroupName: fresh('gone') }, [now, 'x'])).rejects.toMatchObject(missing);
    });

    it('finds events of all streams in order of time, by range, in pages', async () => {
      const first = await newStream(logs);
      const { logGroupName, now } = first;
      const second = { logGroupName, logStreamName: fresh('stream') };
      await logs.send(new CreateLogStreamCommand(second));
      await put(logs, first, [now - 3000, 'a'], [now - 1000, 'c']);
      await put(logs, second, [now - 2000, 'b'], [now, 'd']);
      await target.differs('filter-order', {
        aws: async () => expect(await found(logs, { logGroupName })).toEqual(['a', 'b', 'c', 'd']),
        moto: async () => expect(await found(logs, { logGroupName })).toEqual(['a', 'c', 'b', 'd']),
      });
      const sorted = async (input: FilterLogEventsCommandInput) => (await found(logs, input)).sort();
      expect(await sorted({ logGroupName, startTime: now - 2000 })).toEqual(['b', 'c', 'd']);
      expect(await sorted({ logGroupName, limit: 1 })).toEqual(['a', 'b', 'c', 'd']);
      await target.differs('filter-end-exclusive', {
        aws: async () => expect(await sorted({ logGroupName, endTime: now })).toEqual(['a', 'b', 'c']),
        moto: async () => expect(await sorted({ logGroupName, endTime: now })).toEqual(['a', 'b', 'c', 'd']),
      });
    });

    it('finds events by a JSON pattern', async () => {
      const stream = await newStream(logs);
      const { now } = stream;
      const lines = ['{"event":"people-told","n":1}', '{"event":"key-stored","n":2}', 'not JSON: people-told'];
      await put(logs, stream, ...lines.map((line) => [now, line] as const));
      const { logGroupName } = stream;
      const filterPattern = '{ $.event = "people-told" }';
      await target.differs('json-filter-patterns', {
        aws: async () => expect(await found(logs, { logGroupName, filterPattern })).toEqual([lines[0]]),
        moto: async () => expect(await found(logs, { logGroupName, filterPattern })).toEqual(lines),
      });
    });

    it('leaves out what is too old or too new, and says which', async () => {
      const stream = await newStream(logs);
      const { now } = stream;
      const old = await put(logs, stream, [now - 14 * DAY - HOUR, 'old'], [now - 14 * DAY + HOUR, 'just']);
      expect(old.rejectedLogEventsInfo).toBeDefined();
      const ahead = await put(logs, stream, [now, 'now'], [now + 3 * HOUR, 'ahead']);
      expect(ahead.rejectedLogEventsInfo).toMatchObject({ tooNewLogEventStartIndex: 1 });
    });

    it('refuses a batch that is out of order, or over more than a day', async () => {
      const stream = await newStream(logs);
      const { now } = stream;
      const invalid = awsError('InvalidParameterException', 400);
      await expect(put(logs, stream, [now, 'b'], [now - 1, 'a'])).rejects.toMatchObject(invalid);
      const long = () => put(logs, stream, [now - DAY - 1, 'a'], [now, 'b']);
      await target.differs('batch-span', {
        aws: () => expect(long()).rejects.toMatchObject(invalid),
        moto: () => expect(long()).resolves.toBeDefined(),
      });
    });
  });
}

interface Stream {
  readonly logGroupName: string;
  readonly logStreamName: string;
  /** The time that the target lives in, in ms. */
  readonly now: number;
}

async function newStream(logs: CloudWatchLogsClient): Promise<Stream> {
  const [logGroupName, logStreamName] = [fresh('/group'), fresh('stream')];
  await logs.send(new CreateLogGroupCommand({ logGroupName }));
  await logs.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  const { logStreams = [] } = await logs.send(new DescribeLogStreamsCommand({ logGroupName }));
  return { logGroupName, logStreamName, now: logStreams[0]?.creationTime ?? 0 };
}

function put(
  logs: CloudWatchLogsClient,
  { logGroupName, logStreamName }: Pick<Stream, 'logGroupName' | 'logStreamName'>,
  ...events: (readonly [number, string])[]
) {
  const logEvents = events.map(([timestamp, message]) => ({ timestamp, message }));
  return logs.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
}

async function found(logs: CloudWatchLogsClient, input: FilterLogEventsCommandInput) {
  const messages: (string | undefined)[] = [];
  let nextToken: string | undefined;
  do {
    const page = await logs.send(new FilterLogEventsCommand({ ...input, nextToken }));
    messages.push(...(page.events ?? []).map(({ message }) => message));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return messages;
}
