import type { ManagedRecord, PlaceRecord } from '../../../cli/rehearsal/witness/records';
import type { RegistryEntry } from '../../../functions/core/config/registry';
import { DAY, HOUR } from '../../../functions/core/duration';
import { nameThatMayPass } from '../../../functions/core/hosts/target';
import { knownPlaces, placeDigest } from '../../../functions/core/key/known-places';
import type { Deployment } from './deployment';
import type { Disturbance } from './faults';
import { bornOf } from './witness';
import type { World } from './world';

/** Whoever was delivered to so long ago, and looked at since, is known. */
const KNOWN_AFTER = 3 * DAY;

/**
 * Names that come to mean somebody else's repository: the key's own is renamed out of the way, and a stranger's has its
 * name. In the end the names are put back, or the configuration follows the one or takes the other. Nothing is ever
 * written at a stranger's (K6), and pipelines of the own repository go on (K1).
 */
export class RecycledNames {
  readonly #world: World;
  readonly #deployment: Deployment;
  readonly #onDeployed: () => void;
  /** Repositories of strangers, as a write says where it was. */
  readonly #strangers = new Map<string, { readonly managed: ManagedRecord; readonly since: number }>();

  constructor(world: World, deployment: Deployment, onDeployed: () => void) {
    this.#world = world;
    this.#deployment = deployment;
    this.#onDeployed = onDeployed;
  }

  /** Watches what is written at strangers'. */
  prepare(): void {
    const { bitbucket, promises, runs } = this.#world;
    bitbucket.onWrite(({ scope, key, method }) => {
      const stranger = this.#strangers.get(scope.split('/').slice(0, 2).join('/'));
      if (stranger === undefined) return;
      const { managed, since } = stranger;
      // Between the question whose it is and the answer to a write a name may change hands.
      const isAllowed = [...runs].some((run) => run.function === 'sync' && run.startedAt <= since);
      if (isAllowed) promises.allowed.races += 1;
      else promises.broken('K6', managed.id, `${method} of ${key} at ${scope}, which is a stranger's`);
    });
  }

  act({ key, until, variety }: Disturbance): void {
    const { bitbucket, witness, restores, start, promises } = this.#world;
    const managed = witness.bornAs(`key-${key}`);
    if (managed === undefined || !managed.isManaged || restores.isOpen(managed) || !this.#isKnown(managed)) return;
    const name = bornOf(managed.id);
    const repository = `acme/${name}`;
    if (witness.repositoryOf(managed) !== repository) return;
    bitbucket.renameRepository('acme', name, `${name}-moved`);
    const { uuid } = bitbucket.addRepository('acme', name);
    for (const environment of ['Production', 'Staging']) bitbucket.addEnvironment('acme', name, environment);
    this.#strangers.set(repository, { managed, since: this.#world.now() });
    witness.moved.set(repository, `${repository}-moved`);
    promises.counted('K6');
    restores.begin('recycled-slug', managed, `the name ${repository} means somebody else's repository`);
    restores.until(Math.max(this.#world.now() + HOUR, start + until), managed, () => {
      witness.moved.delete(repository);
      if (variety < 0.5) this.#putBack(managed, name);
      else if (variety < 0.75) this.#name(managed, `${repository}-moved`);
      else this.#take(managed, name, uuid);
    });
  }

  /** What people do to a repository by its name waits while that means another one. */
  keeps(managed: ManagedRecord | undefined): boolean {
    return managed !== undefined && this.#world.witness.moved.has(this.#world.witness.repositoryOf(managed));
  }

  #putBack(managed: ManagedRecord, name: string): void {
    const { bitbucket } = this.#world;
    bitbucket.removeRepository('acme', name);
    this.#strangers.delete(`acme/${name}`);
    bitbucket.renameRepository('acme', `${name}-moved`, name);
    this.#world.note(managed.id, `the name acme/${name} means its own repository again`);
  }

  /** The new repository was made on purpose, and is named by its UUIDs; the one before is deleted. */
  #take(managed: ManagedRecord, name: string, uuid: string): void {
    const { bitbucket } = this.#world;
    this.#strangers.delete(`acme/${name}`);
    bitbucket.removeRepository('acme', `${name}-moved`);
    this.#name(managed, `${bitbucket.workspace({ workspace: 'acme' }).uuid}/${uuid}`);
  }

  #name(managed: ManagedRecord, repository: string): void {
    const { witness } = this.#world;
    witness.nameRepository(managed, repository);
    const targets = managed.entry.targets.map((target) =>
      'repository' in target ? { ...target, repository } : target,
    ) as RegistryEntry['targets'];
    if (managed.isManaged) this.#deployment.register({ ...managed.entry, targets });
    else managed.entry = { ...managed.entry, targets };
    this.#world.note(managed.id, `is delivered to ${repository} from now on`);
    this.#onDeployed();
  }

  /** Whose its repository is was kept, or must have been: nothing was in the way since it was delivered to. */
  #isKnown(managed: ManagedRecord): boolean {
    const places = managed.places.filter(({ target }) => 'repository' in target);
    const known = knownPlaces(this.#world.witness.stateOf(managed));
    return (
      places.length > 0 && places.every((place) => this.#isPinned(managed, place, known) || this.#isOld(managed, place))
    );
  }

  #isPinned({ entry }: ManagedRecord, { target }: PlaceRecord, known: ReadonlyMap<string, string>): boolean {
    const connection = target.connection === undefined ? undefined : entry.connections[target.connection];
    const name = nameThatMayPass(target, connection);
    return name !== undefined && known.has(placeDigest(name));
  }

  #isOld({ disturbedAt }: ManagedRecord, { isArmed, since }: PlaceRecord): boolean {
    return isArmed && this.#world.now() - Math.max(disturbedAt, since) > KNOWN_AFTER;
  }
}
