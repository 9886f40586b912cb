import * as z from 'zod';
import { type AuditEvent, attemptOfEvent } from '../audit';
import { dayOf } from './manifest';

/** Where audit events go beside the record: the account's default event bus, and that of `audit.forwardTo`. */
export const BUS_NAMES = ['default', 'forwardTo'] as const;
export type BusName = (typeof BUS_NAMES)[number];

/** Attempts whose events a bus may lack, by bus. */
export type Unsent = Readonly<Record<BusName, readonly string[]>>;

/** The facts of an `events-unsent` event; its reason is the bus. */
export const unsentSchema = z.object({
  attempts: z.array(z.string().regex(/^[\w-]+$/)).describe('Whose events the bus may lack, oldest first.'),
});

/** So many are carried from one day to the next at most, the newest: an event has 64 KB. */
export const MOST_UNSENT = 500;

/**
 * Which attempts have not sent what they recorded, as the attempts that began on one day tell: those that have died, and
 * those that one of them names because a bus did not take their events.
 */
export class DayUnsent {
  readonly #began = new Set<string>();
  readonly #finished = new Set<string>();
  readonly #named: { readonly by: string; readonly bus: BusName; readonly attempts: readonly string[] }[] = [];

  constructor(private readonly day: string) {}

  add(event: AuditEvent): void {
    const by = attemptOfEvent(event);
    if (event.sequence === 1 && dayOf(Date.parse(event.time)) === this.day) this.#began.add(by);
    if (event.event === 'run-finished') this.#finished.add(by);
    const bus = BUS_NAMES.find((name) => name === event.reason);
    if (event.event !== 'events-unsent' || bus === undefined) return;
    this.#named.push({ by, bus, attempts: unsentSchema.safeParse(event.facts).data?.attempts ?? [] });
  }

  unsent(): Unsent {
    const died = [...this.#began].filter((attempt) => !this.#finished.has(attempt));
    const lackedBy = (bus: BusName) => {
      const named = this.#named.filter((one) => one.bus === bus && this.#began.has(one.by));
      return [...new Set([...named.flatMap(({ attempts }) => attempts), ...died])];
    };
    return { default: lackedBy('default'), forwardTo: lackedBy('forwardTo') };
  }
}
