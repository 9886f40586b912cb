import { createHash } from 'node:crypto';
import { type AuditEvent, attemptOfEvent, eventId, readAuditLine } from '../core/audit';
import { EXEMPTION_EVENTS } from '../core/key/exemption';
import { SaidOfDeployment } from '../core/said-of-deployment';
import { fingerprintOf, SealCheck, type SealVerdict, type TrustedKey } from '../core/seal/check-seal';
import { ManifestComparison } from '../core/seal/compare-manifests';
import { SEALED_WITHIN } from '../core/seal/manifest';
import { digestOf } from '../core/sealed';
import type { SealedRecord, UnreadableLine } from '../report/evidence/evidence';

/** A line as CloudWatch Logs has it. */
export interface RecordLine {
  readonly message: string;
  /** When it says to be of, ms since the epoch. */
  readonly at: number;
  /** When CloudWatch Logs took it: nobody can choose that. */
  readonly takenAt: number;
  readonly stream: string;
}

const IS_OF_EXEMPTION: ReadonlySet<string> = new Set(EXEMPTION_EVENTS);

interface Kept {
  readonly event: AuditEvent;
  readonly takenAt: number;
  readonly verdict: SealVerdict;
}

/**
 * The lines of the record, as far as it has been read. An event comes once, however often its request was repeated; but
 * whoever writes into the record under an ID that is taken erases nothing: both events stay, and that is told.
 */
export class RecordLines {
  readonly #check: SealCheck | undefined;
  readonly #events = new Map<string, Kept[]>();
  /** By ID what its lines were, those of forgotten events too. */
  readonly #digests = new Map<string, string[]>();
  /** Attempts before the period that are forgotten because they did nothing. */
  readonly #idle = new Set<string>();
  readonly #unreadable: UnreadableLine[] = [];
  /** Of the sealed events, those of forgotten runs too. */
  #sealed = 0;
  #sealedSince = Number.POSITIVE_INFINITY;
  readonly #manifests = new ManifestComparison();
  readonly #said = new SaidOfDeployment();
  /** What was accepted, and ended, by its ID: sealed events only, whenever they were written. */
  readonly #exemptions = new Map<string, AuditEvent>();

  /**
   * @param since of the runs before it only those that did something are kept
   * @param sealedBy whose seals count. @default - they are not checked
   */
  constructor(
    private readonly since: Date,
    private readonly sealedBy?: readonly TrustedKey[],
  ) {
    this.#check = sealedBy && new SealCheck(sealedBy);
  }

  add(line: RecordLine): void {
    const at = new Date(line.at);
    const read = readAuditLine(line.message);
    if (!('event' in read)) {
      this.#unreadable.push({ at, why: read.unreadable, ...('schema' in read ? { schema: read.schema } : {}) });
      return;
    }
    const { event, document } = read;
    const verdict = this.#check?.verdictOf(document, event) ?? 'unsealed';
    const why = wrongWith(event, line) ?? wrongSeal(verdict, event, line);
    if (why !== undefined) {
      this.#unreadable.push({ at, why });
      return;
    }
    if (verdict === 'sealed') {
      this.#sealed += 1;
      this.#sealedSince = Math.min(this.#sealedSince, line.takenAt);
      this.#manifests.add(event, line.takenAt);
      this.#said.add(event);
      this.#keepExemption(event);
    }
    const digest =
      verdict === 'sealed' ? digestOf(document) : createHash('sha256').update(line.message).digest('base64url');
    this.#keep({ event, takenAt: line.takenAt, verdict }, digest, at);
  }

  /**
   * A line after the period: only what the start of a run says of the deployment counts, and what was accepted since, or
   * is accepted no more.
   */
  addLater(line: RecordLine): void {
    const read = readAuditLine(line.message);
    if (!('event' in read) || this.#check?.verdictOf(read.document, read.event) !== 'sealed') return;
    const { event } = read;
    if (wrongWith(event, line) !== undefined || wrongSeal('sealed', event, line) !== undefined) return;
    this.#said.add(event);
    this.#keepExemption(event);
  }

  #keepExemption(event: AuditEvent): void {
    if (IS_OF_EXEMPTION.has(event.event)) this.#exemptions.set(event.id, event);
  }

