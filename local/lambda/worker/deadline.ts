import type { Clock } from '../../clock';
import { freeze } from './freeze';

/** The instant at which the current invocation times out. Past it the function does not get to do anything more. */
export class Deadline {
  #at = Number.POSITIVE_INFINITY;

  /** @param onPassed tells the main thread, before this thread stops. */
  constructor(
    private readonly clock: Clock,
    private readonly onPassed: () => void,
  ) {}

  get remaining(): number {
    return Math.max(0, this.#at - this.clock.now());
  }

  set(at: number): void {
    this.#at = at;
  }

  clear(): void {
    this.#at = Number.POSITIVE_INFINITY;
  }

  /** Moves the clock forward, but not past the deadline; does not return when it is reached. */
  advanceTo(instant: number): void {
    this.clock.advanceTo(Math.min(instant, this.#at));
    this.enforce();
  }

  /** Does not return when the deadline has passed. */
  enforce(): void {
    if (this.clock.now() < this.#at) return;
    this.onPassed();
    freeze();
  }
}
