import { type AuditEvent, eventId } from '../audit';
import { ENDPOINT } from '../names';
import type { Problem } from './verified';

/** A proved event, read. */
export interface Proved {
  readonly event: AuditEvent;
  readonly attempt: string;
  /** Of the event with its seal. */
  readonly digest: string;
  /** File and line. */
  readonly place: string;
}

/** Digests that an attempt keeps whose events are read in the order of their time. */
const REMEMBERED = 10;

interface Waiting {
  readonly previous: string | undefined;
  readonly place: string;
}

/**
 * What is kept of an attempt's events, in whatever order they come: an archive of years has millions, so that of each only
 * its digest is.
 */
export class KeptAttempt {
  /** When its first event was written, ms since the epoch; undefined while that one is missing. */
  begun: number | undefined;
  /** Number of the first event that is there. */
  first = Number.POSITIVE_INFINITY;
  /** Number of the last one. */
  last = 0;
  /** ARN of the KMS key that has certified it. */
  readonly sealedBy: string | undefined;
  /** Nobody tells an endpoint of its end. */
  readonly isOpenEnded: boolean;
  readonly problems: Problem[] = [];
  readonly #publicKey: string | undefined;
  readonly #digests = new Map<number, string>();
  /** Numbers of those that are there, and whose digests are forgotten: from one to another. */
  readonly #forgotten: { readonly from: number; to: number }[] = [];
  /** Those whose event before has not come. */
  readonly #waiting = new Map<number, Waiting>();
  /** Number of its `run-finished`. */
  #end: number | undefined;
  /** Numbers of those that say what a bus lacks, which comes after that. */
  readonly #unsent = new Set<number>();

  constructor(
    readonly name: string,
    { event }: Proved,
  ) {
    this.sealedBy = event.seal?.certificate.key;
    this.#publicKey = event.seal?.publicKey;
    this.isOpenEnded = event.function === ENDPOINT;
  }

  get events(): number {
    return this.#digests.size;
  }

  get hasEnded(): boolean {
    return this.#end !== undefined;
  }

  /** @default - it is not there */
  digestOf(sequence: number): string | undefined {
    return this.#digests.get(sequence);
  }

  /** @returns whether it is a new one */
  add({ event, digest, place }: Proved): 'kept' | 'repeated' | 'conflicting' {
    const { sequence, seal } = event;
    const known = this.#digests.get(sequence);
    if (known !== undefined) return known === digest ? 'repeated' : 'conflicting';
    if (this.#forgotten.some(({ from, to }) => from <= sequence && sequence <= to)) return 'conflicting';
    this.#digests.set(sequence, digest);
    this.first = Math.min(sequence, this.first);
    this.last = Math.max(sequence, this.last);
    if (sequence === 1) this.begun = Date.parse(event.time);
    if (event.event === 'events-unsent') this.#unsent.add(sequence);
    if (event.event === 'run-finished') this.#end = Math.min(sequence, this.#end ?? sequence);
    if (seal?.publicKey !== this.#publicKey) this.problems.push({ code: 'added-event', at: place });
    this.#link(sequence, { previous: seal?.previous, place });
    const next = this.#waiting.get(sequence + 1);
    if (next !== undefined) this.#link(sequence + 1, next);
    return 'kept';
  }

  /**
   * Keeps no more than it needs where its events are added in the order of their time: what comes again stands beside the
   * first one, or is taken for another one.
   */
  forget(): void {
    if (this.#digests.size < 2 * REMEMBERED) return;
    for (const sequence of this.#numbers().slice(0, -REMEMBERED)) {
      this.#digests.delete(sequence);
      const last = this.#forgotten.at(-1);
      if (last?.to === sequence - 1) last.to = sequence;
      else this.#forgotten.push({ from: sequence, to: sequence });
    }
  }

  #link(sequence: number, { previous, place }: Waiting): void {
    const before = this.#digests.get(sequence - 1);
    if (sequence > 1 && before === undefined) {
      this.#waiting.set(sequence, { previous, place });
      return;
    }
    this.#waiting.delete(sequence);
    if (previous !== before) this.problems.push({ code: 'broken-chain', at: place });
  }

  /** @param hasHead whether its first event has to be there: what began before the archive does is kept elsewhere */
  missing(hasHead: boolean): readonly Problem[] {
    const problems: Problem[] = [];
    let last = hasHead ? 0 : this.first - 1;
    const known = this.#numbers().map((sequence) => ({ from: sequence, to: sequence }));
    for (const { from, to } of [...this.#forgotten, ...known].sort((a, b) => a.from - b.from)) {
      const more = from - last > 2 ? ` to ${from - 1}` : '';
      if (from > last + 1) problems.push({ code: 'missing-event', at: `${eventId(this.name, last + 1)}${more}` });
      last = to;
    }
    return problems;
  }

  /** Events after its end, but for what a bus lacks, or after what the manifest of its day names as that. */
  beyond(named = Number.POSITIVE_INFINITY): readonly Problem[] {
    const end = this.#end ?? Number.POSITIVE_INFINITY;
    return this.#numbers()
      .filter((sequence) => sequence > named || (sequence > end && !this.#unsent.has(sequence)))
      .map((sequence) => ({ code: 'added-event', at: eventId(this.name, sequence) }));
  }

  #numbers(): readonly number[] {
    return [...this.#digests.keys()].sort((a, b) => a - b);
  }
}
