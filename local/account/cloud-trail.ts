import type { Clock } from '../clock';
import { AwsError } from './aws-error';
import { pageAfter, positionOf } from './paging';
import type { TrailRecord } from './trail';

/** What LookupEvents can be asked by; CloudTrail takes one attribute a call. */
export const LOOKUP_ATTRIBUTES = [
  'EventId',
  'EventName',
  'ReadOnly',
  'Username',
  'EventSource',
  'AccessKeyId',
] as const;
type LookupAttribute = (typeof LOOKUP_ATTRIBUTES)[number];

export interface LookupEventsInput {
  readonly LookupAttributes?: readonly { readonly AttributeKey: LookupAttribute; readonly AttributeValue: string }[];
  readonly StartTime?: Date;
  readonly EndTime?: Date;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

/** A trail of the account, or of its organization. */
export interface TrailSetUp {
  readonly name: string;
  /** @default true */
  readonly isLogging?: boolean;
  /** Of management events. @default 'All' */
  readonly records?: 'All' | 'WriteOnly' | 'ReadOnly' | 'none';
  /** @default true */
  readonly isMultiRegion?: boolean;
  /** Set up with advanced event selectors in place of the older ones. @default false */
  readonly isAdvanced?: boolean;
}

/** CloudTrail's event history goes back so many days. */
const HISTORY = 90 * 24 * 60 * 60_000;
/** Events of a page at most, and by default. */
const PAGE = 50;

/** CloudTrail's event history of management events, by region: all writes, what users' access keys read, and all that KMS did. */
export class CloudTrail {
  readonly #clock: Clock;
  readonly #records: () => readonly TrailRecord[];
  readonly #delay: number;
  readonly #trails = new Map<string, TrailSetUp>();

  /** @param delay ms until a record shows */
  constructor(clock: Clock, records: () => readonly TrailRecord[], delay: number) {
    this.#clock = clock;
    this.#records = records;
    this.#delay = delay;
  }

  /** Sets a trail up, or another way; what it writes is not part of it. */
  addTrail(trail: TrailSetUp): void {
    this.#trails.set(trail.name, trail);
  }

  trails(): readonly TrailSetUp[] {
    return [...this.#trails.values()];
  }

  /** @param nameOrArn of a trail @throws AwsError TrailNotFoundException */
  trailNamed(nameOrArn: string): TrailSetUp {
    const trail = this.#trails.get(nameOrArn.split('/').at(-1) ?? '');
    if (trail !== undefined) return trail;
    throw new AwsError('TrailNotFoundException', 400, `Unknown trail: ${nameOrArn}.`);
  }

  /**
   * Newest first. A token goes on with the very question that it was given for.
   * @throws AwsError InvalidTimeRangeException, InvalidNextTokenException, InvalidMaxResultsException
   */
  lookupEvents(input: LookupEventsInput, region: string) {
    const size = input.MaxResults ?? PAGE;
    if (size < 1 || size > PAGE) {
      throw new AwsError('InvalidMaxResultsException', 400, `MaxResults must be from 1 to ${PAGE}.`);
    }
    const now = this.#clock.now();
    const from = Math.max(input.StartTime?.getTime() ?? 0, now - HISTORY);
    const to = Math.min(input.EndTime?.getTime() ?? now, now - this.#delay);
    if (input.StartTime !== undefined && input.EndTime !== undefined && input.StartTime > input.EndTime) {
      throw new AwsError('InvalidTimeRangeException', 400, 'The start time occurs after the end time.');
    }
    const question = questionOf(input);
    const badToken = () => new AwsError('InvalidNextTokenException', 400, 'Invalid token or token expired.');
    const after = positionOf(input.NextToken, badToken);
    if (after?.startsWith(question) === false) throw badToken();
    const [attribute] = input.LookupAttributes ?? [];
    const key = (record: TrailRecord) => `${question}${record.eventTime} ${record.eventID}`;
    const found = this.#records()
      .filter((record) => {
        const at = Date.parse(record.eventTime);
        if (record.awsRegion !== region || at < from || at > to) return false;
        return attribute === undefined || attributeOf(record, attribute.AttributeKey) === attribute.AttributeValue;
      })
      .sort((a, b) => (key(a) < key(b) ? 1 : -1));
    const { items, token: NextToken } = pageAfter(found, key, size, after, true);
    return { Events: items.map(eventOf), NextToken };
  }
}

function questionOf({ LookupAttributes, StartTime, EndTime }: LookupEventsInput): string {
  return `${JSON.stringify([LookupAttributes ?? [], StartTime?.getTime(), EndTime?.getTime()])} `;
}

function attributeOf(record: TrailRecord, attribute: LookupAttribute): unknown {
  switch (attribute) {
    case 'EventId':
      return record.eventID;
    case 'EventName':
      return record.eventName;
    case 'ReadOnly':
      return String(record.readOnly);
    case 'EventSource':
      return record.eventSource;
    case 'AccessKeyId':
      return record.userIdentity.accessKeyId;
    case 'Username':
      return usernameOf(record);
  }
}

/** An IAM user's name, or the session name of an assumed role. */
function usernameOf({ userIdentity: { userName, arn, type } }: TrailRecord): unknown {
  return type === 'AssumedRole' && typeof arn === 'string' ? arn.slice(arn.lastIndexOf('/') + 1) : userName;
}

function eventOf(record: TrailRecord) {
  return {
    EventId: record.eventID,
    EventName: record.eventName,
    ReadOnly: String(record.readOnly),
    AccessKeyId: record.userIdentity.accessKeyId,
    EventTime: new Date(record.eventTime),
    EventSource: record.eventSource,
    Username: usernameOf(record),
    CloudTrailEvent: JSON.stringify(record),
  };
}
