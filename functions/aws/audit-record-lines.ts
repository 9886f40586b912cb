import { createHash } from 'node:crypto';
import { type AuditEvent, attemptOfEvent, eventId, readAuditLine } from '../core/audit';
import type { UnreadableLine } from '../report/evidence/evidence';

/**
 * The lines of the record, as far as it has been read. An event comes once, however often its request was repeated; but
 * whoever writes into the record under an ID that is taken erases nothing: both events stay, and that is told.
 */
export class RecordLines {
  readonly #events = new Map<string, AuditEvent[]>();
  /** By ID what its lines were, those of forgotten events too. */
  readonly #digests = new Map<string, string[]>();
  readonly #unreadable: UnreadableLine[] = [];

  /** @param since of the runs before it only those that did something are kept */
  constructor(private readonly since: Date) {}

  add(message: string, at: Date, stream: string): void {
    const line = readAuditLine(message);
    if (!('event' in line)) {
      this.#unreadable.push({ at, why: line.unreadable, ...('schema' in line ? { schema: line.schema } : {}) });
      return;
    }
    const { event } = line;
    const why = wrongWith(event, stream);
    if (why === undefined) this.#keep(event, message, at);
    else this.#unreadable.push({ at, why });
  }

  read() {
    const times = new Map([...this.#events.values()].flat().map((event) => [event, Date.parse(event.time)]));
    const timeOf = (event: AuditEvent) => times.get(event) ?? 0;
    const events = [...times.keys()].sort((a, b) => timeOf(a) - timeOf(b) || inOrder(a, b));
    return { events, unreadable: this.#unreadable };
  }

  #keep(event: AuditEvent, message: string, at: Date): void {
    const digest = createHash('sha256').update(message).digest('base64url');
    const known = this.#digests.get(event.id) ?? [];
    if (known.includes(digest)) return;
    this.#digests.set(event.id, [...known, digest]);
    if (known.length > 0) this.#unreadable.push({ at, why: 'conflicting-id' });
    else if (this.#endsIdleRun(event)) return;
    this.#events.set(event.id, [...(this.#events.get(event.id) ?? []), event]);
  }

  /** A run before the period that has nothing between its start and its end: both are forgotten. */
  #endsIdleRun(event: AuditEvent): boolean {
    if (event.event !== 'run-finished' || event.sequence !== 2 || Date.parse(event.time) >= this.since.getTime()) {
      return false;
    }
    const start = eventId(attemptOfEvent(event), 1);
    if (this.#events.get(start)?.length !== 1) return false;
    this.#events.delete(start);
    return true;
  }
}

/** Keyturn gives an event the ID of its attempt and sequence, and a function writes into streams of its own. */
function wrongWith(event: AuditEvent, stream: string): 'wrong-id' | 'wrong-stream' | undefined {
  if (event.id !== eventId(attemptOfEvent(event), event.sequence)) return 'wrong-id';
  return stream.slice(0, stream.lastIndexOf('/')) === event.function ? undefined : 'wrong-stream';
}

/** Events of one run and one millisecond come in the order of the run. */
function inOrder(a: AuditEvent, b: AuditEvent): number {
  return attemptOfEvent(a) === attemptOfEvent(b) ? a.sequence - b.sequence : a.id < b.id ? -1 : 1;
}
