import type { ManagedRecord } from '../../../cli/rehearsal/witness/records';
import { DAY, HOUR } from '../../../functions/core/duration';
import { secretName } from '../../../functions/core/names';
import type { Paging } from '../../../local/hosts/bitbucket/page';
import { type Deployment, nameOf } from './deployment';
import type { Disturbance } from './faults';
import { logIn } from './pipelines';
import type { Restores } from './restores';
import type { World } from './world';

/** Ways in which lists can be read to their end all the same. */
const PAGINGS: readonly Paging[] = [
  { next: 'omitted' },
  { next: 'empty' },
  { next: { origin: 'https://elsewhere.example' } },
  { without: ['size'] },
  { next: 'omitted', without: ['size'] },
  { pagelen: 'ignored' },
  { pagelen: 'ignored', next: 'omitted' },
  { pagelen: 'ignored', next: 'omitted', without: ['size', 'pagelen'] },
  { pagelen: 'ignored', next: 'empty', without: ['page', 'size', 'pagelen'], beyond: 'refused' },
];

/** A name that ends a line of the record, begins another one and turns the rest. */
const LINES = 'Production\r\n\r\nRun 1 of rotate: all is well \u202enoitcudorP';

/** What changes around the keys: the configuration, the CI host's environments and token, copies of old keys. */
export class Surroundings {
  readonly #world: World;
  readonly #deployment: Deployment;
  readonly #restores: Restores;
  readonly #onDeployed: () => void;

  constructor(world: World, deployment: Deployment, onDeployed: () => void) {
    this.#restores = world.restores;
    this.#world = world;
    this.#deployment = deployment;
    this.#onDeployed = onDeployed;
  }

  act(disturbance: Disturbance): void {
    const managed = this.#world.witness.bornAs(`key-${disturbance.key}`);
    if (managed === undefined) return;
    switch (disturbance.fault) {
      case 'config':
        this.#configure(managed, disturbance);
        break;
      case 'environment':
        this.#environment(managed, disturbance);
        break;
      case 'host-words':
        this.#rename(managed, disturbance);
        break;
      case 'token':
        this.#token(disturbance);
        break;
      case 'oauth':
        this.#useOAuth();
        break;
      case 'recreated-user':
        this.#recreateUser(managed, disturbance);
        break;
      case 'deleted-secret':
        this.#deleteSecret(managed, disturbance);
        break;
      case 'bad-entry':
        this.#badEntry(managed, disturbance);
        break;
      case 'paging':
        this.#page(disturbance);
        break;
      case 'leftover-copy':
        this.#leftOver(managed, disturbance);
        break;
      default:
    }
  }

  #configure(managed: ManagedRecord, { variety, odds }: Disturbance): void {
    if (!managed.isManaged) return;
    if (variety < 0.25) {
      this.#deployment.unregister(managed);
      this.#restores.begin('config', managed, 'is taken out of the configuration');
      const back = this.#world.now() + odds * 4 * DAY;
      this.#restores.until(back, managed, () => {
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
    this.#restores.begin('config', managed, `is configured anew: ${what}`);
    this.#onDeployed();
  }

