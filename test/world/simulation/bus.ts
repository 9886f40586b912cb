import { type AuditEvent, attemptOfEvent, startOf } from '../../../functions/core/audit';
import { DAY } from '../../../functions/core/duration';
import type { Disturbance } from './faults';
import type { Promises } from './promises';

interface PutEventsInput {
  readonly Entries?: readonly { readonly Detail?: string }[];
}

/** What the record has, that the bus has to get. */
interface Owed {
  readonly attempt: string;
  readonly name: string;
}

/** The account's event bus: what came there, and what the record has besides. */
export class Bus {
  readonly #came = new Set<string>();
  readonly #owed = new Map<string, Owed>();

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
  recorded(event: AuditEvent): void {
    if (event.seal === undefined) return;
    this.#owed.set(event.id, { attempt: attemptOfEvent(event), name: event.event });
  }

  /** K7, after days in which the bus was open: it has all that the record has. */
  judge(promises: Promises, now: number): void {
    for (const [id, { attempt, name }] of this.#owed) {
      if (startOf(attempt) > now - 3 * DAY) continue;
      promises.counted('K7');
      if (this.#came.has(id)) continue;
      promises.broken('K7', undefined, `the bus never got ${name} of ${attempt}, which the record has sealed`);
      return;
    }
  }
}
