import type { ManagedRecord } from '../../../cli/rehearsal/witness/records';
import { policyWith } from '../../../functions/core/config/policy';
import { DAY, HOUR } from '../../../functions/core/duration';
import { secretName } from '../../../functions/core/names';
import { seededRandom } from '../../../local/random';
import type { Deployment } from './deployment';
import type { Disturbance } from './faults';
import { forgedReplacement } from './replacements';
import { bornOf } from './witness';
import type { World } from './world';

/**
 * Deployments of another configuration: a key gets another user, or is only observed for a while, or all keys or half of them are gone for a while. And what
 * looks like one, and is none.
 */
export class Redeployments {
  readonly #world: World;
  readonly #deployment: Deployment;
  readonly #onDeployed: () => void;
  /** Users that no key has had yet. */
  readonly #spare: string[] = [];

  constructor(world: World, deployment: Deployment, onDeployed: () => void) {
    this.#world = world;
    this.#deployment = deployment;
    this.#onDeployed = onDeployed;
  }

  /** Before there are any keys: users that they may get one day, some with keys of their own. */
  prepare(keys: number): void {
    const random = seededRandom(`${this.#world.seed}/users`);
    for (let index = 0; index < keys; index++) {
      const user = `ci-spare-${index}`;
      this.#deployment.addUser(user, [0, 0, 1, 2, 2][Math.floor(random() * 5)] ?? 0);
      this.#spare.push(user);
    }
  }

  act(disturbance: Disturbance): void {
    const managed = this.#world.witness.bornAs(`key-${disturbance.key}`);
    if (disturbance.fault === 'emptied-registry') this.#empty(disturbance);
    else if (disturbance.fault === 'id-renamed') this.#rename(managed, disturbance);
    else if (managed === undefined || !managed.isManaged || this.#world.restores.isOpen(managed)) return;
    else if (disturbance.fault === 'observed') this.#observe(managed, disturbance);
    else if (disturbance.fault === 'forged-entry') this.#forge(managed, disturbance);
    else this.#changeUser(managed, disturbance);
  }

  /** Nothing is done for it until it is rotated again; from there everything has to go on. */
  #observe(managed: ManagedRecord, { until }: Disturbance): void {
    const { observedSince, restores, start } = this.#world;
    this.#deployment.register({ ...managed.entry, mode: 'observe' });
    restores.begin('observed', managed, 'is only observed from now on');
    observedSince.set(managed, this.#world.now());
    this.#onDeployed();
    restores.until(Math.max(this.#world.now() + HOUR, start + until), managed, () => {
      observedSince.delete(managed);
      const { mode: _mode, ...entry } = managed.entry;
      if (managed.isManaged) this.#deployment.register(entry);
      // A deployment that has lost it brings it back so.
      else managed.entry = entry;
      this.#onDeployed();
    });
  }

  /** Who may write parameters, and deploys nothing: the key's secret says another digest. */
  #forge(managed: ManagedRecord, { variety, until }: Disturbance): void {
    const { entry, id } = managed;
    const { witness, restores, start } = this.#world;
    const others = [...witness.managed.values()].filter((other) => other !== managed);
    const other = others[Math.floor(variety * 1_000) % Math.max(1, others.length)]?.entry ?? entry;
    const back = Math.max(this.#world.now() + HOUR, start + until);
    const { replacedBy: _replaced, ...wantedBack } = entry;
    const forged = [
      { ...entry, policy: policyWith({ rotateAfter: 2, deactivateAfter: 3, deleteAfter: 4, idleFor: 0 }) },
      { ...entry, targets: other.targets },
      { ...entry, targets: [] },
      { ...entry, user: other.user },
      // Where roles are to replace it already, sooner ones, or none.
      { ...entry, replacedBy: forgedReplacement(this.#world, back) },
      wantedBack,
    ];
    this.#deployment.putParameter(id, JSON.stringify(forged[Math.floor(variety * forged.length)] ?? entry));
    restores.begin('forged-entry', managed, 'has an entry that nobody has deployed');
    restores.until(back, managed, () => {
      if (managed.isManaged) this.#deployment.register(managed.entry);
    });
  }

  /** Another user, mostly a new one, and sometimes the one that the key had before. */
  #changeUser(managed: ManagedRecord, { variety }: Disturbance): void {
    const [before] = managed.formerUsers;
    const user = (variety < 0.4 ? before : undefined) ?? this.#spare.shift() ?? before;
    if (user === undefined) return;
    this.#deployment.register({ ...managed.entry, user });
    this.#world.restores.begin('changed-user', managed, `has the user ${user} from now on`);
    this.#onDeployed();
  }

  /**
   * Another id, at once or after the key was out of the file for a while: the secret before is retained, and people delete
   * it when no key of before its successor is left.
   */
  #rename(managed: ManagedRecord | undefined, { variety, until }: Disturbance): void {
    const { witness, restores, start } = this.#world;
    if (managed === undefined || !managed.isManaged || witness.idBefore(managed) !== undefined) return;
    const id = nextId(managed.id);
    const madeAnew = () => {
      this.#deployment.rename(managed, id);
      this.#world.note(id, 'has that id from now on');
      this.#letGo(managed, this.#world.now());
      this.#onDeployed();
    };
    if (variety < 0.7) {
      restores.begin('id-renamed', managed, `has the id ${id} from now on`);
      madeAnew();
      return;
    }
    this.#deployment.unregister(managed);
    restores.begin('id-renamed', managed, 'is taken out of the configuration');
    restores.until(Math.max(this.#world.now() + HOUR, start + until), managed, madeAnew);
  }

  /** Follows the finding `unmanaged-secret`. */
  #letGo(managed: ManagedRecord, since: number): void {
    const { loop, witness } = this.#world;
    loop.at(this.#world.now() + 5 * DAY, () => {
      const before = witness.idBefore(managed);
      if (before === undefined) return false;
      const users = [managed.user, ...managed.formerUsers];
      const hasOlder = users.some((user) => witness.keysOf(user).some(({ createdAt }) => createdAt <= since));
      if (hasOlder || witness.holderOf(managed) === secretName(before)) {
        this.#letGo(managed, since);
        return false;
      }
      this.#world.act('person', 'secretsmanager', 'DeleteSecret', { SecretId: secretName(before) });
      witness.forgetBefore(managed);
      this.#world.touched(managed, `deletes the secret of ${before}`);
      return undefined;
    });
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

/** `key-3-2` after `key-3`. */
function nextId(id: string): string {
  const [, number = '1'] = /^key-\d+-(\d+)$/.exec(id) ?? [];
  return `${bornOf(id)}-${Number(number) + 1}`;
}
