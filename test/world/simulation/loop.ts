import type { Clock } from '../../../local/clock';

/** Something that happens at an instant. Answers false when nobody can have been woken by it. */
export type Act = () => boolean | undefined;

interface Entry {
  readonly at: number;
  readonly order: number;
  readonly act: Act;
  readonly isRoutine: boolean;
}

/** More acts than this in one instant are a circle. */
const MOST_IN_AN_INSTANT = 100_000;

/**
 * The one discrete-event loop of a simulation: instants in order, equal instants in the order in which they were
 * planned. After each one everything that it woke runs until it waits again, so at any instant at most one thing happens
 * and the same plan gives the same history.
 */
export class Loop {
  readonly clock: Clock;
  readonly #heap: Entry[] = [];
  #order = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  now(): number {
    return this.clock.now();
  }

  /** @param isRoutine it changes nothing that decides what the functions do */
  at(instant: number, act: Act, isRoutine = false): void {
    const entry = { at: Math.max(Math.trunc(instant), this.clock.now()), order: this.#order++, act, isRoutine };
    const heap = this.#heap;
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, entry)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  /** Whether nothing but routine is planned up to an instant. */
  isClear(until: number): boolean {
    const isClearFrom = (index: number): boolean => {
      const entry = this.#heap[index];
      if (entry === undefined || entry.at > until) return true;
      return entry.isRoutine && isClearFrom(2 * index + 1) && isClearFrom(2 * index + 2);
    };
    return isClearFrom(0);
  }

  /** Lives up to and including an instant, or until `isOver`. @throws Error when time does not go on */
  async runUntil(instant: number, isOver: () => boolean = () => false): Promise<void> {
    let acts = 0;
    for (let next = this.#heap[0]; next !== undefined && next.at <= instant; next = this.#heap[0]) {
      this.#pop();
      acts = next.at > this.clock.now() ? 0 : acts + 1;
      if (acts > MOST_IN_AN_INSTANT)
        throw new Error(`the simulation stands still at ${new Date(next.at).toISOString()}`);
      this.clock.advanceTo(next.at);
      if (next.act() !== false) await new Promise<void>(afterMicrotasks);
      if (isOver()) return;
    }
    this.clock.advanceTo(instant);
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const a = heap[left];
      if (a === undefined) break;
      const b = heap[left + 1];
      const isRight = b !== undefined && isBefore(b, a);
      const child = isRight ? b : a;
      if (isBefore(last, child)) break;
      heap[index] = child;
      index = isRight ? left + 1 : left;
    }
    heap[index] = last;
  }
}

/**
 * Everything that an act has woken is a promise: ticks come when no more of them can go on. The event loop itself need
 * not turn, which is what makes a step cheap.
 */
function afterMicrotasks(go: () => void): void {
  process.nextTick(go);
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
