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

/** So many stand in one event, which has 64 KB. */
const IN_ONE_EVENT = 500;
/** So many are carried from one day to the next at most, the newest: a bus that is dead for half a year has them. */
export const MOST_UNSENT = 5_000;

/** What one event says of a bus. */
export interface UnsentPart {
  /** Whose events it may lack. */
  readonly attempts: readonly string[];
  /** Whose events it will not get: the record has them no more, or too many wait. */
  readonly lost?: readonly string[];
}

/** In as many events as it takes; none where there is nothing to say. */
export function unsentParts(attempts: readonly string[], lost: readonly string[]): readonly UnsentPart[] {
  const partsOf = (all: readonly string[]) =>
    Array.from({ length: Math.ceil(all.length / IN_ONE_EVENT) }, (_, at) =>
      all.slice(at * IN_ONE_EVENT, (at + 1) * IN_ONE_EVENT),
    );
  return [
    ...partsOf(attempts).map((some) => ({ attempts: some })),
    ...partsOf(lost).map((some) => ({ attempts: [], lost: some })),
  ];
}

/**
 * Which attempts have not sent what they recorded, as the attempts that began on one day tell: those that have died, and
 * those that one of them names because a bus did not take their events.
 */
export class DayUnsent {
  readonly #began = new Set<string>();
  readonly #finished = new Set<string>();
  readonly #sealed = new Set<string>();
  readonly #named: { readonly by: string; readonly bus: BusName; readonly attempts: readonly string[] }[] = [];

  constructor(private readonly day: string) {}

  add(event: AuditEvent): void {
    const by = attemptOfEvent(event);
    if (event.sequence === 1 && dayOf(Date.parse(event.time)) === this.day) this.#began.add(by);
    if (event.event === 'run-finished') this.#finished.add(by);
    if (event.event === 'manifest-written') this.#sealed.add(by);
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

  /**
   * Whether an attempt of that day wrote a manifest and came to its end: what was lacking before it has sent or named. One
   * that has died may have done neither.
   */
  get isSettled(): boolean {
    return [...this.#began].some((attempt) => this.#sealed.has(attempt) && this.#finished.has(attempt));
  }
}
