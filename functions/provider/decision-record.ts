import type { AuditRecord, Time } from '../account/ports';
import { AUDIT_SCHEMA, type AuditEvent, type AuditOrigin, attemptOf, eventId } from '../core/audit';
import type { ENDPOINT, PROVIDER } from '../core/names';
import { recordable } from '../core/recordable';

/** What is told of one decision. */
export type DecisionEntry = Pick<AuditEvent, 'event' | 'outcome' | 'reason' | 'code' | 'target' | 'facts'>;

/** Seals the events of one attempt, in their order. @throws KeyturnError `aws-*` */
type SealEvents = (events: readonly AuditEvent[]) => Promise<readonly AuditEvent[]>;

export interface DecisionRecordProps {
  /** The form of this provider. */
  readonly as: typeof PROVIDER | typeof ENDPOINT;
  /** Names this process. */
  readonly run: string;
  readonly origin: AuditOrigin;
  readonly time: Pick<Time, 'now'>;
  readonly append: AuditRecord['append'];
  /** Begins to seal an attempt of that name. @default - its events have no seal */
  readonly sealing?: (attempt: string) => SealEvents;
}

interface Waiting {
  readonly entry: DecisionEntry;
  readonly over: AbortSignal | undefined;
}

interface Attempt {
  readonly name: string;
  readonly seal: SealEvents;
  /** How many events it has. */
  written: number;
}

/**
 * Puts what a provider has decided into its record. What several decisions wait for goes in one call. An attempt is a chain
 * without a gap: where the record may lack one of its events, the next ones are another attempt's.
 */
export class DecisionRecord {
  readonly #props: DecisionRecordProps;
  #attempt: Attempt | undefined;
  #lastBegun = 0;
  readonly #waiting: Waiting[] = [];
  #appending: Promise<void> = Promise.resolve();
  /** The call that waits for the one before, if one does. */
  #next: Promise<void> | undefined;

  constructor(props: DecisionRecordProps) {
    this.#props = props;
  }

  /** Has what the first events are sealed with made, so that they need not wait for it. @throws KeyturnError `aws-*` */
  async begin(): Promise<void> {
    await this.#currentAttempt().seal([]);
  }

  /**
   * Resolves when the record has it.
   *
   * @param over ends the decision: what still waits to be written then is not
   * @throws KeyturnError `aws-*`, and the reason of `over`
   */
  async write(entry: DecisionEntry, over?: AbortSignal): Promise<void> {
    over?.throwIfAborted();
    this.#waiting.push({ entry, over });
    this.#next ??= this.#appending.catch(() => undefined).then(() => this.#appendWaiting());
    await this.#next;
    over?.throwIfAborted();
  }

  async #appendWaiting(): Promise<void> {
    let waiting: readonly Waiting[] = [];
    try {
      // It may ask KMS, which takes a while: who is over after it is not written.
      await this.begin();
    } finally {
      // They are told of a failure too.
      waiting = this.#waiting.splice(0);
      this.#next = undefined;
    }
    this.#appending = this.#append(waiting.flatMap(({ entry, over }) => (over?.aborted ? [] : entry)));
    await this.#appending;
  }

  async #append(entries: readonly DecisionEntry[]): Promise<void> {
    if (entries.length === 0) return;
    const attempt = this.#currentAttempt();
    try {
      await this.#props.append(await attempt.seal(entries.map((entry) => this.#event(entry, attempt))));
    } catch (thrown) {
      this.#attempt = undefined;
      throw thrown;
    }
  }

  #event(entry: DecisionEntry, attempt: Attempt): AuditEvent {
    const { as, run, origin, time } = this.#props;
    attempt.written += 1;
    const { name, written: sequence } = attempt;
    return recordable({
      schema: AUDIT_SCHEMA,
      id: eventId(name, sequence),
      sequence,
      time: time.now().toISOString(),
      ...origin,
      run,
      function: as,
      ...entry,
    });
  }

  #currentAttempt(): Attempt {
    this.#attempt ??= this.#newAttempt();
    return this.#attempt;
  }

  /** Each has a name of its own, however soon it begins after the one before. */
  #newAttempt(): Attempt {
    const { run, time, sealing } = this.#props;
    const begun = Math.max(time.now().getTime(), this.#lastBegun + 1);
    this.#lastBegun = begun;
    const name = attemptOf({ run }, new Date(begun));
    return { name, seal: sealing?.(name) ?? unsealed, written: 0 };
  }
}

const unsealed: SealEvents = (events) => Promise.resolve(events);
