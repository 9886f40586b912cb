import type { EventBus, Log } from '../account/ports';
import { type AuditEvent, startOf } from '../core/audit';
import { KeyturnError, toKeyturnError } from '../core/errors';
import { BUS_NAMES, type BusName, MOST_UNSENT, type Unsent, type UnsentPart, unsentParts } from '../core/seal/unsent';
import type { Journal } from './journal';
import { quietly } from './within';

export interface OutboxProps {
  readonly buses: readonly EventBus[];
  readonly journal: Journal;
  readonly log: Log;
  /** The longest that the buses may take, each, in milliseconds. @default - for as long as it takes */
  readonly patienceAtEnd?: number;
}

/** After so many attempts whose events are refused, a bus counts as one that takes nothing. */
const MOST_REFUSED = 3;

/** What a bus has and lacks. */
interface Delivered {
  /** How many of this attempt's events it has, from the first on. */
  sent: number;
  /** Earlier attempts whose events it may lack. */
  waiting: Set<string>;
  /** Those whose events it will not get. */
  lost: readonly string[];
  /** Why it did not take something. */
  error: KeyturnError | undefined;
  /** Attempts that were named already. */
  readonly said: Set<string>;
}

/**
 * Takes an attempt's events to the buses as they go into the record: sealed, or not at all. What a bus does not take it
 * remembers, so that it is written down and a later run sends it again.
 */
export class Outbox {
  readonly #props: OutboxProps;
  readonly #delivered: Readonly<Record<BusName, Delivered>> = { default: untouched(), forwardTo: untouched() };

  constructor(props: OutboxProps) {
    this.#props = props;
  }

  /** Sends what a bus does not have, unless it has refused some already: that goes as a whole, later. Never throws. */
  async send(): Promise<void> {
    const { buses, journal } = this.#props;
    const working = buses.filter(({ name }) => this.#delivered[name].error === undefined);
    await Promise.all(
      working.map((bus) => {
        const delivered = this.#delivered[bus.name];
        // Until it answers: what comes too late is not heard.
        delivered.error = new KeyturnError('aws-uncertain', `The event bus ${bus.name} did not answer in time.`);
        return quietly(this.#props, `events to the bus ${bus.name}`, async () => {
          delivered.error = await journal.seal().then(
            () => this.#publish(bus),
            (thrown) => toKeyturnError(thrown),
          );
          if (delivered.error !== undefined) throw delivered.error;
        });
      }),
    );
  }

  async #publish(bus: EventBus): Promise<KeyturnError | undefined> {
    const delivered = this.#delivered[bus.name];
    const { sealed } = this.#props.journal;
    const { unpublished, error } = await bus.publish(sealed.slice(delivered.sent));
    delivered.sent = sealed.length - unpublished;
    return error;
  }

  /**
   * Sends what earlier attempts have recorded, the oldest first. A bus that takes nothing is not asked for more.
   *
   * @param read what the record has of an attempt
   * @throws KeyturnError `aws-*` when the record does not say it; what is left waits on
   */
  async sendAgain(
    unsent: Unsent,
    read: (attempt: string) => Promise<readonly AuditEvent[]>,
    hasTime: () => boolean,
  ): Promise<void> {
    const { buses } = this.#props;
    for (const { name } of buses) {
      const all = [...new Set(unsent[name])].sort(byStart);
      this.#delivered[name].waiting = new Set(all.slice(-MOST_UNSENT));
      this.#delivered[name].lost = all.slice(0, -MOST_UNSENT);
    }
    const refused: Record<BusName, number> = { default: 0, forwardTo: 0 };
    for (const attempt of [...new Set(BUS_NAMES.flatMap((name) => unsent[name]))].sort(byStart)) {
      const lacking = buses.filter(
        ({ name }) => refused[name] < MOST_REFUSED && this.#delivered[name].waiting.has(attempt),
      );
      if (lacking.length === 0) continue;
      if (!hasTime()) return;
      const events = await read(attempt);
      await Promise.all(
        lacking.map(async (bus) => {
          if (events.length === 0) {
            this.#lose(bus.name, attempt);
            return;
          }
          const { error } = await bus.publish(events);
          if (error === undefined) this.#delivered[bus.name].waiting.delete(attempt);
          // An entry that is refused says little of the next attempt's; a bus that does not answer all.
          else refused[bus.name] += error.code === 'aws-rejected' ? 1 : MOST_REFUSED;
        }),
      );
    }
  }

  /** The record has nothing of it any more that a known key has sealed. */
  #lose(bus: BusName, attempt: string): void {
    const delivered = this.#delivered[bus];
    delivered.waiting.delete(attempt);
    delivered.lost = [...delivered.lost, attempt];
  }

  /** What each bus lacks and what this has not said before, as it is written down. */
  lacking(): readonly { readonly bus: BusName; readonly facts: UnsentPart; readonly error?: KeyturnError }[] {
    return this.#props.buses.flatMap(({ name: bus }) => {
      const { waiting, lost, error, said } = this.#delivered[bus];
      const attempts = [...waiting, ...(error === undefined ? [] : [this.#props.journal.attempt])];
      const unsaid = (all: readonly string[]) => all.filter((attempt) => !said.has(attempt));
      const parts = unsentParts(unsaid(attempts), unsaid(lost));
      for (const attempt of [...attempts, ...lost]) said.add(attempt);
      return parts.map((facts) => ({ bus, facts, error }));
    });
  }

  /** How many of this attempt's events a bus lacks, and how many attempts before it wait. */
  missing(bus: BusName): number {
    if (!this.#props.buses.some(({ name }) => name === bus)) return 0;
    const { sent, waiting } = this.#delivered[bus];
    return this.#props.journal.written - sent + waiting.size;
  }
}

function untouched(): Delivered {
  return { sent: 0, waiting: new Set(), lost: [], error: undefined, said: new Set() };
}

function byStart(a: string, b: string): number {
  return startOf(a) - startOf(b);
}
