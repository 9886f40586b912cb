import * as z from 'zod';
import { type AuditEvent, attemptOfEvent, eventId, readAuditLine } from '../audit';
import { ENDPOINT, EVENT_SOURCE } from '../names';
import { digestOf } from '../sealed';
import { SealCheck, type TrustedKey } from './check-seal';
import { Deployments } from './deployments';
import { judgeArchive, type Written } from './judge-archive';
import type { Unproved } from './judge-claims';
import { KeptAttempt, type Proved } from './kept-attempt';
import { dayOf, manifestOf, SEALED_WITHIN } from './manifest';
import { isUnambiguous } from './spelling';
import type { NotOurs, Problem, ProblemCode, Verified } from './verified';

/** A line of an archive. */
export interface ArchivedLine {
  /** @default - its bytes are no text, or too many for an event */
  readonly text: string | undefined;
  /** Where it stands, for people: file and line. */
  readonly place: string;
  /** The day (UTC) of the folder that it stands in. @default - it is in no such folder */
  readonly day?: string | undefined;
}

/**
 * Checks all lines of an archive, in whatever order they come, offline. A true event counts where it stands in the folder of
 * its day, or in none.
 */
export class ArchiveCheck {
  readonly #check: SealCheck;
  readonly #problems: Problem[] = [];
  readonly #notOurs: NotOurs[] = [];
  readonly #attempts = new Map<string, KeptAttempt>();
  readonly #manifests: Written[] = [];
  readonly #days = new Set<string>();
  readonly #runDays = new Set<string>();
  readonly #deployments = new Deployments();
  readonly #unproved: Unproved[] = [];
  /** True ones in the folder of another day. */
  readonly #misplaced: Proved[] = [];
  #begins = Number.POSITIVE_INFINITY;
  #repeated = 0;

  /** @param trusted the keys whose seals count */
  constructor(trusted: readonly TrustedKey[]) {
    this.#check = new SealCheck(trusted);
  }

  add({ text, place, day }: ArchivedLine): void {
    const read = text === undefined ? ({ unreadable: 'not-an-event' } as const) : readAuditLine(text);
    if (!('event' in read)) {
      this.#notOurs.push({ code: read.unreadable, at: place });
      return;
    }
    const { event, document } = read;
    const attempt = attemptOfEvent(event);
    const verdict = isUnambiguous(text ?? '', document) ? this.#check.verdictOf(document, event) : 'ambiguous';
    if (verdict !== 'sealed') {
      const { sequence, time } = event;
      this.#unproved.push({ code: verdict, place, day, attempt, sequence, time: Date.parse(time) });
      return;
    }
    if (event.id !== eventId(attempt, event.sequence)) {
      this.#is('wrong-id', place);
      return;
    }
    const proved: Proved = { event, attempt, digest: digestOf(document), place };
    if (isInPlace(event, day)) this.#keep(proved);
    else if (this.#has(proved)) this.#notOurs.push({ code: 'replayed', at: place });
    else this.#misplaced.push(proved);
  }

  verified(): Verified {
    const days = [...this.#days].sort();
    for (const proved of this.#misplaced.splice(0)) this.#judgePlace(proved, days[0], days.at(-1));
    const { problems, notOurs, ...judged } = judgeArchive({
      attempts: this.#attempts,
      manifests: this.#manifests,
      days: this.#days,
      runDays: this.#runDays,
      begins: this.#begins,
      deployments: this.#deployments.all(),
      unproved: this.#unproved,
    });
    return {
      events: [...this.#attempts.values()].reduce((sum, { events }) => sum + events, 0),
      attempts: this.#attempts.size,
      ...judged,
      repeated: this.#repeated,
      problems: [...this.#problems, ...problems],
      notOurs: [...notOurs, ...this.#notOurs],
    };
  }

  #is(code: ProblemCode, at: string): void {
    this.#problems.push({ code, at });
  }

  #has({ event, attempt, digest }: Proved): boolean {
    return this.#attempts.get(attempt)?.digestOf(event.sequence) === digest;
  }

  /**
   * Whoever may write into the log group can write a true event there again on another day, which takes nothing away. One
   * that is not in its own folder any more was moved.
   */
  #judgePlace(proved: Proved, first = '', last = ''): void {
    const day = proved.event.time.slice(0, 10);
    if (day < first || day > last || this.#has(proved)) {
      this.#notOurs.push({ code: 'replayed', at: proved.place });
      return;
    }
    this.#is('wrong-day', proved.place);
    this.#keep(proved);
  }

  #keep(proved: Proved): void {
    const { event, attempt: name, place } = proved;
    const attempt = this.#attempts.get(name) ?? new KeptAttempt(name, proved);
    this.#attempts.set(name, attempt);
    const kept = attempt.add(proved);
    if (kept === 'repeated') this.#repeated += 1;
    if (kept === 'conflicting') this.#is('conflicting-id', place);
    if (kept !== 'kept') return;
    const time = Date.parse(event.time);
    this.#begins = Math.min(this.#begins, time);
    this.#days.add(dayOf(time));
    if (event.function !== ENDPOINT) this.#runDays.add(dayOf(time));
    this.#deployments.add(event.seal?.certificate.key, time);
    this.#keepManifest(event, name, time);
  }

  #keepManifest(event: AuditEvent, attempt: string, time: number): void {
    const manifest = manifestOf(event);
    if (manifest === undefined) return;
    const { id, sequence, seal } = event;
    const [signature, sealedBy] = [seal?.signature, seal?.certificate.key];
    this.#manifests.push({ manifest, id, attempt, sequence, time, signature, sealedBy });
  }
}

/** What is written at midnight may have arrived on the next day: Firehose, which archived before, sorts by that. */
function isInPlace({ time }: AuditEvent, day: string | undefined): boolean {
  const at = Date.parse(time);
  return day === undefined || day === dayOf(at) || day === dayOf(at + SEALED_WITHIN);
}

const fromBus = z.object({ source: z.literal(EVENT_SOURCE), 'detail-type': z.string(), detail: z.looseObject({}) });

/** The audit event of a line: the line itself, or what it carries where an event bus has handed it on. */
export function auditEventIn(text: string): string {
  try {
    const line: unknown = JSON.parse(text);
    const event = fromBus.safeParse(line).data;
    // What two programs read as two things stays as it is, and is no event.
    return event !== undefined && isUnambiguous(text, line) ? JSON.stringify(event.detail) : text;
  } catch {
    return text;
  }
}
