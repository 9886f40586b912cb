import type { ManagedRecord } from '../../../cli/rehearsal/witness/records';
import { policyProblems, policyWith } from '../../../functions/core/config/policy';
import type { RegistryEntry } from '../../../functions/core/config/registry';
import { deliverToSchema, targetOf } from '../../../functions/core/hosts/target';
import { registryParameterName, secretName } from '../../../functions/core/names';
import { type Random, seededRandom } from '../../../local/random';
import { policyThatPins } from '../../support/policy-that-pins';
import { bornOf } from './witness';
import type { World } from './world';

export const HOST = 'https://api.bitbucket.example';
/** The second one, where there are two: another name of the same Bitbucket. */
export const OTHER_HOST = 'https://bitbucket.globex.example';
const OTHER = 'globex';
/** What CloudFormation sends when it is done. */
export const DEPLOYED = { source: 'aws.cloudformation', detail: { 'status-details': { status: 'UPDATE_COMPLETE' } } };
export const CONNECTION_SECRET = 'keyturn/connections/acme';

const POLICIES = [
  {},
  {},
  { rotateAfter: 30, deactivateAfter: 35, deleteAfter: 40 },
  { rotateAfter: 14, deactivateAfter: 16, deleteAfter: 19 },
  { rotateAfter: 60, deactivateAfter: 61, deleteAfter: 62, idleFor: 0 },
];

/** Which managed keys there are, and how they change: what a deployment of the stack does. */
export class Deployment {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** Before anything: the CI host and its token. */
  prepare(): void {
    const { bitbucket } = this.#world;
    bitbucket.addWorkspace('acme');
    this.renewToken();
  }

  /** Puts fresh credentials into the connection's secret; those that were there before stay valid. */
  renewToken(): void {
    const world = this.#world;
    const scopes = ['pipeline:variable', 'repository'];
    const SecretString = JSON.stringify(world.isOAuth ? this.#newConsumer(scopes) : this.#newToken(scopes));
    const isThere = world.account.secretsManager
      .listSecrets({})
      .SecretList.some(({ Name }) => Name === CONNECTION_SECRET);
    if (isThere) world.act('person', 'secretsmanager', 'PutSecretValue', { SecretId: CONNECTION_SECRET, SecretString });
    else world.act('person', 'secretsmanager', 'CreateSecret', { Name: CONNECTION_SECRET, SecretString });
    world.wrote(undefined);
  }

  #newToken(scopes: readonly string[]): object {
    const accessToken = this.#world.bitbucket.addAccessToken({ workspace: 'acme', scopes });
    this.#world.token = accessToken;
    this.#world.witness.secrets.add({ id: 'the token of Bitbucket', secret: accessToken });
    return { accessToken };
  }