  /** What was accepted by requests, and ended, as sealed events tell. */
  get exemptions(): readonly AuditEvent[] {
    return [...this.#exemptions.values()];
  }

  /** @param beginsAt before this instant the record holds nothing */
  read(beginsAt: Date) {
    const { kept, unsealed } = this.#withoutLateUnsealed();
    const times = new Map(kept.map(({ event }) => [event, Date.parse(event.time)]));
    const timeOf = (event: AuditEvent) => times.get(event) ?? 0;
    const events = [...times.keys()].sort((a, b) => timeOf(a) - timeOf(b) || inOrder(a, b));
    const broken = kept
      .filter(({ event }) => this.#breaksChain(event))
      .map(({ event }) => ({ at: new Date(event.time), why: 'broken-chain' }) as const);
    const has = (id: string, digest: string) => this.#digests.get(id)?.includes(digest) ?? false;
    return {
      events,
      exemptions: this.exemptions,
      unreadable: [...this.#unreadable, ...unsealed, ...broken],
      seals: this.#seals(kept),
      mismatches: this.#manifests.mismatches(beginsAt, has),
    };
  }

  /** What has no seal and was taken when the functions sealed already is not of theirs, whatever time it names. */
  #withoutLateUnsealed() {
    const all = [...this.#events.values()].flat();
    const from = this.#sealedSince + SEALED_WITHIN;
    const isLate = ({ verdict, takenAt }: Kept) => verdict === 'unsealed' && takenAt >= from;
    return {
      kept: all.filter((one) => !isLate(one)),
      unsealed: all.filter(isLate).map(({ event }) => ({ at: new Date(event.time), why: 'unsealed' }) as const),
    };
  }

  #breaksChain(event: AuditEvent): boolean {
    if (event.seal === undefined) return false;
    if (event.sequence === 1) return event.seal.previous !== undefined;
    const before = this.#digests.get(eventId(attemptOfEvent(event), event.sequence - 1));
    // One that is missing is told as a gap.
    return before !== undefined && !before.includes(event.seal.previous ?? '');
  }

  #seals(kept: readonly Kept[]): SealedRecord | undefined {
    return (
      this.sealedBy && {
        keys: this.sealedBy.map(({ arn, publicKey }) => ({ arn, fingerprint: fingerprintOf(publicKey) })),
        events: this.#sealed,
        since: Number.isFinite(this.#sealedSince) ? new Date(this.#sealedSince) : undefined,
        before: kept.filter(({ verdict }) => verdict === 'unsealed').length,
        stacks: this.#said.stacks,
        terms: this.#said.terms,
      }
    );
  }

  #keep(kept: Kept, digest: string, at: Date): void {
    const { event } = kept;
    const known = this.#digests.get(event.id) ?? [];
    if (known.includes(digest)) return;
    this.#digests.set(event.id, [...known, digest]);
    if (known.length > 0) this.#unreadable.push({ at, why: 'conflicting-id' });
    else if (this.#endsIdleRun(event)) return;
    this.#events.set(event.id, [...(this.#events.get(event.id) ?? []), kept]);
  }

  /**
   * A run before the period that has nothing between its start and its end: both are forgotten, and so is what it says of
   * a bus after them.
   */
  #endsIdleRun(event: AuditEvent): boolean {
    if (event.event === 'events-unsent' && this.#idle.has(attemptOfEvent(event))) return !this.#breaksChain(event);
    if (event.event !== 'run-finished' || event.sequence !== 2 || Date.parse(event.time) >= this.since.getTime()) {
      return false;
    }
    const start = eventId(attemptOfEvent(event), 1);
    if (this.#events.get(start)?.length !== 1 || this.#breaksChain(event)) return false;
    this.#events.delete(start);
    this.#idle.add(attemptOfEvent(event));
    return true;
  }
}

/** Keyturn gives an event the ID of its attempt and sequence, and a function writes into streams of its own. */
export function wrongWith(event: AuditEvent, { stream }: RecordLine): 'wrong-id' | 'wrong-stream' | undefined {
  if (event.id !== eventId(attemptOfEvent(event), event.sequence)) return 'wrong-id';
  return stream.slice(0, stream.lastIndexOf('/')) === event.function ? undefined : 'wrong-stream';
}

function wrongSeal(verdict: SealVerdict, event: AuditEvent, { at }: RecordLine) {
  if (verdict === 'other-key' || verdict === 'false-seal') return verdict;
  return verdict === 'sealed' && Date.parse(event.time) !== at ? 'wrong-time' : undefined;
}

/** Events of one run and one millisecond come in the order of the run. */
function inOrder(a: AuditEvent, b: AuditEvent): number {
  return attemptOfEvent(a) === attemptOfEvent(b) ? a.sequence - b.sequence : a.id < b.id ? -1 : 1;
}
