/**
 * The one clock of a local world, in milliseconds since the epoch. It stands still until somebody moves it, or runs
 * with real time. Its cells are shared memory, so that the functions' worker threads read the very same instant.
 */
export class Clock {
  readonly shared: SharedArrayBuffer;
  readonly #cells: BigInt64Array;

  /** @param start the first instant (ms since the epoch), or the shared cells of another thread's clock. */
  constructor(start: number | SharedArrayBuffer) {
    this.shared = typeof start === 'number' ? new SharedArrayBuffer(16) : start;
    this.#cells = new BigInt64Array(this.shared);
    if (typeof start === 'number') Atomics.store(this.#cells, 0, BigInt(Math.trunc(start)));
  }

  now(): number {
    const value = Number(Atomics.load(this.#cells, 0));
    return Atomics.load(this.#cells, 1) === 1n ? value + realNow() : value;
  }

  /** Moves the clock forward to an instant; an instant that has passed already changes nothing. */
  advanceTo(instant: number): void {
    if (Atomics.load(this.#cells, 1) === 1n) return;
    let seen = Atomics.load(this.#cells, 0);
    const wanted = BigInt(Math.trunc(instant));
    while (wanted > seen) {
      const found = Atomics.compareExchange(this.#cells, 0, seen, wanted);
      if (found === seen) return;
      seen = found;
    }
  }

  advanceBy(milliseconds: number): void {
    this.advanceTo(this.now() + milliseconds);
  }

  /** From here on the clock runs with real time (`npm start -- --serve`). */
  run(): void {
    Atomics.store(this.#cells, 0, BigInt(Math.trunc(this.now() - realNow())));
    Atomics.store(this.#cells, 1, 1n);
  }
}

/** Real time, even where a worker's `Date` has been replaced by a simulated one. */
const RealDate = Date;
function realNow(): number {
  return RealDate.now();
}
