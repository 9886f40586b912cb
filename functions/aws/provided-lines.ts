import { type AuditEvent, attemptOfEvent, readAuditLine, startOf } from '../core/audit';
import { earliest, latest } from '../core/duration';
import { SealCheck, type TrustedKey } from '../core/seal/check-seal';
import { KeptAttempt } from '../core/seal/kept-attempt';
import { digestOf } from '../core/sealed';
import type { ProvidedRecord, UnreadableLine } from '../report/evidence/evidence';
import { type RecordLine, wrongWith } from './audit-record-lines';

/** What a report has the time and the memory for: a line takes half a millisecond, and an attempt 3 KB (measured). */
export interface ProvidedMost {
  readonly lines: number;
  readonly attempts: number;
}

const MOST: ProvidedMost = { lines: 250_000, attempts: 50_000 };

/**
 * The lines of an endpoint's streams, as far as they have been read, in the order of their time. Every one has to be sealed,
 * and follow the one before it: the endpoint has sealed from the start. Of each attempt only its end is kept, and of what is
 * wrong a number for each day.
 */
export class ProvidedLines {
  readonly #check: SealCheck;
  readonly #attempts = new Map<string, KeptAttempt>();
  readonly #unreadable = new CountedLines();
  /** Lines that another key has sealed, before the present one sealed anything. */
  readonly #ofOthers = new CountedLines();
  #firstSealed: Date | undefined;
  #firstLine: Date | undefined;
  #lines = 0;
  #readUntil: Date | undefined;

  /** @param since what began before it lacks its first events here */
  constructor(
    private readonly since: Date,
    sealedBy: TrustedKey,
    private readonly most = MOST,
  ) {
    this.#check = new SealCheck([{ ...sealedBy, isOfEndpoint: true }]);
  }

  /** Whether there was more than there is room for: whatever is added from then on is left out. */
  get isFull(): boolean {
    return this.#readUntil !== undefined;
  }

  add(line: RecordLine): void {
    const at = new Date(line.at);
    if (this.#lines >= this.most.lines) this.#readUntil ??= at;
    if (this.isFull) return;
    this.#lines += 1;
    this.#firstLine = earliest(this.#firstLine ?? at, at);
    const read = readAuditLine(line.message);
    if (!('event' in read)) {
      this.#unreadable.add({ at, why: read.unreadable, ...('schema' in read ? { schema: read.schema } : {}) });
      return;
    }
    const { event, document } = read;
    const verdict = this.#check.verdictOf(document, event);
    const wrongTime = Date.parse(event.time) === line.at ? undefined : ('wrong-time' as const);
    const why = wrongWith(event, line) ?? (verdict === 'sealed' ? wrongTime : verdict);
    if (why === undefined) this.#follow(event, digestOf(document), at);
    else if (why === 'other-key' && this.#isBeforeSealed(at)) this.#ofOthers.add({ at, why });
    else this.#unreadable.add({ at, why });
  }

  #isBeforeSealed(at: Date): boolean {
    return this.#firstSealed === undefined || at < this.#firstSealed;
  }

  #follow(event: AuditEvent, digest: string, at: Date): void {
    const name = attemptOfEvent(event);
    const known = this.#attempts.get(name);
    if (known === undefined && this.#attempts.size >= this.most.attempts) {
      this.#readUntil = at;
      return;
    }
    const proved = { event, attempt: name, digest, place: event.time };
    const attempt = known ?? new KeptAttempt(name, proved);
    this.#attempts.set(name, attempt);
    this.#firstSealed = earliest(this.#firstSealed ?? at, at);
    if (attempt.add(proved) === 'conflicting') this.#unreadable.add({ at, why: 'conflicting-id' });
    attempt.forget();
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
    // What another key has sealed before the present one sealed anything is of an endpoint that was there before: the log
    // group outlives it, and its key's name does not. Where nothing of the present key is there, nobody can say who was first.
    const isOfBefore = this.#firstSealed !== undefined;
    return {
      unreadable: [...(isOfBefore ? [] : this.#ofOthers.all), ...this.#unreadable.all, ...broken],
      missing,
      before: isOfBefore ? this.#ofOthers.sum : undefined,
      readUntil: this.#readUntil,
    };
  }
}

/** Lines of which only the first of each day and reason is kept. */
class CountedLines {
  readonly #days = new Map<string, UnreadableLine & { readonly lines: number }>();
  #until: Date | undefined;

  add(line: UnreadableLine): void {
    const { at, why } = line;
    const name = `${at.toISOString().slice(0, 10)} ${why}`;
    const { lines, ...first } = this.#days.get(name) ?? { ...line, lines: 0 };
    this.#days.set(name, { ...first, lines: lines + 1 });
    this.#until = latest(this.#until ?? at, at);
  }

  get all(): readonly UnreadableLine[] {
    return [...this.#days.values()];
  }

  /** How many there are, and of when the last one is; undefined where there is none. */
  get sum() {
    const lines = [...this.#days.values()].reduce((sum, of) => sum + of.lines, 0);
    return this.#until && { lines, until: this.#until };
  }
}