  #newConsumer(scopes: readonly string[]): object {
    const { clientId, secret } = this.#world.bitbucket.addOAuthConsumer({ workspace: 'acme', scopes });
    this.#world.token = clientId;
    this.#world.witness.secrets.add({ id: 'the consumer of Bitbucket', secret });
    return { clientId, clientSecret: secret };
  }

  /** Makes the managed key of an index, with whatever its user had before. @param plain a user without any key */
  add(index: number, plain: boolean): ManagedRecord {
    const world = this.#world;
    const random = seededRandom(`${world.seed}/key/${index}`);
    const id = `key-${index}`;
    const user = `ci-${id}`;
    this.addUser(user, plain ? 0 : ([0, 0, 1, 1, 2][Math.floor(random() * 5)] ?? 0));
    world.bitbucket.addRepository('acme', id);
    world.bitbucket.addEnvironment('acme', id, 'Production');
    world.bitbucket.addEnvironment('acme', id, 'Staging', 'Staging');
    world.loop.clock.advanceBy(2_000);
    world.act('person', 'secretsmanager', 'CreateSecret', { Name: secretName(id) });
    return this.register(this.#entry(id, user, random, plain));
  }

  /** Writes the registry entry, as a deployment does. */
  register(entry: RegistryEntry): ManagedRecord {
    const json = JSON.stringify(entry);
    const policy = { SecretId: secretName(entry.id), ResourcePolicy: policyThatPins(json) };
    this.#world.act('person', 'secretsmanager', 'PutResourcePolicy', policy);
    this.putParameter(entry.id, json);
    const managed = this.#world.witness.manage(entry, this.#world.now());
    this.resolve(managed);
    managed.touchedAt = this.#world.now();
    managed.disturbedAt = this.#world.now();
    return managed;
  }

  /** The same key under another id: the stack makes a secret of its own, and retains the one before. */
  rename(managed: ManagedRecord, id: string): void {
    const world = this.#world;
    world.act('person', 'secretsmanager', 'CreateSecret', { Name: secretName(id) });
    if (managed.isManaged) this.#deleteParameter(managed.id);
    world.witness.rename(managed, id, world.now());
    this.register({ ...managed.entry, id });
  }

  unregister(managed: ManagedRecord): void {
    this.#deleteParameter(managed.id);
    this.#world.wrote(managed.id);
    managed.isManaged = false;
    managed.touchedAt = this.#world.now();
    // What the targets hold while nobody looks after them is nobody's promise.
    for (const place of managed.places) place.isArmed = false;
  }

  #deleteParameter(id: string): void {
    this.#world.act('person', 'ssm', 'DeleteParameter', { Name: registryParameterName(id) });
  }

  putParameter(id: string, Value: string): void {
    const Name = registryParameterName(id);
    this.#world.act('person', 'ssm', 'PutParameter', { Name, Value, Type: 'String', Overwrite: true });
    this.#world.wrote(id);
  }

  /** Notes which environment a target's name stands for; a renamed one stays the same place. */
  resolve(managed: ManagedRecord): void {
    for (const place of managed.places) {
      if (place.target.type !== 'bitbucket-deployment') continue;
      const wanted = place.target.environment;
      const found = this.#world.bitbucket
        .environments({ workspace: 'acme', repository: nameOf(this.#world, managed) })
        .find(({ name }) => name === wanted);
      if (found !== undefined) place.environment = found.uuid;
      this.#world.witness.look(place, this.#world.now());
    }
  }

  /** The same key with another target more or less, or with a shorter policy. */
  changed({ entry }: ManagedRecord, variety: number): RegistryEntry {
    if (variety < 0.6) {
      const all = this.#targets(entry.id, 4);
      const [first, second] = all;
      if (first === undefined || second === undefined) return entry;
      return { ...entry, targets: entry.targets.length > 1 ? [first] : all.slice(0, variety < 0.3 ? 2 : 4) };
    }
    const shorter = policyWith({ rotateAfter: 30, deactivateAfter: 33, deleteAfter: 37 });
    const policy = entry.policy.rotateAfter > 30 ? shorter : policyWith();
    return { ...entry, policy };
  }

  /** The first so many, and for some keys the workspace. */
  #targets(id: string, count: number): RegistryEntry['targets'] {
    const born = bornOf(id);
    const all = targetsOf(
      born,
      this.#world.witness.repositoryOf({ id }),
      this.#world.hasTwoHosts && isAtOther(born) ? OTHER : 'acme',
      this.#world.hidesIds && indexOf(born) % 2 === 1,
    );
    if (!this.#world.isFirst && (count > 3 || seededRandom(`${this.#world.seed}/${born}/workspace`)() < 0.2))
      return [...all.slice(0, count), ...all.slice(3)].slice(0, 4);
    return all.slice(0, Math.min(3, count));
  }

  /** A user with so many keys of its own. */
  addUser(user: string, keys: number): void {
    this.#world.act('person', 'iam', 'CreateUser', { UserName: user });
    for (let made = 0; made < keys; made++) this.#makeOldKey(user);
  }

  #makeOldKey(user: string): void {
    const world = this.#world;
    const created = world.act('person', 'iam', 'CreateAccessKey', { UserName: user });
    const { AccessKey } = created as { AccessKey: { AccessKeyId: string } };
    const made = world.witness.keys.get(AccessKey.AccessKeyId);
    if (made !== undefined) made.origin = 'before';
    world.loop.clock.advanceBy(1_500);
  }

  #entry(id: string, user: string, random: Random, plain: boolean): RegistryEntry {
    const drawn = policyWith(POLICIES[Math.floor(random() * POLICIES.length)]);
    const policy = plain || policyProblems(drawn).length > 0 ? policyWith() : drawn;
    return {
      version: 1,
      id,
      user,
      policy,
      firstRotation: !plain && random() < 0.3 ? 'when-due' : 'at-once',
      adopt: !plain && random() < 0.5 ? 'replace-idle' : 'keep',
      connections: {
        acme: { host: 'bitbucket', url: `${HOST}/2.0`, secret: CONNECTION_SECRET },
        ...(this.#world.hasTwoHosts
          ? { [OTHER]: { host: 'bitbucket', url: `${OTHER_HOST}/2.0`, secret: CONNECTION_SECRET } }
          : {}),
      },
      targets: this.#targets(id, plain ? 1 : 1 + Math.floor(random() * 3)),
    };
  }
}

/** What its repository is called at the host now. */
export function nameOf({ witness }: World, managed: ManagedRecord): string {
  const repository = witness.repositoryOf(managed);
  return (witness.moved.get(repository) ?? repository).split('/')[1] ?? '';
}

/** Two environments and the repository itself, the last one with a bundle, and the workspace that all keys share. */
function targetsOf(
  id: string,
  repository: string,
  connection: string,
  secureAccessKeyId: boolean,
): RegistryEntry['targets'] {
  const name = id.replaceAll('-', '_').toUpperCase();
  return [
    { repository, environment: 'Production', secureAccessKeyId },
    { repository, environment: 'Staging', variables: { accessKeyId: 'STAGE_KEY', secretAccessKey: 'STAGE_SECRET' } },
    { repository, variables: { accessKeyId: 'REPO_KEY', secretAccessKey: 'REPO_SECRET', bundle: 'REPO_BUNDLE' } },
    { workspace: 'acme', variables: { accessKeyId: `${name}_ID`, secretAccessKey: `${name}_SECRET` } },
  ].map((target) => targetOf(deliverToSchema.parse({ connection, ...target })));
}

function indexOf(id: string): number {
  return Number(id.replace('key-', ''));
}

/** Enough keys to open a breaker, and fewer than half. */
function isAtOther(id: string): boolean {
  const index = indexOf(id);
  return index < 3 || index % 5 === 0;
}

/** Whether a key is delivered over the second host. */
export function needsOther({ entry }: ManagedRecord): boolean {
  return entry.targets.some(({ connection }) => connection === OTHER);
}
