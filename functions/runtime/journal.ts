import type { AuditLog, AuditRecord, SealKey, Time } from '../account/ports';
import { AUDIT_SCHEMA, type AuditEvent, type AuditOrigin, attemptOf, eventId } from '../core/audit';
import { recordable } from '../core/recordable';
import { AttemptSeal } from './attempt-seal';

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
  readonly sealKey: SealKey;
}

/** The audit events of one run: numbered, written to the function's own log at once, sealed, and put into the record. */
export class Journal {
  readonly #props: JournalProps;
  readonly #attempt: string;
  readonly #seal: AttemptSeal;
  readonly #events: AuditEvent[] = [];
  /** The first of them again, with their seals. */
  readonly #sealed: AuditEvent[] = [];
  #sealing: Promise<void> = Promise.resolve();
  /** How many of the events the record has. */
  #kept = 0;
  #keeping: Promise<void> = Promise.resolve();
  /** The call that waits for the one before, if one does: it takes what is written until it begins. */
  #next: Promise<void> | undefined;

  constructor(props: JournalProps) {
    this.#props = props;
    const { account, region } = props.origin;
    this.#attempt = attemptOf({ run: props.id }, props.time.now());
    this.#seal = new AttemptSeal(props.sealKey, {
      account,
      region,
      function: props.function,
      attempt: this.#attempt,
    });
  }

  /** The name of this attempt. */
  get attempt(): string {
    return this.#attempt;
  }

  /** How many events were written. */
  get written(): number {
    return this.#events.length;
  }

  /** The first of them, each with its seal. */
  get sealed(): readonly AuditEvent[] {
    return [...this.#sealed];
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

  /** Seals what has no seal yet. @throws KeyturnError `aws-*`; a later call seals the same events */
  seal(): Promise<void> {
    this.#sealing = this.#sealing
      .catch(() => undefined)
      .then(async () => {
        const unsealed = this.#events.slice(this.#sealed.length);
        if (unsealed.length > 0) this.#sealed.push(...(await this.#seal.seal(unsealed)));
      });
    return this.#sealing;
  }

  /**
   * Puts into the record what it does not have, sealed. One call after the other, so that the record's order is the run's; what
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
        if (this.unrecorded === 0) return;
        await this.seal();
        const until = this.#sealed.length;
        await this.#props.record.append(this.#sealed.slice(this.#kept, until));
        this.#kept = until;
      });
    this.#keeping = this.#next;
    return this.#next;
  }
}
