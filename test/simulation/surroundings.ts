import { DAY, HOUR, MINUTE } from '../../functions/core/duration';
import { AwsError } from '../../local/account/aws-error';
import { type Random, seededRandom } from '../../local/random';
import type { Deployment } from './deployment';
import type { Disturbance } from './faults';
import type { KeyRecord, ManagedRecord, PlaceRecord } from './records';
import type { World } from './world';

/** What changes around the keys: the configuration, the CI host's environments and token, copies of old keys. */
export class Surroundings {
  readonly #world: World;
  readonly #deployment: Deployment;
  readonly #restores = new Set<() => void>();

  readonly #onDeployed: () => void;

  constructor(world: World, deployment: Deployment, onDeployed: () => void) {
    this.#world = world;
    this.#deployment = deployment;
    this.#onDeployed = onDeployed;
  }

  act(disturbance: Disturbance): void {
    const managed = this.#world.witness.managed.get(`key-${disturbance.key}`);
    if (managed === undefined) return;
    switch (disturbance.fault) {
      case 'config':
        this.#configure(managed, disturbance);
        break;
      case 'environment':
        this.#environment(managed, disturbance);
        break;
      case 'token':
        this.#token(disturbance);
        break;
      case 'bad-entry':
        this.#badEntry(managed, disturbance);
        break;
      case 'leftover-copy':
        this.#leftOver(managed, disturbance);
        break;
      default:
    }
  }

  /** Puts everything right that is still wrong. */
  restore(): void {
    for (const restore of [...this.#restores]) restore();
  }

  /** Undoes something at an instant, or when everything is put right. */
  #until(at: number, managed: ManagedRecord | undefined, undo: () => void): void {
    const instant = Math.ceil(at);
    const once = () => {
      if (!this.#restores.delete(once)) return;
      undo();
      this.#world.writes += 1;
      this.#disturb(managed);
    };
    this.#restores.add(once);
    // While it lasts, it is the key's excuse for being late.
    const remind = () => {
      if (!this.#restores.has(once)) return false;
      this.#disturb(managed);
      if (this.#world.now() >= instant) once();
      else this.#world.loop.at(Math.min(instant, this.#world.now() + 12 * HOUR), remind);
      return undefined;
    };
    remind();
  }

  #disturb(managed: ManagedRecord | undefined): void {
    this.#world.disturb(managed?.id);
    if (managed !== undefined) managed.touchedAt = this.#world.now();
  }

  #done(fault: Disturbance['fault'], managed: ManagedRecord | undefined, what: string): void {
    this.#world.countStrike(fault);
    this.#world.note(managed?.id, what);
    this.#world.writes += 1;
    this.#disturb(managed);
  }

  #configure(managed: ManagedRecord, { variety, odds }: Disturbance): void {
    if (!managed.isManaged) return;
    if (variety < 0.25) {
      this.#deployment.unregister(managed);
      this.#done('config', managed, 'is taken out of the configuration');
      const back = this.#world.now() + odds * 4 * DAY;
      this.#until(back, managed, () => {
        this.#deployment.register(managed.entry);
        this.#world.note(managed.id, 'is in the configuration again');
        this.#onDeployed();
      });
      return;
    }
    this.#deployment.register(this.#deployment.changed(managed, (variety - 0.25) / 0.75));
    const { entry } = managed;
    const { rotateAfter, deactivateAfter, deleteAfter } = entry.policy;
    const what = `${entry.targets.length} targets, ${rotateAfter}/${deactivateAfter}/${deleteAfter} days`;
    this.#done('config', managed, `is configured anew: ${what}`);
    this.#onDeployed();
  }

  #environment(managed: ManagedRecord, { variety, until }: Disturbance): void {
    const place = managed.places.find(({ target }) => target.type === 'bitbucket-deployment');
    if (place?.environment === undefined || place.target.type !== 'bitbucket-deployment') return;
    const { bitbucket, start } = this.#world;
    const uuid = place.environment;
    const { environment: name } = place.target;
    const there = bitbucket.environments({ workspace: 'acme', repository: managed.id });
    if (!there.some((one) => one.uuid === uuid && one.name === name)) return;
    const back = Math.max(this.#world.now() + HOUR, start + until);
    if (variety < 0.5) {
      bitbucket.renameEnvironment('acme', managed.id, uuid, `${name} old`);
      this.#done('environment', managed, `the environment ${name} is renamed`);
      this.#until(back, managed, () => bitbucket.renameEnvironment('acme', managed.id, uuid, name));
      return;
    }
    bitbucket.removeEnvironment('acme', managed.id, uuid);
    place.isArmed = false;
    this.#world.witness.look(place, this.#world.now());
    this.#done('environment', managed, `the environment ${name} is deleted`);
    this.#until(back, managed, () => {
      bitbucket.addEnvironment('acme', managed.id, name);
      this.#deployment.resolve(managed);
      // The stack cannot know that a new environment of the same name is empty: a person asks for a delivery.
      this.#dropLabels(managed);
    });
  }

  #dropLabels(managed: ManagedRecord): void {
    const SecretId = this.#world.secretNameOf(managed);
    for (const [version, labels] of Object.entries(this.#world.witness.labels(managed))) {
      for (const VersionStage of labels.filter((label) => label.startsWith('DELIVERED-'))) {
        const input = { SecretId, VersionStage, RemoveFromVersionId: version };
        this.#world.act('person', 'secretsmanager', 'UpdateSecretVersionStage', input);
      }
    }
  }

  #token({ until }: Disturbance): void {
    const { bitbucket, token, start } = this.#world;
    bitbucket.revoke(token);
    this.#done('token', undefined, 'the token of Bitbucket expires');
    this.#until(start + until, undefined, () => {
      // Somebody else's renewal may have come first.
      if (this.#world.token === token) this.#deployment.renewToken();
    });
  }

  #badEntry(managed: ManagedRecord, { until }: Disturbance): void {
    if (!managed.isManaged) return;
    this.#deployment.putParameter(managed.id, '{"version": 1, "id": ');
    this.#done('bad-entry', managed, 'has a broken registry entry');
    this.#until(this.#world.start + until, managed, () => {
      if (managed.isManaged) this.#deployment.register(managed.entry);
    });
  }

  /** Something outside of the targets goes on using the key that is current now. */
  #leftOver(managed: ManagedRecord, { until }: Disturbance): void {
    const key = this.#world.witness.keys.get(this.#world.witness.currentKey(managed) ?? '');
    if (key === undefined) return;
    this.#world.countStrike('leftover-copy');
    this.#world.note(managed.id, `something keeps a copy of ${key.id}`);
    const use = () => {
      if (this.#world.now() > this.#world.start + until) return false;
      if (login(this.#world, key) !== undefined) return false;
      this.#world.loop.at(this.#world.now() + 7 * HOUR, use);
      return false;
    };
    use();
  }
}

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
    if (!managed.isManaged || !place.isArmed || place.isGone || idOf === undefined) return;
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
        this.#world.promises.places.login(managed, place.name, idOf, readAt, error);
      }
      return false;
    };
    use();
    for (let index = 1; index < uses; index++) this.#world.loop.at(readAt + (life * index) / uses + MINUTE, use);
  }
}
