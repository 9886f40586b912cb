import type { AuditLog, AuditRecord, Time } from '../account/ports';
import { AUDIT_SCHEMA, type AuditEvent, type AuditOrigin, attemptOf, eventId } from '../core/audit';
import { recordable } from '../core/recordable';

/** What a journal adds to every event by itself. */
type OwnFields = 'schema' | 'id' | 'sequence' | 'time' | 'run' | 'function' | keyof AuditOrigin;
export type JournalEntry = Omit<AuditEvent, OwnFields>;

export interface JournalProps {
  /** The run's name; its repetitions by Lambda have the same one. */
  readonly id: string;
  readonly function: string;
  readonly origin: AuditOrigin;
  readonly time: Time;
  readonly auditLog: AuditLog;
  readonly record: AuditRecord;
}

/** The audit events of one run: numbered, written to the function's own log at once, and put into the record. */
export class Journal {
  readonly #props: JournalProps;
  readonly #attempt: string;
  readonly #events: AuditEvent[] = [];
  /** How many of the events the record has. */
  #kept = 0;
  #keeping: Promise<void> = Promise.resolve();
  /** The call that waits for the one before, if one does: it takes what is written until it begins. */
  #next: Promise<void> | undefined;

  constructor(props: JournalProps) {
    this.#props = props;
    this.#attempt = attemptOf({ run: props.id }, props.time.now());
  }

  get events(): readonly AuditEvent[] {
    return this.#events;
  }

  /** How many events the record does not have. */
  get unrecorded(): number {
    return this.#events.length - this.#kept;
  }

  write(entry: JournalEntry): void {
    const { id: run, function: name, origin, time, auditLog } = this.#props;
    const sequence = this.#events.length + 1;
    const event = recordable({
      schema: AUDIT_SCHEMA,
      id: eventId(this.#attempt, sequence),
      sequence,
      time: time.now().toISOString(),
      ...origin,
      run,
      function: name,
      ...entry,
    });
    this.#events.push(event);
    auditLog.write(event);
  }

  /**
   * Puts into the record what it does not have. One call after the other, so that the record's order is the run's; what
   * several wait for goes in one.
   *
   * @throws KeyturnError `aws-*`; a later call tries the same events again
   */
  keep(): Promise<void> {
    if (this.#next !== undefined) return this.#next;
    this.#next = this.#keeping
      .catch(() => undefined)
      .then(async () => {
        this.#next = undefined;
        const until = this.#events.length;
        if (until === this.#kept) return;
        await this.#props.record.append(this.#events.slice(this.#kept, until));
        this.#kept = until;
      });
    this.#keeping = this.#next;
    return this.#next;
  }
}
