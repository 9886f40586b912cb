import type { KeyRecord, ManagedRecord, PlaceRecord } from '../../../cli/rehearsal/witness/records';
import { DAY } from '../../../functions/core/duration';
import { type BitbucketTarget, isBitbucketTarget } from '../../../functions/core/hosts/bitbucket';
import type { VariablePlace } from '../../../local/hosts/bitbucket/place';
import { nameOf } from './deployment';
import type { Disturbance } from './faults';
import { askForDelivery } from './surroundings';
import type { World } from './world';

function hidesItsId({ target }: PlaceRecord): boolean {
  return isBitbucketTarget(target) && target.secureAccessKeyId;
}

/**
 * What people and their tools do to pipeline variables at the host. The place is theirs until Keyturn looks at it, once
 * a day, or delivers, which somebody may ask for.
 */
export class HostEdits {
  readonly #world: World;

  /** @param onRecreated an environment has another UUID now */
  constructor(
    world: World,
    private readonly onRecreated: (managed: ManagedRecord) => void,
  ) {
    this.#world = world;
  }

  act({ fault, key, variety, odds, count }: Disturbance): void {
    const managed = this.#world.witness.bornAs(`key-${key}`);
    const place = managed?.places[count % managed.places.length];
    if (managed === undefined || place === undefined || place.isGone) return;
    // What is written over where nothing can be read is seen by nobody, and promised by nobody (K13).
    if (hidesItsId(place) && (fault === 'drift' || variety >= 0.6)) return;
    const done = fault === 'drift' ? this.#drift(managed, place, variety) : this.#edit(managed, place, variety);
    if (done === undefined) return;
    place.isTampered = true;
    place.isArmed = false;
    this.#world.witness.look(place, this.#world.now());
    this.#world.countStrike(fault);
    this.#world.touched(managed, `${done} of ${place.name}`);
    if (fault === 'drift' || odds < 0.6) return;
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
    return this.#putBack(managed, place, at, place.target);
  }

  /** An older key that still works, as somebody puts back who believes the new one to be broken, or a tool that knows no other. */
  #putBack(managed: ManagedRecord, place: PlaceRecord, at: VariablePlace, target: BitbucketTarget): string | undefined {
    const older: KeyRecord | undefined = this.#world.witness.keysOf(managed.user).find((one) => one !== place.idOf);
    if (older === undefined) return undefined;
    const done = this.#write(at, target.variables.accessKeyId, older.id);
    return this.#write(at, target.variables.secretAccessKey, older.secret) ?? done;
  }

  /** What nobody tells Keyturn about. */
  #drift(managed: ManagedRecord, place: PlaceRecord, variety: number): string | undefined {
    const at = placeOf(place);
    const { target } = place;
    if (at === undefined || !isBitbucketTarget(target)) return undefined;
    if (target.type !== 'bitbucket-deployment' || variety < 0.4) return this.#putBack(managed, place, at, target);
    const { bitbucket, witness } = this.#world;
    const { environment: name } = target;
    const repository = nameOf(this.#world, managed);
    const there = bitbucket.environments({ workspace: 'acme', repository });
    if (!there.some((one) => one.uuid === place.environment && one.name === name)) return undefined;
    const id = bitbucket.pipelineVariables('acme', repository, name)[target.variables.accessKeyId] ?? '';
    bitbucket.removeEnvironment('acme', repository, name);
    bitbucket.addEnvironment('acme', repository, name);
    this.onRecreated(managed);
    const anew = placeOf(place);
    if (variety < 0.7 || anew === undefined) return `makes ${name} anew`;
    // It shows the ID that was delivered, and hides another secret.
    const older = witness.keysOf(managed.user).find((one) => one !== place.idOf);
    const { accessKeyId, secretAccessKey } = target.variables;
    const shown = id === '' ? 'AKIAEDITEDBYHAND0000' : id;
    bitbucket.createVariable(anew, { key: accessKeyId, value: shown, secured: false });
    bitbucket.createVariable(anew, { key: secretAccessKey, value: older?.secret ?? 'a secret by hand', secured: true });
    return `makes ${name} anew and fills it by hand`;
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
