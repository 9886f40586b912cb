import { attemptOfEvent, readAuditLine, startOf } from '../core/audit';
import { SealCheck, type TrustedKey } from '../core/seal/check-seal';
import { KeptAttempt } from '../core/seal/kept-attempt';
import { digestOf } from '../core/sealed';
import type { ProvidedRecord, UnreadableLine } from '../report/evidence/evidence';
import { type RecordLine, wrongWith } from './audit-record-lines';

/**
 * The lines of an endpoint's streams, as far as they have been read. Every one has to be sealed, and follow the one before
 * it: the endpoint has sealed from the start.
 */
export class ProvidedLines {
  readonly #check: SealCheck;
  readonly #attempts = new Map<string, KeptAttempt>();
  readonly #unreadable: UnreadableLine[] = [];

  /** @param since what began before it lacks its first events here */
  constructor(
    private readonly since: Date,
    sealedBy: TrustedKey,
  ) {
    this.#check = new SealCheck([sealedBy]);
  }

  add(line: RecordLine): void {
    const at = new Date(line.at);
    const read = readAuditLine(line.message);
    if (!('event' in read)) {
      this.#unreadable.push({ at, why: read.unreadable, ...('schema' in read ? { schema: read.schema } : {}) });
      return;
    }
    const { event, document } = read;
    const verdict = this.#check.verdictOf(document, event);
    const wrongTime = Date.parse(event.time) === line.at ? undefined : ('wrong-time' as const);
    const why = wrongWith(event, line) ?? (verdict === 'sealed' ? wrongTime : verdict);
    if (why !== undefined) {
      this.#unreadable.push({ at, why });
      return;
    }
    const name = attemptOfEvent(event);
    const proved = { event, attempt: name, digest: digestOf(document), place: event.time };
    const attempt = this.#attempts.get(name) ?? new KeptAttempt(name, proved);
    this.#attempts.set(name, attempt);
    if (attempt.add(proved) === 'conflicting') this.#unreadable.push({ at, why: 'conflicting-id' });
  }

  read(): ProvidedRecord {
    const attempts = [...this.#attempts.values()];
    const broken = attempts.flatMap(({ problems }) =>
      problems.map(({ at }): UnreadableLine => ({ at: new Date(at), why: 'broken-chain' })),
    );
    const missing = attempts.flatMap((attempt) => {
      const begun = new Date(startOf(attempt.name));
      const problems = attempt.missing(begun >= this.since);
      // One that began before the period shows on its first day.
      const at = begun >= this.since ? begun : this.since;
      return problems.map(({ at: events }) => ({ at, attempt: attempt.name, events }));
    });
    return { unreadable: [...this.#unreadable, ...broken], missing };
  }
}
