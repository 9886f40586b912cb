import type { ManagedRecord } from '../../../cli/rehearsal/witness/records';
import { DAY, HOUR } from '../../../functions/core/duration';
import type { Replacement } from '../../../functions/core/key/replaced';
import { secretName, TAG } from '../../../functions/core/names';
import { type Random, seededRandom } from '../../../local/random';
import type { Deployment } from './deployment';
import type { Disturbance } from './faults';
import { bornOf } from './witness';
import type { World } from './world';

/** As the configuration leaves them: fewer and the next rotation comes before the key could go. */
const RUNS_TO_SPARE = 3;
/** A use shows up to six hours late, and the run that looks at it comes once a day. */
const LATE = 8 * HOUR;

/**
 * Roles take over from keys: a deployment says so in the middle of anything, pipelines move, a few of them late, and some
 * teams want their key back, whether it is gone or not.
 */
export class Replacements {
  readonly #world: World;
  readonly #deployment: Deployment;
  readonly #random: Random;
  readonly #on: {
    /** A deployment is done. */
    readonly deployed: () => void;
    /** A pipeline that has not moved yet starts. */
    readonly late: (managed: ManagedRecord) => void;
  };

  constructor(
    world: World,
    deployment: Deployment,
    on: { deployed: () => void; late: (managed: ManagedRecord) => void },
  ) {
    this.#world = world;
    this.#deployment = deployment;
    this.#random = seededRandom(`${world.seed}/replacements`);
    this.#on = on;
  }

  act(disturbance: Disturbance): void {
    const managed = this.#world.witness.bornAs(`key-${disturbance.key}`);
    if (managed === undefined || !managed.isManaged || this.#world.restores.isOpen(managed)) return;
    if (managed.entry.replacedBy === undefined) this.#replace(managed, disturbance);
    else if (disturbance.variety < 0.5) this.#forge(managed);
    else this.#takeBack(managed);
  }

  #replace(managed: ManagedRecord, { variety, odds, count, until }: Disturbance): void {
    const { restores, start } = this.#world;
    const { rotateAfter, deleteAfter, holdLimit } = managed.entry.policy;
    const most = rotateAfter - RUNS_TO_SPARE;
    if (deleteAfter - rotateAfter + holdLimit > most) return;
    disarm(managed);
    const idleFor = Math.min(most, 1 + Math.floor(variety * 20));
    const role = roleNamed(this.#world, `instead-of-${bornOf(managed.id)}`);
    this.#deployment.register({ ...managed.entry, replacedBy: { roles: [role], idleFor } });
    restores.begin('replaced', managed, `is to be replaced by ${role} after ${idleFor} idle days`);
    this.#on.deployed();
    const movesAt = this.#world.now() + odds * 10 * DAY;
    const ends = Math.max(movesAt + 5 * DAY, start + until);
    this.#world.moved.set(managed, movesAt);
    // Somebody tries the role before anybody moves; of some keys nothing ever takes it after that.
    if (count !== 4) this.#useRole(managed, role, movesAt, this.#world.now(), ends);
    // Until then they start often enough for the days to mean something.
    const last = count >= 3 ? movesAt + variety * 40 * DAY : movesAt;
    this.#useLate(managed, movesAt, this.#world.now(), idleFor * DAY - LATE, last);
    // A third of them are never wanted back.
    if (count > 0) this.#at(ends, () => this.#world.moved.get(managed) === movesAt && this.#takeBack(managed));
  }

  #useRole(managed: ManagedRecord, role: string, movesAt: number, at: number, ends: number): void {
    const { account, loop, moved } = this.#world;
    loop.at(at, () => {
      if (this.#world.now() >= ends || moved.get(managed) !== movesAt) return false;
      account.authenticate(account.roleSession(role, 'step'), 'sns');
      this.#useRole(managed, role, movesAt, this.#world.now() + (5 + 20 * this.#random()) * HOUR, ends);
      return undefined;
    });
  }

  /** A pipeline that starts seldom, and more often than the days for which the key has to be idle. */
  #useLate(managed: ManagedRecord, movesAt: number, at: number, within: number, ends: number): void {
    this.#world.loop.at(at, () => {
      if (this.#world.now() >= ends || this.#world.moved.get(managed) !== movesAt) return false;
      this.#on.late(managed);
      this.#useLate(managed, movesAt, this.#world.now() + within * (0.5 + 0.4 * this.#random()), within, ends);
      return undefined;
    });
  }

  /** Who may tag the secret says that the key goes for good; the record has no word of it. */
  #forge(managed: ManagedRecord): void {
    const { witness, restores } = this.#world;
    const current = witness.currentKey(managed);
    if (current === undefined) return;
    const at = new Date(this.#world.now()).toISOString();
    const Tags = [TAG.replaced, TAG.deactivated].map((Key) => ({ Key, Value: `${current} ${at}` }));
    if (!this.#world.tries('secretsmanager', 'TagResource', { SecretId: secretName(managed.id), Tags })) return;
    managed.saidInactive.set(current, this.#world.now());
    restores.begin('replaced', managed, `has tags that say that ${current} goes for good`);
  }

  /** The team wants a key after all: its pipelines use the variables again as soon as there is one. */
  #takeBack(managed: ManagedRecord): void {
    const { restores, moved } = this.#world;
    const { replacedBy, ...entry } = managed.entry;
    if (replacedBy === undefined) return;
    if (!managed.isManaged || restores.isOpen(managed)) {
      const movesAt = moved.get(managed);
      this.#at(this.#world.now() + DAY, () => moved.get(managed) === movesAt && this.#takeBack(managed));
      return;
    }
    this.#deployment.register(entry);
    disarm(managed);
    restores.begin('replaced', managed, 'is wanted back');
    this.#on.deployed();
    // Whoever deploys sees first what became of it.
    this.#at(this.#world.now() + HOUR, () => {
      if (managed.entry.replacedBy !== undefined) return;
      moved.delete(managed);
      disarm(managed);
    });
  }

  #at(instant: number, deed: () => unknown): void {
    this.#world.loop.at(instant, () => {
      deed();
      return undefined;
    });
  }
}

/** Made where it is not there. @returns its ARN */
function roleNamed({ account }: World, name: string): string {
  const { roles } = account.iam;
  const known = roles.all().find((role) => role.name === name);
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  return (known ?? roles.create({ RoleName: name, AssumeRolePolicyDocument })).arn;
}

/** Whoever has a role of their own takes it again and again, and would have it replace a key of others. */
export function forgedReplacement(world: World, until: number): Replacement {
  const role = roleNamed(world, 'of-somebody-else');
  const use = (at: number): void =>
    world.loop.at(at, () => {
      if (world.now() >= until) return false;
      world.account.authenticate(world.account.roleSession(role, 'step'), 'sns');
      use(world.now() + 5 * HOUR);
      return undefined;
    });
  use(world.now());
  return { roles: [role], idleFor: 1 };
}

/** Where a key stands that is gone for good, nobody starts before there is another one. */
function disarm({ places }: ManagedRecord): void {
  for (const place of places) if (place.idOf?.isReplaced === true) place.isArmed = false;
}
