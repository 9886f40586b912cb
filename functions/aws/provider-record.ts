import {
  CloudWatchLogsClient,
  type FilteredLogEvent,
  FilterLogEventsCommand,
  type FilterLogEventsCommandOutput,
} from '@aws-sdk/client-cloudwatch-logs';
import { readAuditLine } from '../core/audit';
import { after, DAY } from '../core/duration';
import { type GivenFacts, givenFacts } from '../core/given-facts';
import { CLOCK_SKEW } from '../core/key/secret-state';
import { PROVIDER_FORMS, PROVIDER_LOG_GROUP } from '../core/names';
import { type ClientConfig, reviewConfig } from './client-config';
import { calling } from './failure';

/** A step was given something of a secret. Its texts are as they stand in the record. */
export interface Giving extends Omit<GivenFacts, 'sources'> {
  readonly at: Date;
  /** Version of the secret. */
  readonly version: string;
}

/** What the record of secret providers says of the giving of one secret. A look, and no proof: no seal is checked. */
export interface ProviderLook {
  /** All that is younger than this was read. */
  readonly readBackTo: Date;
  /** The latest giving that was seen. */
  readonly last: Giving | undefined;
  /** Lines about the secret, among those that were read, that no provider writes so. */
  readonly passedOver: number;
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

/** The log group that processes of `keyturn serve-provider` and the endpoint write into. */
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
    let last: Giving | undefined;
    let passedOver = 0;
    let nextToken: string | undefined;
    do {
      if (calls === MOST_CALLS) return { last, passedOver, isCut: true };
      calls += 1;
      const read = await page(secret, from, to, nextToken);
      if (read === undefined) return undefined;
      const told = (read.events ?? []).flatMap((line) => givingOf(secret, line) ?? []);
      passedOver += told.filter((one) => one === 'odd').length;
      last = latest([last ?? [], told].flat());
      nextToken = read.nextToken;
    } while (nextToken !== undefined);
    return { last, passedOver, isCut: false };
  }

  return {
    async lastGiven(secret, now) {
      calls = 0;
      let readBackTo = after(now, CLOCK_SKEW);
      let passedOver = 0;
      for (const look of LOOKS) {
        const from = after(now, -look);
        const found = await lastWithin(secret, from, readBackTo);
        if (found === undefined) return undefined;
        passedOver += found.passedOver;
        if (found.isCut) return { readBackTo, ...found, passedOver };
        readBackTo = from;
        if (found.last !== undefined) return { readBackTo, ...found, passedOver };
      }
      return { readBackTo, last: undefined, passedOver, isCut: false };
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

function latest(told: readonly (Giving | 'odd')[]): Giving | undefined {
  return told.flatMap((one) => (one === 'odd' ? [] : [one])).sort((a, b) => b.at.getTime() - a.at.getTime())[0];
}

/**
 * What a line tells of the giving of this very secret; undefined where it is about something else, and `odd` where no
 * provider writes so: another form, another stream, or another time than that at which CloudWatch Logs took it. It counts
 * as none, so that it hides none.
 */
function givingOf(secret: string, line: FilteredLogEvent): Giving | 'odd' | undefined {
  const { message = '' } = line;
  // What merely begins so is another secret.
  if (!message.includes(`"${secret}"`)) return undefined;
  const read = readAuditLine(message);
  if (!('event' in read)) return 'odd';
  const { event } = read;
  if (event.event !== 'secrets-given') return undefined;
  const facts = givenFacts(event);
  if (facts === undefined) return 'odd';
  const { sources, ...step } = facts;
  const source = sources.find((one) => one.secret === secret);
  if (source === undefined) return undefined;
  const at = new Date(event.time);
  const isOwn =
    PROVIDER_FORMS.includes(event.function) && line.logStreamName?.startsWith(`${event.function}/`) === true;
  return isOwn && isFrom(at, line) ? { ...step, at, version: source.version } : 'odd';
}

/** Whether a line was written at a time: a provider writes at once, and the time that AWS took it is AWS's own. */
function isFrom(at: Date, { timestamp, ingestionTime = Number.NaN }: FilteredLogEvent): boolean {
  return at.getTime() === timestamp && Math.abs(ingestionTime - timestamp) <= CLOCK_SKEW;
}
