import type { KeyRecord, ManagedRecord, PlaceRecord } from '../../../cli/rehearsal/witness/records';
import { HOUR, MINUTE } from '../../../functions/core/duration';
import { AwsError } from '../../../local/account/aws-error';
import { type Random, seededRandom } from '../../../local/random';
import type { World } from './world';

/** @returns AWS's error, or undefined */
export function login(world: World, key: KeyRecord): string | undefined {
  try {
    world.account.authenticate({ accessKeyId: key.id, secretAccessKey: key.secret }, 'sns');
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return error.code;
    throw error;
  }
}

/** Pipelines of every place: each reads its variables when it starts, and uses them for minutes to hours. */
export class Pipelines {
  readonly #world: World;
  readonly #random: Random;
  logins = 0;
  starts = 0;

  constructor(world: World) {
    this.#world = world;
    this.#random = seededRandom(`${world.seed}/pipelines`);
  }

  start(end: number): void {
    const next = () => {
      this.#world.loop.at(this.#world.now() + this.#random() * 10 * HOUR, () => {
        if (this.#world.now() >= end) return false;
        next();
        return this.#begin();
      });
    };
    next();
  }

  #begin(): false {
    const all = [...this.#world.witness.managed.values()];
    const managed = all[Math.floor(this.#random() * all.length)];
    const place = managed?.places[Math.floor(this.#random() * managed.places.length)];
    const life = this.#random() ** 2 * 12 * HOUR;
    const uses = 1 + Math.floor(this.#random() * 3);
    if (managed !== undefined && place !== undefined) this.#run(managed, place, life, uses);
    return false;
  }

  #run(managed: ManagedRecord, place: PlaceRecord, life: number, uses: number): void {
    const { idOf, secretOf } = place;
    if (!managed.isManaged || !place.isArmed || place.isGone || place.isTampered || idOf === undefined) return;
    this.starts += 1;
    if (idOf !== secretOf) {
      this.#world.promises.allowed.tornReads += 1;
      return;
    }
    const readAt = this.#world.now();
    const use = () => {
      this.logins += 1;
      const error = login(this.#world, idOf);
      if (error !== undefined && managed.isManaged) {
        this.#world.promises.places.login(managed, place, idOf, readAt, error);
      }
      return false;
    };
    use();
    for (let index = 1; index < uses; index++) this.#world.loop.at(readAt + (life * index) / uses + MINUTE, use);
  }
}
