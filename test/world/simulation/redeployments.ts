import type { ManagedRecord } from '../../../cli/rehearsal/witness/records';
import { HOUR } from '../../../functions/core/duration';
import type { Deployment } from './deployment';
import type { Disturbance } from './faults';
import type { World } from './world';

/** Deployments of another configuration: a key gets another user, or all keys or half of them are gone for a while. */
export class Redeployments {
  readonly #world: World;
  readonly #deployment: Deployment;
  readonly #onDeployed: () => void;
  #users = 0;

  constructor(world: World, deployment: Deployment, onDeployed: () => void) {
    this.#world = world;
    this.#deployment = deployment;
    this.#onDeployed = onDeployed;
  }

  act(disturbance: Disturbance): void {
    const managed = this.#world.witness.managed.get(`key-${disturbance.key}`);
    if (disturbance.fault === 'emptied-registry') this.#empty(disturbance);
    else if (managed !== undefined) this.#changeUser(managed, disturbance);
  }

  /** Another user, mostly a new one, and sometimes the one that the key had before. */
  #changeUser(managed: ManagedRecord, { variety }: Disturbance): void {
    if (!managed.isManaged || this.#world.restores.isOpen(managed)) return;
    const [before] = managed.formerUsers;
    const user = before !== undefined && variety < 0.4 ? before : this.#newUser(managed);
    this.#deployment.register({ ...managed.entry, user });
    this.#world.restores.begin('changed-user', managed, `has the user ${user} from now on`);
    this.#onDeployed();
  }

  #newUser({ id }: ManagedRecord): string {
    this.#users += 1;
    const user = `ci-${id}-${this.#users}`;
    this.#world.act('person', 'iam', 'CreateUser', { UserName: user });
    return user;
  }

  /** The file of another account, or an empty one; the right one comes back with the next deployment. */
  #empty({ variety, until }: Disturbance): void {
    const { witness, restores, start } = this.#world;
    const all = [...witness.managed.values()].filter(({ isManaged }) => isManaged);
    const lost = variety < 0.7 ? all : all.filter((_, index) => index % 2 === 0);
    const back = Math.max(this.#world.now() + HOUR, start + until);
    for (const managed of lost) {
      this.#deployment.unregister(managed);
      restores.begin('emptied-registry', managed, 'is lost by a deployment');
      restores.until(back, managed, () => {
        if (!managed.isManaged) this.#deployment.register(managed.entry);
      });
    }
    this.#onDeployed();
    this.#world.loop.at(back + 1, () => {
      this.#onDeployed();
      return undefined;
    });
  }
}
