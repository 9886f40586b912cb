import {
  CloudWatchLogsClient,
  CreateLogStreamCommand,
  type FilteredLogEvent,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import type { AuditRecord, RecordOfDay, SealKey } from '../account/ports';
import { type AuditEvent, attemptOfEvent, readAuditLine, startOf } from '../core/audit';
import { after, DAY } from '../core/duration';
import { KeyturnError } from '../core/errors';
import { AUDIT_LOG_GROUP } from '../core/names';
import { MOST_EVENT_BYTES } from '../core/recordable';
import { SealCheck } from '../core/seal/check-seal';
import { DAY_CLOSES_AFTER, DayEnds } from '../core/seal/manifest';
import { DayUnsent } from '../core/seal/unsent';
import { type ClientConfig, recordConfig } from './client-config';
import { awsFailure, calling } from './failure';

/** Characters of an event with its seal: a longer line is none of ours, and need not be read. */
const MOST_OF_A_LINE = MOST_EVENT_BYTES + 4_096;
/** PutLogEvents: at most 10,000 events and 1 MiB a call, each with 26 bytes of its own. */
const MOST_EVENTS = 10_000;
const MOST_BYTES = 1_048_576;
const OVERHEAD = 26;

/**
 * The AuditRecord port over a CloudWatch Logs group. A stream holds what one function wrote in one month. Whoever may
 * write into the group may write anything there, so nothing is read back that the key has not sealed.
 *
 * @param former keys of deployments before this one: what they have sealed is sent again where a bus lacks it, and decides
 * nothing. One that does not answer counts as unknown
 */
export function createAuditRecord(
  sealKey: KnownKey,
  former: readonly KnownKey[] = [],
  logGroupName = AUDIT_LOG_GROUP,
  config: ClientConfig = recordConfig,
): AuditRecord {
  const client = new CloudWatchLogsClient(config);
  const doing = (action: string) => `logs:${action} of ${logGroupName}`;

  const { byOwn, byAny } = sealChecks(sealKey, former);

  /** The proved events since an instant, all pages. */
  async function* proved(
    asked: Pick<FilterLogEventsCommandInput, 'endTime' | 'filterPattern' | 'logStreamNamePrefix'>,
    since: Date,
    checking = byOwn,
  ) {
    const sealed = await checking();
    let nextToken: string | undefined;
    do {
      const page = await calling(doing('FilterLogEvents'), {}, () =>
        client.send(new FilterLogEventsCommand({ logGroupName, startTime: since.getTime(), ...asked, nextToken })),
      );
      for (const line of page.events ?? []) {
        const read = provedEvent(line, sealed);
        // A line that is written again later tells of its own time, and not of that.
        if (read !== undefined && new Date(read.event.time) >= since) yield read;
      }
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }

  const recorded: AuditRecord['recorded'] = async (since, event, reason, by, until) => {
    const because = reason === undefined ? '' : ` && $.reason = "${reason}"`;
    const found: AuditEvent[] = [];
    const filterPattern = `{ $.event = "${event}"${because} }`;
    const logStreamNamePrefix = by === undefined ? undefined : `${by}/`;
    const asked = { filterPattern, logStreamNamePrefix, endTime: until?.getTime() };
    for await (const read of proved(asked, since)) found.push(read.event);
    return found;
  };

  return {
    append: appending(client, logGroupName),

    told: (since) => recorded(since, 'people-told'),
    recorded,

    async ofDay(day) {
      const from = new Date(`${day}T00:00:00.000Z`);
      const asked = { endTime: after(from, DAY + DAY_CLOSES_AFTER).getTime() };
      return recordOfDay(day, proved(asked, from, byAny), (await sealKey.publicKey()).arn);
    },

    async ofAttempt(attempt) {
      const from = new Date(startOf(attempt));
      const run = attempt.slice(0, attempt.lastIndexOf('-'));
      const asked = { endTime: after(from, DAY_CLOSES_AFTER).getTime(), filterPattern: `{ $.run = "${run}" }` };
      return eventsOf(attempt, proved(asked, from, byAny));
    },
  };
}

/** What writes events into a log group. @throws KeyturnError `aws-*` */
export function createEventWriter(logGroupName: string, config: ClientConfig = recordConfig): AuditRecord['append'] {
  return appending(new CloudWatchLogsClient(config), logGroupName);
}

function appending(client: CloudWatchLogsClient, logGroupName: string): AuditRecord['append'] {
  const doing = (action: string) => `logs:${action} of ${logGroupName}`;
  const put = (logStreamName: string, lines: readonly Line[]) =>
    putLines(client, { logGroupName, logStreamName }, lines);
  return async (events) => {
    for (const batch of batches(events)) {
      const stream = batch[0].stream;
      try {
        await put(stream, batch);
      } catch (thrown) {
        if (!isNamed(thrown, 'ResourceNotFoundException')) throw awsFailure(thrown, doing('PutLogEvents'));
        await calling(doing('CreateLogStream'), {}, () => create(client, logGroupName, stream));
        await calling(doing('PutLogEvents'), {}, () => put(stream, batch));
      }
    }
  };
}

async function putLines(
  client: CloudWatchLogsClient,
  stream: { readonly logGroupName: string; readonly logStreamName: string },
  lines: readonly Line[],
): Promise<void> {
  const logEvents = lines.map(({ timestamp, message }) => ({ timestamp, message }));
  const { rejectedLogEventsInfo } = await client.send(new PutLogEventsCommand({ ...stream, logEvents }));
  if (rejectedLogEventsInfo === undefined) return;
  const doing = `logs:PutLogEvents of ${stream.logGroupName}`;
  throw new KeyturnError('aws-rejected', `${doing}: events were refused for their time.`);
}

type KnownKey = Pick<SealKey, 'publicKey'>;

/** Checks seals by the own key alone, and by those before it too. */
function sealChecks(own: KnownKey, former: readonly KnownKey[]) {
  let check: SealCheck | undefined;
  const byOwn = async (): Promise<SealCheck> => {
    check ??= new SealCheck([await own.publicKey()]);
    return check;
  };
  const byAny = async (): Promise<SealCheck> => {
    if (former.length === 0) return byOwn();
    const before = await Promise.all(former.map((key) => key.publicKey().catch(() => undefined)));
    return new SealCheck([await own.publicKey(), ...before.flatMap((key) => key ?? [])]);
  };
  return { byOwn, byAny };
}

interface ProvedLine {
  readonly event: AuditEvent;
  /** The event as it was written down. */
  readonly document: unknown;
}

/** @param own the key whose attempts a manifest of this deployment names */
async function recordOfDay(
  day: string,
  lines: AsyncIterable<ProvedLine>,
  own: string | undefined,
): Promise<RecordOfDay> {
  const ends = new DayEnds(day);
  const unsent = new DayUnsent(day);
  for await (const { event, document } of lines) {
    if (event.seal?.certificate.key === own) ends.add(event, document);
    unsent.add(event);
  }
  return { ends: ends.ends(), unsent: unsent.unsent(), isSettled: unsent.isSettled };
}

/** In their order; as they were written down, because a seal covers what this version does not know, too. */
async function eventsOf(attempt: string, lines: AsyncIterable<ProvedLine>): Promise<readonly AuditEvent[]> {
  const found = new Map<number, AuditEvent>();
  for await (const { event, document } of lines) {
    if (attemptOfEvent(event) === attempt) found.set(event.sequence, document as AuditEvent);
  }
  return [...found].sort(([a], [b]) => a - b).map(([, event]) => event);
}

/** The event of a line that a function of this deployment wrote at that time into a stream of its own. */
function provedEvent(
  { message = '', timestamp, logStreamName = '' }: FilteredLogEvent,
  check: SealCheck,
): ProvedLine | undefined {
  if (message.length > MOST_OF_A_LINE) return undefined;
  const read = readAuditLine(message);
  if (!('event' in read)) return undefined;
  const { event } = read;
  const isInPlace = logStreamName.startsWith(`${event.function}/`) && Date.parse(event.time) === timestamp;
  return isInPlace && check.verdictOf(read.document, event) === 'sealed' ? read : undefined;
}

/** Another run may have made the stream meanwhile. */
async function create(client: CloudWatchLogsClient, logGroupName: string, logStreamName: string): Promise<void> {
  try {
    await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  } catch (thrown) {
    if (!isNamed(thrown, 'ResourceAlreadyExistsException')) throw thrown;
  }
}

function isNamed(thrown: unknown, name: string): boolean {
  return thrown instanceof Error && thrown.name === name;
}

interface Line {
  /** `rotate/2026-04` */
  readonly stream: string;
  readonly timestamp: number;
  readonly message: string;
}

function lineOf(event: AuditEvent): Line {
  const stream = `${event.function}/${event.time.slice(0, 7)}`;
  return { stream, timestamp: Date.parse(event.time), message: JSON.stringify(event) };
}

/** Events in order of time, as many a call as are allowed; a call is about one month. */
function* batches(events: readonly AuditEvent[]): Generator<readonly [Line, ...Line[]]> {
  const [first, ...others] = events.map(lineOf).sort((a, b) => a.timestamp - b.timestamp);
  if (first === undefined) return;
  let batch: [Line, ...Line[]] = [first];
  let bytes = sizeOf(first);
  for (const line of others) {
    const size = sizeOf(line);
    if (batch.length < MOST_EVENTS && bytes + size <= MOST_BYTES && line.stream === batch[0].stream) {
      batch.push(line);
      bytes += size;
    } else {
      yield batch;
      batch = [line];
      bytes = size;
    }
  }
  yield batch;
}

function sizeOf({ message }: Line): number {
  return Buffer.byteLength(message) + OVERHEAD;
}
