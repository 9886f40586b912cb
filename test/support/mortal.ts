import { AsyncLocalStorage } from 'node:async_hooks';

const never = new Promise<never>(() => undefined);

/**
 * A process that dies right after one of its requests took effect at a host (K9), which is also right before the next
 * one did. From then on none of its code runs: whatever it waits for never comes back, so no catch and no finally of it
 * can tidy up, and what it sends is lost.
 */
export class Mortal {
  readonly #at: number;
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #died: Promise<void>;
  #die: () => void = () => undefined;
  #sent = 0;
  #dead = false;
  /** Set within a call of a port. */
  readonly #within = new AsyncLocalStorage<true>();

  /** @param at the request that is its last, counted from one, over all hosts */
  constructor(at: number) {
    this.#at = at;
    this.#died = new Promise((resolve) => {
      this.#die = resolve;
    });
  }

  /** Told of each request that arrives at a host. @returns whether it has its effect */
  arrives(): boolean {
    if (this.#dead) return false;
    this.#sent += 1;
    if (this.#sent < this.#at) return true;
    this.#dead = true;
    this.#die();
    return true;
  }

  /** Resolves when it is dead and the network has forgotten its requests. */
  async gone(): Promise<void> {
    await this.#died;
    while (this.#inFlight.size > 0) await Promise.allSettled([...this.#inFlight]);
  }

  /** The port as this process holds it: a call that ends after its death never returns. */
  hold<Port extends object>(port: Port): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...args: unknown[]) => this.#run(() => Reflect.apply(member, target, args));
      },
    });
  }

  /** Stands in a `sleep`: the dead wait for ever. */
  sleeps(): Promise<void> {
    return this.#dead ? never : Promise.resolve();
  }

  get isDead(): boolean {
    return this.#dead;
  }

  async #run(call: () => unknown): Promise<unknown> {
    if (this.#dead) return this.#endless();
    const isOutermost = this.#within.getStore() === undefined;
    const running = this.#within.run(true, async () => call());
    this.#inFlight.add(running);
    try {
      const result = await running;
      return this.#dead && isOutermost ? never : this.#held(result);
    } catch (error) {
      if (this.#dead && isOutermost) return never;
      throw error;
    } finally {
      this.#inFlight.delete(running);
    }
  }

  /** What a port itself waits for, such as a last proof before a write, must come to an end for the network to forget it. */
  #endless(): Promise<never> {
    if (this.#within.getStore() === undefined) return never;
    return Promise.reject(new Error('the process is dead'));
  }

  /** A target is a port of its own, made by the port that opens it. */
  #held(result: unknown): unknown {
    const isPort = typeof result === 'object' && result !== null && 'deliver' in result;
    return isPort ? this.hold(result) : result;
  }
}
