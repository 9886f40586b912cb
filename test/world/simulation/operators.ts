import type { Disturbance } from './faults';
import type { World } from './world';

/** Operators who want keys rotated before their time: the command of the runbook, as it arrives at the function. */
export class Operators {
  readonly #world: World;
  readonly #launch: (event: object) => void;

  constructor(world: World, launch: (event: object) => void) {
    this.#world = world;
    this.#launch = launch;
  }

  act({ key, count, variety }: Disturbance): void {
    const { managed } = this.#world.witness;
    const asked = [...managed.values()].slice(key, key + 1 + count);
    for (const one of asked) {
      one.disturbedAt = this.#world.now();
      this.#world.note(one.id, 'an operator asks for a rotation');
    }
    const unknown = variety < 0.1 ? ['no-such-key'] : [];
    this.#world.countStrike('requested');
    this.#launch({ keys: [...asked.map(({ id }) => id), ...unknown], by: 'jane@example.com', why: 'leaked in a log' });
  }
}
