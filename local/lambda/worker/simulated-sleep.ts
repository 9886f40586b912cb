import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import type { Clock } from '../../clock';
import type { Deadline } from './deadline';
import type { RequestsInFlight } from './requests-in-flight';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
  /** Fires after the same time really: what ends the sleep where the clock runs with real time. */
  timer?: NodeJS.Timeout;
}

/** Real ms after which a request that gets no answer does not keep the others from sleeping on. */
const STALLED = 1_000;

/** Real ms under which a timer only gives others a turn. */
const SHORTEST = 5;

/** What may be open while nothing is going on: the idle connections and timers, and the check itself. */
const QUIET = new Set(['MessagePort', 'TCPSocketWrap', 'Timeout', 'Immediate', 'PipeWrap', 'TTYWrap']);

/**
 * Sleeping on the simulated clock. When nothing else goes on in the function (no request waits for an answer, no file
 * is being read), the clock moves to the instant of the first sleeper, as it would have moved by itself.
 */
export class SimulatedSleep {
  readonly #sleepers = new Set<Sleeper>();
  #checking = false;
  #active = false;
  #stallTimer: NodeJS.Timeout | undefined;
  readonly #setReal = globalThis.setTimeout;
  readonly #clearReal = globalThis.clearTimeout;

  constructor(
    private readonly clock: Clock,
    private readonly deadline: Deadline,
    private readonly requests: RequestsInFlight,
  ) {
    requests.onSettled(() => {
      deadline.enforce();
      this.#forgetStall();
      this.#wakeDue();
      this.#check();
    });
  }

  /** Replaces `setTimeout` of `node:timers/promises`. The global `setTimeout` keeps to real time. */
  install(): void {
    timers.setTimeout = <T>(milliseconds = 1, value?: T, options?: { readonly signal?: AbortSignal }) =>
      this.sleep(milliseconds, value, options?.signal) as Promise<T>;
    syncBuiltinESMExports();
  }

  /**
   * Replaces the global `setTimeout` too, as SDKs wait with before they ask again: how long they are to wait they read off
   * the clock. Where a request waits for its answer the clock stands, and so does what would give that request up.
   */
  installTimers(): void {
    const [set, clear] = [this.#setReal, this.#clearReal];
    const simulated = (run: (...args: unknown[]) => void, milliseconds = 1, ...args: unknown[]) => {
      if (!this.#active || milliseconds < SHORTEST) return set(run, milliseconds, ...args);
      return new ClockTimer(
        this.#add(milliseconds, () => run(...args)),
        (sleeper) => this.#remove(sleeper),
      );
    };
    const cleared = (timer: unknown) => {
      if (timer instanceof ClockTimer) timer.close();
      else clear(timer as NodeJS.Timeout);
    };
    Object.assign(globalThis, { setTimeout: simulated, clearTimeout: cleared });
  }

  /** Between invocations a function is frozen: its sleepers must not move the world's clock. */
  setActive(active: boolean): void {
    this.#active = active;
    if (active) this.#check();
  }

  sleep<T>(milliseconds: number, value: T, signal: AbortSignal | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(aborted(signal));
      const onAbort = () => {
        this.#remove(sleeper);
        if (signal !== undefined) reject(aborted(signal));
      };
      const sleeper = this.#add(milliseconds, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve(value);
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** The clock counts whole milliseconds. */
  #add(milliseconds: number, wake: () => void): Sleeper {
    const sleeper: Sleeper = { until: this.clock.now() + Math.max(1, Math.trunc(milliseconds) || 0), wake };
    this.#sleepers.add(sleeper);
    this.#armTimer(sleeper);
    this.#check();
    return sleeper;
  }

  #armTimer(sleeper: Sleeper): void {
    sleeper.timer = this.#setReal(
      () => {
        this.#wakeDue();
        if (this.#sleepers.has(sleeper)) this.#armTimer(sleeper);
      },
      Math.max(1, sleeper.until - this.clock.now()),
    );
  }

  #remove(sleeper: Sleeper): void {
    this.#clearReal(sleeper.timer);
    this.#sleepers.delete(sleeper);
  }

  /** Looks whether all is quiet; two turns of the event loop let go on what has just been answered. */
  #check(): void {
    if (this.#checking || !this.#active || this.#sleepers.size === 0) return;
    this.#checking = true;
    setImmediate(() => setImmediate(() => this.#decide()));
  }

  #decide(): void {
    this.#checking = false;
    if (!this.#active || this.#sleepers.size === 0) return;
    if (this.requests.count > 0) {
      this.#stallTimer ??= this.#setReal(() => this.#moveOn(), STALLED);
      return;
    }
    if (process.getActiveResourcesInfo().every((name) => QUIET.has(name))) this.#moveOn();
    else this.#check();
  }

  #moveOn(): void {
    this.#forgetStall();
    if (!this.#active || this.#sleepers.size === 0) return;
    const next = Math.min(...[...this.#sleepers].map(({ until }) => until));
    this.deadline.advanceTo(next);
    // A clock that runs with real time cannot be moved; the sleepers' own timers end the sleep then.
    if (this.clock.now() < next) return;
    this.#wakeDue();
    this.#check();
  }

  #forgetStall(): void {
    this.#clearReal(this.#stallTimer);
    this.#stallTimer = undefined;
  }

  #wakeDue(): void {
    const now = this.clock.now();
    for (const sleeper of this.#sleepers) {
      if (sleeper.until > now) continue;
      this.#remove(sleeper);
      sleeper.wake();
    }
  }
}

/** What the global `setTimeout` answers: enough of Node's `Timeout` for whoever holds one. */
class ClockTimer {
  constructor(
    private readonly sleeper: Sleeper,
    private readonly remove: (sleeper: Sleeper) => void,
  ) {}

  close(): void {
    this.remove(this.sleeper);
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }
}

/** The rejection of Node's own timers: an AbortError with the signal's reason as its cause. */
function aborted(signal: AbortSignal): Error {
  const error = new Error('The operation was aborted', { cause: signal.reason });
  error.name = 'AbortError';
  return Object.assign(error, { code: 'ABORT_ERR' });
}
