import type { KeyRecord, ManagedRecord, PlaceRecord } from '../../../cli/rehearsal/witness/records';
import { DAY } from '../../../functions/core/duration';
import { isBitbucketTarget } from '../../../functions/core/hosts/bitbucket';
import type { VariablePlace } from '../../../local/hosts/bitbucket/place';
import type { Disturbance } from './faults';
import { askForDelivery } from './surroundings';
import type { World } from './world';

/**
 * What people do to pipeline variables at the host. Keyturn does not look at them between deliveries, so the place is
 * that person's until the next delivery, which somebody may ask for.
 */
export class HostEdits {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  act({ key, variety, odds, count }: Disturbance): void {
    const managed = this.#world.witness.managed.get(`key-${key}`);
    const place = managed?.places[count % managed.places.length];
    if (managed === undefined || place === undefined || place.isGone) return;
    const done = this.#edit(managed, place, variety);
    if (done === undefined) return;
    place.isTampered = true;
    place.isArmed = false;
    this.#world.witness.look(place, this.#world.now());
    this.#world.countStrike('host-edits');
    this.#world.touched(managed, `${done} of ${place.name}`);
    if (odds < 0.6) return;
    this.#world.loop.at(this.#world.now() + odds * DAY, () => {
      if (!managed.isManaged || !this.#world.witness.hasSecret(managed)) return false;
      askForDelivery(this.#world, managed);
      this.#world.touched(managed, 'asks for a delivery');
      return undefined;
    });
  }

  /** @returns what was done, where there was something to do it to */
  #edit(managed: ManagedRecord, place: PlaceRecord, variety: number): string | undefined {
    const at = placeOf(place);
    if (at === undefined || !isBitbucketTarget(place.target)) return undefined;
    const { accessKeyId, secretAccessKey } = place.target.variables;
    if (variety < 0.25) return this.#remove(at, accessKeyId);
    if (variety < 0.5) return this.#remove(at, secretAccessKey);
    if (variety < 0.6) {
      const done = this.#remove(at, accessKeyId);
      return this.#remove(at, secretAccessKey) ?? done;
    }
    if (variety < 0.8) return this.#write(at, accessKeyId, 'AKIAEDITEDBYHAND0000');
    // An older key that still works, as somebody puts back who believes the new one to be broken.
    const older: KeyRecord | undefined = this.#world.witness.keysOf(managed.user).find((one) => one !== place.idOf);
    if (older === undefined) return undefined;
    const done = this.#write(at, accessKeyId, older.id);
    return this.#write(at, secretAccessKey, older.secret) ?? done;
  }

  #remove(place: VariablePlace, key: string): string | undefined {
    const { bitbucket } = this.#world;
    const found = bitbucket.variables(place).find((variable) => variable.key === key);
    if (found === undefined) return undefined;
    bitbucket.removeVariable(place, found.uuid);
    return `deletes ${key}`;
  }

  #write(place: VariablePlace, key: string, value: string): string | undefined {
    const { bitbucket } = this.#world;
    const found = bitbucket.variables(place).find((variable) => variable.key === key);
    if (found === undefined) return undefined;
    bitbucket.updateVariable(place, found.uuid, { key, value, secured: found.secured });
    return `edits ${key}`;
  }
}

function placeOf({ target, environment }: PlaceRecord): VariablePlace | undefined {
  if (!isBitbucketTarget(target)) return undefined;
  if (target.type === 'bitbucket-workspace') return { level: 'workspace', workspace: target.workspace };
  const [workspace = '', repository = ''] = target.repository.split('/');
  if (target.type === 'bitbucket-repository') return { level: 'repository', workspace, repository };
  return environment === undefined ? undefined : { level: 'deployment', workspace, repository, environment };
}
