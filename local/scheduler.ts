import type { Clock } from './clock';
import { TaskQueue } from './task-queue';

export type Task = () => Promise<void>;

/** A task, or a series of tasks, that can still be called off. */
export interface Scheduled {
  cancel(): void;
}

/** The longest delay that a timer takes, in ms; a longer wait is made of several. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Timed tasks over the clock of a local world: one after the other in order of time, ties in order of insertion. While
 * a task runs nothing else does, so a task whose time comes meanwhile starts late, with the clock where the earlier
 * one has left it. Once `start` is called, tasks fire by real time instead, and may overlap.
 */
export class Scheduler {
  readonly #queue = new TaskQueue();
  readonly #running = new Set<Promise<void>>();
  #onError: ((error: unknown, name: string) => void) | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly clock: Clock) {}

  /** Instants and names of what is still to come, in order. */
  get pending(): readonly { readonly at: number; readonly name: string }[] {
    return this.#queue.list().map(({ at, name }) => ({ at, name }));
  }

  /** Runs a task at an instant (ms since the epoch); one that has passed already means: next. */
  at(instant: number, name: string, task: Task): Scheduled {
    const entry = this.#queue.add(instant, name, task);
    this.#arm();
    return {
      cancel: () => {
        this.#queue.remove(entry);
        this.#arm();
      },
    };
  }

  /**
   * Runs a task again and again. The next instant is asked for as soon as one is due, and counts from the instant that
   * was due, so a late run does not shift the later ones.
   *
   * @param nextInstant the first instant after the given one; undefined ends the series.
   */
  every(nextInstant: (after: number) => number | undefined, name: string, task: Task): Scheduled {
    let current: Scheduled | undefined;
    const plan = (after: number): void => {
      const next = nextInstant(after);
      if (next === undefined) return;
      current = this.at(next, name, () => {
        plan(next);
        return task();
      });
    };
    plan(this.clock.now());
    return { cancel: () => current?.cancel() };
  }

  /**
   * Lives through everything that is due up to and including an instant, and leaves the clock there (or later, where a
   * task took longer). @throws what a task throws; the rest of the queue stays.
   */
  async runUntil(instant: number): Promise<void> {
    for (let next = this.#queue.takeDue(instant); next !== undefined; next = this.#queue.takeDue(instant)) {
      this.clock.advanceTo(next.at);
      await next.task();
    }
    this.clock.advanceTo(instant);
  }

  /** Real time from here on; the clock must run (`clock.run()`). A task that fails is handed to `onError`. */
  start(onError: (error: unknown, name: string) => void): void {
    this.#onError = onError;
    this.#arm();
  }

  /** Fires nothing any more, until `start` is called again, and waits for the tasks that have begun. */
  async stop(): Promise<void> {
    this.#onError = undefined;
    clearTimeout(this.#timer);
    await Promise.allSettled(this.#running);
  }

  #arm(): void {
    if (this.#onError === undefined) return;
    clearTimeout(this.#timer);
    const next = this.#queue.peek();
    if (next === undefined) return;
    const delay = Math.min(Math.max(0, next.at - this.clock.now()), LONGEST_TIMER);
    this.#timer = setTimeout(() => this.#fireDue(), delay);
  }

  #fireDue(): void {
    const now = this.clock.now();
    for (let next = this.#queue.takeDue(now); next !== undefined; next = this.#queue.takeDue(now)) {
      const { name, task } = next;
      const onError = this.#onError;
      const run = task()
        .catch((error: unknown) => onError?.(error, name))
        .finally(() => this.#running.delete(run));
      this.#running.add(run);
    }
    this.#arm();
  }
}
