import type { AuditRecord, Time } from '../account/ports';
import { AUDIT_SCHEMA, type AuditEvent, type AuditOrigin, attemptOf, eventId } from '../core/audit';
import type { ENDPOINT, PROVIDER } from '../core/names';
import { recordable } from '../core/recordable';

/** What is told of one decision. */
export type DecisionEntry = Pick<AuditEvent, 'event' | 'outcome' | 'reason' | 'code' | 'target' | 'facts'>;

export interface DecisionRecordProps {
  /** The form of this provider. */
  readonly as: typeof PROVIDER | typeof ENDPOINT;
  /** Names this process. */
  readonly run: string;
  readonly origin: AuditOrigin;
  readonly time: Pick<Time, 'now'>;
  readonly append: AuditRecord['append'];
}

/** Puts what a provider has decided into its record. What several decisions wait for goes in one call. */
export class DecisionRecord {
  readonly #props: DecisionRecordProps;
  readonly #attempt: string;
  #sequence = 0;
  #waiting: AuditEvent[] = [];
  #appending: Promise<void> = Promise.resolve();
  /** The call that waits for the one before, if one does. */
  #next: Promise<void> | undefined;

  constructor(props: DecisionRecordProps) {
    this.#props = props;
    this.#attempt = attemptOf({ run: props.run }, props.time.now());
  }

  /** Resolves when the record has it. An event that it has not leaves a gap in the numbers. @throws KeyturnError `aws-*` */
  write(entry: DecisionEntry): Promise<void> {
    const { as, run, origin, time } = this.#props;
    this.#sequence += 1;
    const event = {
      schema: AUDIT_SCHEMA,
      id: eventId(this.#attempt, this.#sequence),
      sequence: this.#sequence,
      time: time.now().toISOString(),
      ...origin,
      run,
      function: as,
      ...entry,
    } as const;
    this.#waiting.push(recordable(event));
    this.#next ??= this.#appending
      .catch(() => undefined)
      .then(() => {
        const events = this.#waiting;
        this.#waiting = [];
        this.#next = undefined;
        this.#appending = this.#props.append(events);
        return this.#appending;
      });
    return this.#next;
  }
}
