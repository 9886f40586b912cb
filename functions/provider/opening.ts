import type { Time } from '../account/ports';
import { MINUTE, SECOND } from '../core/duration';

/** After the first failure, doubled by each further one. */
const FIRST_BACKOFF = 2 * SECOND;
const LONGEST_BACKOFF = MINUTE;

/**
 * What a container opens once and keeps. What could not be opened is tried again, but not by each request: anybody can
 * ask, and each trial calls AWS.
 */
export class Opening<Opened> {
  #opened: Promise<Opened> | undefined;
  #failures = 0;
  /** While it lasts, the failure of before is the answer. */
  #nextAt = 0;

  constructor(private readonly time: Pick<Time, 'now'>) {}

  get(open: () => Promise<Opened>): Promise<Opened> {
    const wait = this.#nextAt - this.time.now().getTime();
    // A longer one is none of ours: the clock was set back.
    const isWaiting = wait > 0 && wait <= LONGEST_BACKOFF;
    if (this.#failures > 0 && !isWaiting) this.#opened = undefined;
    this.#opened ??= this.#open(open);
    return this.#opened;
  }

  async #open(open: () => Promise<Opened>): Promise<Opened> {
    // Who asks while it is tried waits for this trial.
    const before = this.#failures;
    this.#failures = 0;
    try {
      return await open();
    } catch (thrown) {
      this.#failures = before + 1;
      this.#nextAt = this.time.now().getTime() + Math.min(FIRST_BACKOFF * 2 ** before, LONGEST_BACKOFF);
      throw thrown;
    }
  }
}
