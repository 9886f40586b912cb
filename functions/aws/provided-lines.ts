import { attemptOfEvent, readAuditLine, startOf } from '../core/audit';
import { earliest, latest } from '../core/duration';
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
  /** Lines that another key has sealed. */
  readonly #ofOthers: Date[] = [];
  #firstSealed: Date | undefined;
  #firstLine: Date | undefined;

  /** @param since what began before it lacks its first events here */
  constructor(
    private readonly since: Date,
    sealedBy: TrustedKey,
  ) {
    this.#check = new SealCheck([{ ...sealedBy, isOfEndpoint: true }]);
  }

  add(line: RecordLine): void {
    const at = new Date(line.at);
    this.#firstLine = earliest(this.#firstLine ?? at, at);
    const read = readAuditLine(line.message);
    if (!('event' in read)) {
      this.#unreadable.push({ at, why: read.unreadable, ...('schema' in read ? { schema: read.schema } : {}) });
      return;
    }
    const { event, document } = read;
    const verdict = this.#check.verdictOf(document, event);
    const wrongTime = Date.parse(event.time) === line.at ? undefined : ('wrong-time' as const);
    const why = wrongWith(event, line) ?? (verdict === 'sealed' ? wrongTime : verdict);
    if (why === 'other-key') {
      this.#ofOthers.push(at);
      return;
    }
    if (why !== undefined) {
      this.#unreadable.push({ at, why });
      return;
    }
    this.#firstSealed = earliest(this.#firstSealed ?? at, at);
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
      // What the group has lost by its retention, or never had, nobody has taken away.
      const isWhole = begun >= latest(this.since, this.#firstLine ?? this.since);
      const problems = attempt.missing(isWhole);
      // One that began before the period shows on its first day.
      const at = begun >= this.since ? begun : this.since;
      return problems.map(({ at: events }) => ({ at, attempt: attempt.name, events }));
    });
    const { before, since } = this.#others();
    return { unreadable: [...this.#unreadable, ...since, ...broken], missing, before };
  }

  /**
   * What another key has sealed before the present one sealed anything is of an endpoint that was there before: the log group
   * outlives it, and its key's name does not. What has one since then somebody else wrote.
   */
  #others() {
    const isBefore = (at: Date) => this.#firstSealed !== undefined && at < this.#firstSealed;
    const old = this.#ofOthers.filter(isBefore);
    const since = this.#ofOthers.filter((at) => !isBefore(at));
    return {
      before: old.length === 0 ? undefined : { lines: old.length, until: latest(...old) },
      since: since.map((at): UnreadableLine => ({ at, why: 'other-key' })),
    };
  }
}
