import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  type FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { type AuditEvent, readAuditLine } from '../core/audit';
import { after, DAY } from '../core/duration';
import { CLOCK_SKEW } from '../core/key/secret-state';
import { PROVIDER, PROVIDER_LOG_GROUP } from '../core/names';
import { type ClientConfig, reviewConfig } from './client-config';
import { calling } from './failure';

/** What the record of secret providers says of the giving of one secret. A look, and no proof: its events have no seal. */
export interface ProviderLook {
  /** All that is younger than this was read. */
  readonly readBackTo: Date;
  /** The latest giving that was seen. */
  readonly last: AuditEvent | undefined;
  /** Whether a later one may have been missed, because there was too much to read. */
  readonly isCut: boolean;
}

export interface ProviderRecord {
  /**
   * Looks for the last time that steps were given something of a secret.
   *
   * @returns undefined where there is no such record
   * @throws KeyturnError `aws-*`
   */
  lastGiven(secret: string, now: Date): Promise<ProviderLook | undefined>;
}

/** How far back it is looked, the latest first: AWS answers the oldest events of a time first. */
const LOOKS = [DAY, 7 * DAY, 30 * DAY, 90 * DAY];
/** Calls for one key; each reads a MiB at most. */
const MOST_CALLS = 20;

/** The log group that processes of `keyturn serve-provider` write into. */
export function createProviderRecord(config: ClientConfig = reviewConfig()): ProviderRecord {
  const client = new CloudWatchLogsClient(config);
  let calls = 0;

  const page = (secret: string, from: Date, to: Date, nextToken: string | undefined) =>
    calling(`logs:FilterLogEvents of ${PROVIDER_LOG_GROUP}`, {}, () =>
      orNone(
        client.send(
          new FilterLogEventsCommand({
            logGroupName: PROVIDER_LOG_GROUP,
            startTime: from.getTime(),
            endTime: to.getTime(),
            filterPattern: `"secrets-given" "${secret}"`,
            nextToken,
          }),
        ),
      ),
    );

  /** The last one of a time; undefined where there is no record. */
  async function lastWithin(secret: string, from: Date, to: Date) {
    let last: AuditEvent | undefined;
    let nextToken: string | undefined;
    do {
      if (calls === MOST_CALLS) return { last, isCut: true };
      calls += 1;
      const read = await page(secret, from, to, nextToken);
      if (read === undefined) return undefined;
      const given = (read.events ?? []).flatMap(({ message = '' }) => givingOf(secret, message));
      last = [...given, ...(last === undefined ? [] : [last])].sort((a, b) => (a.time < b.time ? 1 : -1))[0];
      nextToken = read.nextToken;
    } while (nextToken !== undefined);
    return { last, isCut: false };
  }

  return {
    async lastGiven(secret, now) {
      calls = 0;
      let readBackTo = after(now, CLOCK_SKEW);
      for (const look of LOOKS) {
        const from = after(now, -look);
        const found = await lastWithin(secret, from, readBackTo);
        if (found === undefined) return undefined;
        if (found.isCut) return { readBackTo, ...found };
        readBackTo = from;
        if (found.last !== undefined) return { readBackTo, ...found };
      }
      return { readBackTo, last: undefined, isCut: false };
    },
  };
}

async function orNone(
  answer: Promise<FilterLogEventsCommandOutput>,
): Promise<FilterLogEventsCommandOutput | undefined> {
  try {
    return await answer;
  } catch (thrown) {
    if (thrown instanceof Error && thrown.name === 'ResourceNotFoundException') return undefined;
    throw thrown;
  }
}

/** The event of a line, if it tells that something of this very secret was given. */
function givingOf(secret: string, message: string): readonly AuditEvent[] {
  const read = readAuditLine(message);
  if (!('event' in read) || read.event.event !== 'secrets-given' || read.event.function !== PROVIDER) return [];
  const { sources } = read.event.facts ?? {};
  const isOfSecret = (source: unknown) =>
    typeof source === 'object' && source !== null && 'secret' in source && source.secret === secret;
  return Array.isArray(sources) && sources.some(isOfSecret) ? [read.event] : [];
}
