import type { Random } from '../../../local/random';
import { seededRandom } from '../../../local/random';
import type { Loop } from './loop';
import type { FaultChoice, PortCall } from './port-call';

const never = new Promise<never>(() => undefined);

/** Sees every call where it takes effect, or does not. */
export interface Observer {
  /** A call had its effect, or was answered with an error of the service. */
  effect(call: PortCall, process: SimProcess, error: unknown, fault: FaultChoice['kind'] | undefined): void;
  /** A fault kept a call from having any effect. */
  failed(call: PortCall, process: SimProcess, fault: FaultChoice['kind']): void;
}

export interface SimProcessProps {
  /** Unique in its history: seeds the process's own stream of latencies. */
  readonly name: string;
  readonly function: string;
  readonly seed: number;
  readonly loop: Loop;
  readonly observer: Observer;
  /** How far this process's clock is ahead of the account's, in milliseconds. */
  readonly skew: number;
  readonly fault: (call: PortCall, process: SimProcess) => FaultChoice | undefined;
  /** Told right before and right after a call has its effect. */
  readonly around: (call: PortCall, process: SimProcess, phase: 'before' | 'after') => void;
  readonly onDeath: (process: SimProcess) => void;
  readonly gate?: Gate | undefined;
}

/** Lets one call go at a time, for histories whose order is enumerated and not drawn. */
export interface Gate {
  park(process: SimProcess, go: () => void): void;
}

/**
 * One running copy of a function. Each of its calls is a point where the simulation decides: when the call takes effect,
 * whether the answer comes back, and whether the process lives on. A dead process never hears of anything again, so no
 * catch and no finally of it can tidy up.
 */
export class SimProcess {
  readonly name: string;
  readonly function: string;
  readonly startedAt: number;
  readonly random: Random;
  readonly #props: SimProcessProps;
  isDead = false;
  isFinished = false;
  calls = 0;

  constructor(props: SimProcessProps) {
    this.name = props.name;
    this.function = props.function;
    this.startedAt = props.loop.now();
    this.random = seededRandom(`${props.seed}/process/${props.name}`);
    this.#props = props;
  }

  now(): number {
    return this.#props.loop.now() + this.#props.skew;
  }

  sleep(milliseconds: number): Promise<void> {
    if (this.isDead) return never;
    return new Promise((resolve) => {
      this.#props.loop.at(this.#props.loop.now() + milliseconds, () => {
        if (this.isDead) return false;
        resolve();
        return undefined;
      });
    });
  }

  /**
   * One call over the network.
   * @param effect what it does, done in one instant; it may throw what the service answers
   * @param failure the error that the client library makes of a fault
   */
  call<T>(
    call: PortCall,
    effect: (fault: FaultChoice['kind'] | undefined) => T,
    failure: (fault: FaultChoice) => Error,
  ): Promise<T> {
    if (this.isDead) return never;
    const { loop, fault: chooseFault } = this.#props;
    this.calls += 1;
    const fault = chooseFault(call, this);
    const [least, most] = call.service === 'bitbucket' ? [40, 180] : [8, 60];
    const there = least + this.random() * (most - least) + (fault?.kind === 'delay' ? fault.milliseconds : 0);
    // A request that has left may arrive although its sender dies: decided when it leaves.
    const survives = this.random() < 0.5;
    return new Promise<T>((resolve, reject) => {
      const go = () =>
        loop.at(loop.now() + there, () => {
          if (this.isDead && !survives) return false;
          return this.#arrive(call, effect, failure, fault, resolve, reject);
        });
      if (this.#props.gate === undefined) go();
      else this.#props.gate.park(this, go);
    });
  }

  /**
   * A call that changes nothing and that nothing waits for long: it is no point of its own where a history can branch.
   *
   * @returns whether a fault kept its answer away
   */
  misses(call: PortCall): boolean {
    const fault = this.#props.fault(call, this);
    return fault !== undefined && fault.kind !== 'delay' && fault.kind !== 'crash' && fault.kind !== 'repeated';
  }

  die(): void {
    if (this.isDead || this.isFinished) return;
    this.isDead = true;
    this.#props.onDeath(this);
  }

  #arrive<T>(
    call: PortCall,
    effect: (fault: FaultChoice['kind'] | undefined) => T,
    failure: (fault: FaultChoice) => Error,
    fault: FaultChoice | undefined,
    resolve: (value: T) => void,
    reject: (error: unknown) => void,
  ): boolean | undefined {
    const { loop, observer, around } = this.#props;
    if (fault?.kind === 'crash' && fault.when === 'before') {
      this.die();
      return undefined;
    }
    around(call, this, 'before');
    const answer = (deliver: () => void, wait: number) => {
      loop.at(loop.now() + wait, () => {
        if (this.isDead) return false;
        deliver();
        return undefined;
      });
    };
    const back = 5 + this.random() * 30;
    if (fault !== undefined && isRefusal(fault)) {
      observer.failed(call, this, fault.kind);
      answer(() => reject(failure(fault)), back + (fault.kind === 'unanswered' ? 10_000 : 0));
      return undefined;
    }
    let outcome: { readonly value: T } | { readonly error: unknown };
    const times = fault?.kind === 'repeated' ? 2 : 1;
    for (let time = 1; ; time++) {
      try {
        outcome = { value: effect(fault?.kind) };
      } catch (error) {
        outcome = { error };
      }
      observer.effect(call, this, 'error' in outcome ? outcome.error : undefined, fault?.kind);
      if (time === times) break;
    }
    around(call, this, 'after');
    if (fault?.kind === 'crash') {
      this.die();
      return undefined;
    }
    if (fault?.kind === 'lost-answer') {
      answer(() => reject(failure(fault)), 10_000);
      return undefined;
    }
    const wait = back + (times === 2 ? 10_000 : 0);
    const done = outcome;
    if ('error' in done) answer(() => reject(done.error), wait);
    else answer(() => resolve(done.value), wait);
    return undefined;
  }
}

function isRefusal({ kind }: FaultChoice): boolean {
  return kind === 'throttled' || kind === 'refused' || kind === 'forbidden' || kind === 'unanswered';
}
