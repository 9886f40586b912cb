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
    for (;;) {
      const since = Atomics.load(this.#cells, 1);
      const value = Number(Atomics.load(this.#cells, 0));
      // Another thread may be halting the clock between the two.
      if (since !== HALTING && since === Atomics.load(this.#cells, 1))
        return since === 0n ? value : value + runFor(since);
    }
  }

  /** Moves the clock forward to an instant; an instant that has passed already changes nothing. */
  advanceTo(instant: number): void {
    if (Atomics.load(this.#cells, 1) !== 0n) return;
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
    if (Atomics.load(this.#cells, 1) === 0n) Atomics.store(this.#cells, 1, BigInt(realNow()));
  }

  /** From here on a clock that ran with real time stands still until somebody moves it. */
  halt(): void {
    const since = Atomics.exchange(this.#cells, 1, HALTING);
    if (since > 0n) Atomics.add(this.#cells, 0, BigInt(runFor(since)));
    Atomics.store(this.#cells, 1, 0n);
  }
}

/** In place of the real instant since which a clock runs, while it is brought to a halt. */
const HALTING = -1n;

/** Real ms since the real instant at which a clock began to run. */
function runFor(since: bigint): number {
  return realNow() - Number(since);
}

/** Real time, even where a worker's `Date` has been replaced by a simulated one. */
const RealDate = Date;
function realNow(): number {
  return RealDate.now();
}
