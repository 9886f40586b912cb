import {
  type AuditEvent,
  attemptOfEvent,
  REQUEST_EVENTS,
  type ReadLine,
  readAuditLine,
} from '../../../functions/core/audit';
import { DAY } from '../../../functions/core/duration';
import { AwsError } from '../../../local/account/aws-error';
import { compileFilterPattern } from '../../../local/evidence/logs/log-filter-pattern';
import type { Bus } from './bus';
import { rememberingOne } from './memo';
import type { RecordPromises } from './record-promises';
import type { RunRecord } from './run-record';

interface LogInput {
  readonly logStreamName?: string;
  readonly logEvents?: readonly { readonly timestamp: number; readonly message: string }[];
  readonly startTime?: number;
  readonly endTime?: number;
  readonly filterPattern?: string;
}

interface KeptEvent {
  readonly logStreamName: string;
  readonly timestamp: number;
  readonly message: string;
}

/** What a bus, a queue or a topic behind a rule takes of one event. */
const MOST_BYTES = 256 * 1_024;
/** As JSON writes it: what ends a line, turns it around or hides in it. */
const UNFIT = /\\[bfnrt]|\\u00[01]|[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/;

/** The kinds of events that runs ask for. */
const ASKED_FOR: ReadonlySet<string> = new Set<AuditEvent['event']>([
  ...REQUEST_EVENTS,
  'exposed',
  'run-started',
  'key-stored',
  'key-deactivation-begun',
  'people-told',
  'target-failed',
  'target-delivered',
  'step-failed',
  'finding',
  'manifest-written',
]);
/** Whole days are read so far back. */
const DAYS_KEPT = 40 * DAY;

/** The log group of the audit record: what really came there, whatever the run that sent it has heard of that. */
export class Ledger {
  readonly #promises: RecordPromises;
  readonly #streams = new Set<string>();
  readonly #shapes = new Set<string>();
  /** By the kind of event. */
  readonly #asked = new Map<string, KeptEvent[]>();
  /** Which process used an ID first. */
  readonly #attempts = new Map<string, string>();

  /** Everything, where days are read as a whole. */
  #all: KeptEvent[] = [];
  readonly #byRun = new Map<string, KeptEvent[]>();
  readonly #bus: Bus | undefined;
  readonly #onKept: (event: AuditEvent) => void;
  readonly #patterns = new Map<string, (kept: KeptEvent) => boolean>();

  /** @param onKept told of each event that the record has */
  constructor(promises: RecordPromises, bus: Bus | undefined, onKept: (event: AuditEvent) => void) {
    this.#promises = promises;
    this.#bus = bus;
    this.#onKept = onKept;
  }

  /** One call of a run. @throws AwsError */
  perform(run: RunRecord, action: string, input: LogInput): unknown {
    const { logStreamName: stream = '', logEvents = [], startTime = 0 } = input;
    switch (action) {
      case 'CreateLogStream':
        if (this.#streams.has(stream)) throw new AwsError('ResourceAlreadyExistsException', 400, 'exists');
        this.#streams.add(stream);
        return {};
      case 'PutLogEvents':
        if (!this.#streams.has(stream)) throw new AwsError('ResourceNotFoundException', 400, 'no such stream');
        for (const { timestamp, message } of logEvents) this.#take(run, stream, timestamp, message);
        return {};
      case 'FilterLogEvents':
        return { events: this.#found(input, startTime) };
      default:
        throw new Error(`the ledger has no ${action}`);
    }
  }

  #take(run: RunRecord, logStreamName: string, timestamp: number, message: string): void {
    const read = this.#read(run, message);
    if (!('event' in read)) {
      this.#promises.isNoEvent(run, message);
      return;
    }
    const { event } = read;
    if (Buffer.byteLength(message) > MOST_BYTES || UNFIT.test(message)) this.#promises.isUnfit(run, event);
    this.#isOwn(run, event);
    if (run.kept.has(event.id)) return;
    this.#promises.isTrue(run, event);
    run.kept.set(event.id, event);
    this.#onKept(event);
    // The same object for whoever finds it, and whenever.
    const kept = { logStreamName, timestamp, message };
    if (this.#bus !== undefined) this.#keep(kept);
    if (!ASKED_FOR.has(event.event)) return;
    const alike = this.#asked.get(event.event) ?? [];
    this.#asked.set(event.event, alike);
    alike.push(kept);
  }

  /** A line that is, letter by letter, what the run wrote to its log is read once for each shape that events have. */
  #read(run: RunRecord, message: string): ReadLine {
    const event = run.lines.get(withoutSeal(message));
    const shape = event && `${event.event} ${Object.keys(event)} ${Object.keys(event.facts ?? {})}`;
    if (event !== undefined && shape !== undefined && this.#shapes.has(shape)) return { event, document: event };
    const read = readAuditLine(message);
    if ('event' in read && shape !== undefined) this.#shapes.add(shape);
    return read;
  }

  /** The line as a whole: its seal is in it. */
  #keep(kept: KeptEvent): void {
    const whole = readAuditLine(kept.message);
    if (!('event' in whole)) return;
    const { event } = whole;
    this.#bus?.recorded(event);
    this.#all.push(kept);
    const { timestamp: now } = kept;
    if ((this.#all[0]?.timestamp ?? now) < now - 2 * DAYS_KEPT)
      this.#all = this.#all.filter(({ timestamp }) => timestamp >= now - DAYS_KEPT);
    const ofRun = this.#byRun.get(event.run) ?? [];
    this.#byRun.set(event.run, ofRun);
    ofRun.push(kept);
  }

  #found(
    { filterPattern = '', endTime = Number.POSITIVE_INFINITY }: LogInput,
    startTime: number,
  ): readonly KeptEvent[] {
    const [, run] = /^\{ \$\.run = "([^"]+)" \}$/.exec(filterPattern) ?? [];
    if (run === undefined && filterPattern !== '') return this.#since(startTime, endTime, filterPattern);
    const some = run === undefined ? this.#all : (this.#byRun.get(run) ?? []);
    return some.filter(({ timestamp }) => timestamp >= startTime && timestamp < endTime);
  }

  #since(startTime: number, endTime: number, filterPattern: string): readonly KeptEvent[] {
    const [, kind = ''] = /^\{ \$\.event = "([\w-]+)"/.exec(filterPattern) ?? [];
    if (!ASKED_FOR.has(kind)) throw new Error(`the ledger keeps nothing for ${filterPattern}`);
    const alike = this.#asked.get(kind) ?? [];
    // Runs ask for the last days of years; what comes late comes within a day.
    const old = alike.findLastIndex(({ timestamp }) => timestamp < startTime - DAY);
    const recent = alike.slice(old + 1).filter(({ timestamp }) => timestamp >= startTime && timestamp < endTime);
    return recent.filter(this.#matching(filterPattern));
  }

  /** Each line is read once for each question, however often that is asked. */
  #matching(filterPattern: string): (kept: KeptEvent) => boolean {
    const known = this.#patterns.get(filterPattern);
    if (known !== undefined) return known;
    const matches = compileFilterPattern(filterPattern);
    const matching = rememberingOne(({ message }: KeptEvent) => matches(message));
    this.#patterns.set(filterPattern, matching);
    return matching;
  }

  /** No two attempts share an ID, even with the same request ID. */
  #isOwn(run: RunRecord, event: AuditEvent): void {
    const attempt = attemptOfEvent(event);
    const { name } = run.process;
    const known = this.#attempts.get(attempt) ?? name;
    this.#attempts.set(attempt, known);
    if (known !== name) this.#promises.isTwice(run, event);
  }
}

/** The line as the run wrote it to its log: the seal is an event's last field. */
function withoutSeal(message: string): string {
  const seal = message.lastIndexOf(',"seal":{');
  return seal < 0 ? message : `${message.slice(0, seal)}}`;
}
