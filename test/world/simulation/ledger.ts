import { type AuditEvent, attemptOfEvent, readAuditLine } from '../../../functions/core/audit';
import { AwsError } from '../../../local/account/aws-error';
import type { RecordPromises } from './record-promises';
import type { RunRecord } from './run-record';

interface LogInput {
  readonly logStreamName?: string;
  readonly logEvents?: readonly { readonly timestamp: number; readonly message: string }[];
  readonly startTime?: number;
}

/** The log group of the audit record: what really came there, whatever the run that sent it has heard of that. */
export class Ledger {
  readonly #promises: RecordPromises;
  readonly #streams = new Set<string>();
  readonly #told: { readonly logStreamName: string; readonly at: number; readonly message: string }[] = [];
  readonly #attempts = new Map<string, RunRecord>();

  constructor(promises: RecordPromises) {
    this.#promises = promises;
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
        return { events: this.#told.filter(({ at }) => at >= startTime) };
      default:
        throw new Error(`the ledger has no ${action}`);
    }
  }

  #take(run: RunRecord, logStreamName: string, at: number, message: string): void {
    const read = readAuditLine(message);
    if (!('event' in read)) {
      this.#promises.isNoEvent(run, message);
      return;
    }
    const { event } = read;
    this.#isOwn(run, event);
    if (run.kept.has(event.id)) return;
    this.#promises.isTrue(run, event);
    run.kept.set(event.id, event);
    if (event.event === 'people-told') this.#told.push({ logStreamName, at, message });
  }

  /** No two attempts share an ID, even with the same request ID. */
  #isOwn(run: RunRecord, event: AuditEvent): void {
    const attempt = attemptOfEvent(event);
    const known = this.#attempts.get(attempt) ?? run;
    this.#attempts.set(attempt, known);
    if (known !== run) this.#promises.isTwice(run, event);
  }
}
