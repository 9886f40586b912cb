import type { Clock } from '../../clock';

interface Waiting {
  readonly due: number;
  readonly proceed: () => void;
}

/** A burst of arrivals can put a release off by this many settle times, never for ever. */
const longestBurst = 10;

/**
 * Lets requests overlap on a clock that stands still. A request that takes some latency waits here until its due
 * instant. The clock moves to the earliest due instant only when no further request has arrived for a moment of real
 * time, so that requests that a client sends at once all start from the same instant, and a request that follows an
 * answer starts before the slower ones of its time are answered.
 */
export class Arrivals {
  #waiting: Waiting[] = [];
  #timer: NodeJS.Timeout | undefined;
  #latestRelease = 0;

  /** @param settle real milliseconds without a new arrival before the clock moves */
  constructor(
    private readonly clock: Clock,
    private readonly settle: number,
  ) {}

  /** Resolves when the clock has come to the due instant: at once when it is there already. */
  until(instant: number): Promise<void> {
    const due = Math.trunc(instant);
    if (due <= this.clock.now()) return Promise.resolve();
    return new Promise((proceed) => {
      if (this.#waiting.length === 0) this.#latestRelease = performance.now() + longestBurst * this.settle;
      this.#waiting.push({ due, proceed });
      this.#arm(Math.min(this.settle, this.#latestRelease - performance.now()));
    });
  }

  /** Forgets everybody who waits: their promises stay open for ever. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting = [];
  }

  #arm(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#release(), Math.max(0, milliseconds));
  }

  #release(): void {
    const next = Math.min(...this.#waiting.map(({ due }) => due));
    this.clock.advanceTo(next);
    const left = next - this.clock.now();
    // A clock that runs with real time cannot be moved: wait as long as it takes.
    if (left > 0) {
      this.#arm(left);
      return;
    }
    const released = this.#waiting.filter(({ due }) => due <= next);
    this.#waiting = this.#waiting.filter(({ due }) => due > next);
    for (const { proceed } of released) proceed();
    if (this.#waiting.length === 0) return;
    this.#latestRelease = performance.now() + longestBurst * this.settle;
    this.#arm(this.settle);
  }
}
