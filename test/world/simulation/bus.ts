import { type AuditEvent, attemptOfEvent, startOf } from '../../../functions/core/audit';
import { DAY } from '../../../functions/core/duration';
import type { Disturbance } from './faults';
import type { Promises } from './promises';
import type { SimProcess } from './sim-process';

interface PutEventsInput {
  readonly Entries?: readonly { readonly Detail?: string }[];
}

/** What the record has, that the bus has to get. */
interface Owed {
  readonly attempt: string;
  readonly name: string;
  readonly process: SimProcess;
}

/** The account's event bus, in histories that close it: what came there, and what the record has besides. */
export class Bus {
  readonly #came = new Set<string>();
  readonly #owed = new Map<string, Owed>();
  /** Attempts whose end the record has. */
  readonly #finished = new Set<string>();
  /** The start of the first day that has a manifest: before it no run looks back. */
  #countsFrom = Number.POSITIVE_INFINITY;

  /** One call. @param closed what refuses some of its entries */
  put({ Entries = [] }: PutEventsInput, closed: Disturbance | undefined): object {
    const isRefused = (index: number) => closed !== undefined && (closed.count + index) % 2 === 0;
    return {
      Entries: Entries.map(({ Detail = '' }, index) => {
        if (isRefused(index)) return { ErrorCode: 'InternalFailure' };
        this.#came.add((JSON.parse(Detail) as AuditEvent).id);
        return { EventId: 'an-id' };
      }),
    };
  }

  /** The record has an event. What is not sealed does not go to the bus. */
  recorded(event: AuditEvent, process: SimProcess): void {
    const attempt = attemptOfEvent(event);
    if (event.seal !== undefined) this.#owed.set(event.id, { attempt, name: event.event, process });
    if (event.event === 'run-finished') this.#finished.add(attempt);
    if (event.event !== 'manifest-written') return;
    const { day }: Readonly<Record<string, unknown>> = { ...event.facts };
    this.#countsFrom = Math.min(this.#countsFrom, Date.parse(String(day)));
  }

  /** K7, after days in which the bus was open: it has all that the record has. */
  judge(promises: Promises, now: number): void {
    for (const [id, { attempt, name, process }] of this.#owed) {
      const began = startOf(attempt);
      if (began < this.#countsFrom || began > now - 3 * DAY) continue;
      promises.counted('K7');
      if (this.#came.has(id)) continue;
      // It died between the answer of the record, which has its end, and that of the bus: nobody can see that.
      if (process.isDead && this.#finished.has(attempt)) {
        promises.allowed.races += 1;
        continue;
      }
      promises.broken('K7', undefined, `the bus never got ${name} of ${attempt}, which the record has sealed`);
      return;
    }
  }
}
