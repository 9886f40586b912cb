import { gzipSync } from 'node:zlib';
import type { Account } from '../../account/account';
import type { LogEvent } from '../../account/log-group';
import type { Lambda } from '../../lambda/lambda';
import type { Scheduler } from '../../scheduler';

/** A subscription of a log group whose events go to a Lambda function. */
export interface LogFeed {
  readonly logGroup: string;
  readonly filterName: string;
  readonly functionArn: string;
}

export interface LogFeedsOptions {
  readonly account: Account;
  readonly lambda: Lambda;
  readonly scheduler: Scheduler;
  /** How often a batch is handed over: CloudWatch Logs promises once at least. @default once */
  readonly copies?: (() => number) | undefined;
}

/** ms for which events of one stream are gathered. */
const GATHERED = 5_000;
/** Bytes of messages in one batch. */
const MOST_BYTES = 1_048_576;

/**
 * What CloudWatch Logs hands to Lambda functions: gzip in Base64, a stream's events together, asynchronously. What it may
 * not hand over counts as `DeliveryErrors`, and is not tried again.
 */
export class LogFeeds {
  readonly #gathered = new Map<string, LogEvent[]>();

  constructor(private readonly options: LogFeedsOptions) {}

  /** Whether the function lets CloudWatch Logs start it for this group. */
  admits({ functionArn, logGroup }: LogFeed): boolean {
    const { account, lambda } = this.options;
    const source = `arn:aws:logs:${account.region}:${account.accountId}:log-group:${logGroup}:*`;
    return lambda.has(functionArn) && lambda.allows(functionArn, 'logs.amazonaws.com', source);
  }

  put(feed: LogFeed, logStream: string, events: readonly LogEvent[]): void {
    const name = `${feed.filterName} of ${feed.logGroup} ${logStream}`;
    const gathered = this.#gathered.get(name);
    if (gathered !== undefined) {
      gathered.push(...events);
      return;
    }
    this.#gathered.set(name, [...events]);
    const { scheduler, account } = this.options;
    scheduler.at(account.clock.now() + GATHERED, `log batch ${name}`, async () => {
      const all = this.#gathered.get(name) ?? [];
      this.#gathered.delete(name);
      for (const batch of batchesOf(all)) await this.#handOver(feed, logStream, batch);
    });
  }

  async #handOver(feed: LogFeed, logStream: string, events: readonly LogEvent[]): Promise<void> {
    const { account, lambda, copies = () => 1 } = this.options;
    const { logGroup, filterName, functionArn } = feed;
    if (!this.admits(feed)) {
      account.cloudWatch.metrics.put({
        namespace: 'AWS/Logs',
        name: 'DeliveryErrors',
        dimensions: { LogGroupName: logGroup, DestinationType: 'Lambda', FilterName: filterName },
        value: events.length,
        at: account.clock.now(),
      });
      return;
    }
    const logEvents = events.map(({ eventId: id, timestamp, message }) => ({ id, timestamp, message }));
    const from = { owner: account.accountId, logGroup, logStream, subscriptionFilters: [filterName] };
    const batch = gzipSync(JSON.stringify({ messageType: 'DATA_MESSAGE', ...from, logEvents }));
    const payload = JSON.stringify({ awslogs: { data: batch.toString('base64') } });
    for (let copy = copies(); copy > 0; copy--) await lambda.invokeAsynchronously(functionArn, payload);
  }
}

function* batchesOf(events: readonly LogEvent[]): Generator<readonly LogEvent[]> {
  let batch: LogEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = Buffer.byteLength(event.message);
    if (batch.length > 0 && bytes + size > MOST_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(event);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}