  #environment(managed: ManagedRecord, { variety, until }: Disturbance): void {
    const place = managed.places.find(({ target }) => target.type === 'bitbucket-deployment');
    if (place?.environment === undefined || place.target.type !== 'bitbucket-deployment') return;
    const { bitbucket, start } = this.#world;
    const uuid = place.environment;
    const { environment: name } = place.target;
    const there = bitbucket.environments({ workspace: 'acme', repository: nameOf(this.#world, managed) });
    if (!there.some((one) => one.uuid === uuid && one.name === name)) return;
    const back = Math.max(this.#world.now() + HOUR, start + until);
    if (variety < 0.5) {
      bitbucket.renameEnvironment('acme', nameOf(this.#world, managed), uuid, `${name} old`);
      this.#restores.begin('environment', managed, `the environment ${name} is renamed`);
      this.#restores.until(back, managed, () =>
        bitbucket.renameEnvironment('acme', nameOf(this.#world, managed), uuid, name),
      );
      return;
    }
    bitbucket.removeEnvironment('acme', nameOf(this.#world, managed), uuid);
    place.isArmed = false;
    this.#world.witness.look(place, this.#world.now());
    this.#restores.begin('environment', managed, `the environment ${name} is deleted`);
    this.#restores.until(back, managed, () => {
      bitbucket.addEnvironment('acme', nameOf(this.#world, managed), name);
      this.#deployment.resolve(managed);
      // The stack cannot know that a new environment of the same name is empty: a person asks for a delivery.
      askForDelivery(this.#world, managed);
    });
  }

  /** An environment has a name that Keyturn must not repeat as it is. */
  #rename(managed: ManagedRecord, { variety, until }: Disturbance): void {
    const place = managed.places.find(({ target }) => target.type === 'bitbucket-deployment');
    if (place?.environment === undefined || place.target.type !== 'bitbucket-deployment') return;
    const { bitbucket, token, start } = this.#world;
    const { environment: uuid, secretOf } = place;
    const { environment: name } = place.target;
    const there = bitbucket.environments({ workspace: 'acme', repository: nameOf(this.#world, managed) });
    if (!there.some((one) => one.uuid === uuid && one.name === name)) return;
    const words = [secretOf?.secret ?? token, `${token} of acme`, LINES];
    // What is 1.2 MB long takes its time in each look.
    const said = variety < 0.9 ? words[Math.floor((variety / 0.9) * words.length)] : 'Stag ing '.repeat(130_000);
    bitbucket.renameEnvironment('acme', nameOf(this.#world, managed), uuid, said ?? LINES);
    this.#restores.begin('host-words', managed, `the environment ${name} has words for a name`);
    const back = Math.max(this.#world.now() + HOUR, start + until);
    this.#restores.until(back, managed, () =>
      bitbucket.renameEnvironment('acme', nameOf(this.#world, managed), uuid, name),
    );
    // Who looks for it by its name is told which ones there are.
    askForDelivery(this.#world, managed);
  }

  #token({ until }: Disturbance): void {
    const { bitbucket, token, start } = this.#world;
    bitbucket.revoke(token);
    this.#restores.begin('token', undefined, 'the token of Bitbucket expires');
    this.#restores.until(start + until, undefined, () => {
      // Somebody else's renewal may have come first.
      if (this.#world.token === token) this.#deployment.renewToken();
    });
  }

  #badEntry(managed: ManagedRecord, { until }: Disturbance): void {
    if (!managed.isManaged) return;
    this.#deployment.putParameter(managed.id, '{"version": 1, "id": ');
    this.#restores.begin('bad-entry', managed, 'has a broken registry entry');
    this.#restores.until(this.#world.start + until, managed, () => {
      if (managed.isManaged) this.#deployment.register(managed.entry);
    });
  }

  /** From now on the connection is an OAuth consumer's. */
  #useOAuth(): void {
    if (this.#world.isOAuth) return;
    this.#world.isOAuth = true;
    this.#deployment.renewToken();
    this.#restores.begin('oauth', undefined, 'the connection becomes an OAuth consumer');
  }

  #recreateUser(managed: ManagedRecord, { until, variety }: Disturbance): void {
    const { user } = managed;
    if (this.#world.restores.isOpen(managed)) return;
    for (const { id } of [...this.#world.witness.keysOf(user)]) {
      this.#world.act('person', 'iam', 'DeleteAccessKey', { UserName: user, AccessKeyId: id });
    }
    this.#world.act('person', 'iam', 'DeleteUser', { UserName: user });
    this.#restores.begin('recreated-user', managed, `the user ${user} is deleted`);
    const back = variety < 0.3 ? this.#world.now() : this.#world.start + until;
    this.#restores.until(back, managed, () => {
      this.#world.act('person', 'iam', 'CreateUser', { UserName: user });
      this.#world.note(managed.id, `the user ${user} is there again`);
    });
  }

  #deleteSecret(managed: ManagedRecord, { until }: Disturbance): void {
    if (this.#world.restores.isOpen(managed)) return;
    const SecretId = secretName(managed.id);
    this.#world.act('person', 'secretsmanager', 'DeleteSecret', { SecretId, RecoveryWindowInDays: 30 });
    this.#restores.begin('deleted-secret', managed, 'the secret is deleted');
    this.#restores.until(this.#world.start + until, managed, () => {
      this.#world.act('person', 'secretsmanager', 'RestoreSecret', { SecretId });
      this.#world.note(managed.id, 'the secret is restored');
    });
  }

  /** No excuse for anybody: a list is read to its end whatever it looks like. */
  #page({ variety, until }: Disturbance): void {
    const { bitbucket, loop, start } = this.#world;
    const paging = PAGINGS[Math.floor(variety * PAGINGS.length)] ?? {};
    bitbucket.paging = paging;
    this.#world.countStrike('paging');
    this.#world.wrote(undefined);
    this.#world.note(undefined, `lists are paged otherwise: ${JSON.stringify(paging)}`);
    loop.at(start + until, () => {
      if (bitbucket.paging === paging) bitbucket.paging = {};
      this.#world.wrote(undefined);
      return false;
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
      const login = logIn(this.#world, { accessKeyId: key.id, secretAccessKey: key.secret });
      if ('error' in login) return false;
      this.#world.loop.at(this.#world.now() + 7 * HOUR, use);
      return false;
    };
    use();
  }
}

/** A person removes the marks of deliveries, so that the next run delivers again. */
export function askForDelivery(world: World, managed: ManagedRecord): void {
  const SecretId = world.witness.holderOf(managed);
  for (const [version, labels] of Object.entries(world.witness.labels(managed))) {
    for (const VersionStage of labels.filter((label) => label.startsWith('DELIVERED-'))) {
      const input = { SecretId, VersionStage, RemoveFromVersionId: version };
      world.tries('secretsmanager', 'UpdateSecretVersionStage', input);
    }
  }
}
