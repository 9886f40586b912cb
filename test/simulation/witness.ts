import { openIntent } from '../../functions/core/intent';
import { secretName } from '../../functions/core/names';
import type { RegistryEntry } from '../../functions/core/registry';
import { type TargetConfig, targetName } from '../../functions/core/target';
import { parseVersionId } from '../../functions/core/version-id';
import type { Account } from '../../local/account/account';
import type { Bitbucket } from '../../local/bitbucket/bitbucket';
import { secretStateOf } from '../support/secret-state-of';
import type { SimProcess } from './sim-process';

/** Who did something: a run, or a person. */
export type Actor = SimProcess | 'person';

/** One access key, from its creation to long after its end. */
export interface KeyRecord {
  readonly id: string;
  readonly secret: string;
  readonly user: string;
  readonly createdAt: number;
  /** `before` it was managed, by a `person` later, or by a run. */
  origin: 'before' | 'person' | 'run';
  status: 'Active' | 'Inactive' | 'Deleted';
  /** Changes of its status, oldest first. */
  readonly changes: { readonly at: number; readonly status: KeyRecord['status']; readonly by: Actor }[];
  /** Whether it ever was in a version of the secret. */
  isStored: boolean;
}

/** One place that pipelines read: what it holds, as they see it. */
export interface PlaceRecord {
  readonly name: string;
  readonly target: TargetConfig;
  /** UUID of the deployment environment, kept while it is renamed. */
  environment: string | undefined;
  /** The key whose ID it shows, and the key whose secret it holds. */
  idOf: KeyRecord | undefined;
  secretOf: KeyRecord | undefined;
  bundleOf: KeyRecord | undefined;
  /** The bundle counts from its own first delivery on. */
  isBundleArmed: boolean;
  isGone: boolean;
  /** Since when it holds this very pair. */
  since: number;
  /** From its first delivery on the promises count. */
  isArmed: boolean;
  tornSince: number | undefined;
  /** The run that wrote it last. */
  writer: SimProcess | undefined;
}

/** One managed key, as an outsider sees it. */
export interface ManagedRecord {
  readonly id: string;
  readonly user: string;
  entry: RegistryEntry;
  isManaged: boolean;
  places: PlaceRecord[];
  /** When its secret came to be; older keys are adopted. */
  readonly secretCreatedAt: number;
  /** The last instant at which something was wrong that concerns it. */
  disturbedAt: number;
  /** The last instant at which a person did something to it, or its configuration changed. */
  touchedAt: number;
  /** Keys whose record of a late delivery a person has removed: their overlap counts from their creation. */
  readonly unrecorded: Set<string>;
  /** A person has removed the record of a rotation that began: what it left behind is foreign from then on. */
  hasLostIntent: boolean;
  /** The last day on which its user had no room for a third key. */
  crowdedAt: number;
}

/** What really is, read from the state machines and never from the functions' own words. */
export class Witness {
  readonly keys = new Map<string, KeyRecord>();
  readonly bySecret = new Map<string, KeyRecord>();
  readonly managed = new Map<string, ManagedRecord>();
  readonly byUser = new Map<string, ManagedRecord>();
  readonly #ofUser = new Map<string, KeyRecord[]>();
  readonly #account: Account;
  readonly #bitbucket: Bitbucket;

  constructor(account: Account, bitbucket: Bitbucket) {
    this.#account = account;
    this.#bitbucket = bitbucket;
  }

  addKey(id: string, secret: string, user: string, createdAt: number, origin: KeyRecord['origin'], by: Actor): void {
    const key: KeyRecord = {
      id,
      secret,
      user,
      createdAt,
      origin,
      status: 'Active',
      changes: [{ at: createdAt, status: 'Active', by }],
      isStored: false,
    };
    this.keys.set(id, key);
    this.bySecret.set(secret, key);
    const keys = this.#ofUser.get(user);
    if (keys === undefined) this.#ofUser.set(user, [key]);
    else keys.push(key);
  }

  changeKey(id: string, status: KeyRecord['status'], at: number, by: Actor): void {
    const key = this.keys.get(id);
    if (key === undefined || key.status === status) return;
    key.status = status;
    key.changes.push({ at, status, by });
    if (status !== 'Deleted') return;
    const keys = this.#ofUser.get(key.user) ?? [];
    keys.splice(keys.indexOf(key), 1);
  }

  /** The keys that a user has now. */
  keysOf(user: string): readonly KeyRecord[] {
    return this.#ofUser.get(user) ?? [];
  }

  manage(entry: RegistryEntry, at: number): ManagedRecord {
    const known = this.managed.get(entry.id);
    const record: ManagedRecord = known ?? {
      id: entry.id,
      user: entry.user,
      entry,
      isManaged: true,
      places: [],
      secretCreatedAt: at,
      disturbedAt: at,
      touchedAt: at,
      unrecorded: new Set(),
      hasLostIntent: false,
      crowdedAt: Number.NEGATIVE_INFINITY,
    };
    record.entry = entry;
    record.isManaged = true;
    record.places = entry.targets.map((target) => {
      const name = targetName(target);
      const same = record.places.find((place) => place.name === name);
      return same ?? this.#newPlace(target, name, at);
    });
    this.managed.set(entry.id, record);
    this.byUser.set(entry.user, record);
    for (const place of record.places) this.look(place, at);
    return record;
  }

  #newPlace(target: TargetConfig, name: string, at: number): PlaceRecord {
    return {
      name,
      target,
      environment: undefined,
      idOf: undefined,
      secretOf: undefined,
      bundleOf: undefined,
      isBundleArmed: false,
      isGone: false,
      since: at,
      isArmed: false,
      tornSince: undefined,
      writer: undefined,
    };
  }

  /** The keys of a user that Keyturn did not make and that are younger than the secret. */
  isForeign(key: KeyRecord, managed: ManagedRecord): boolean {
    return key.origin === 'person' && key.createdAt >= managed.secretCreatedAt && !key.isStored;
  }

  /** ID of the access key that AWSCURRENT names; undefined for no version or one that a person wrote. */
  currentKey(managed: ManagedRecord): string | undefined {
    return parseVersionId(this.currentVersion(managed) ?? '')?.accessKeyId;
  }

  currentVersion(managed: ManagedRecord): string | undefined {
    const labels = this.labels(managed);
    return Object.keys(labels).find((version) => labels[version]?.includes('AWSCURRENT') === true);
  }

  labels(managed: ManagedRecord): Readonly<Record<string, readonly string[]>> {
    const described = this.#account.secretsManager.describeSecret({ SecretId: secretName(managed.id) });
    return 'VersionIdsToStages' in described ? (described.VersionIdsToStages ?? {}) : {};
  }

  /** A rotation that began and has stored nothing. */
  hasOpenIntent(managed: ManagedRecord): boolean {
    const { secretsManager } = this.#account;
    const SecretId = secretName(managed.id);
    const secret = secretStateOf(secretsManager.describeSecret({ SecretId }));
    const { Versions } = secretsManager.listSecretVersionIds({ SecretId, IncludeDeprecated: true, MaxResults: 100 });
    // What was stored may have lost its labels since.
    const versions = Versions.map(({ VersionId: versionId = '' }) => ({ versionId, labels: [] }));
    return openIntent({ ...secret, versions }) !== undefined;
  }

  tags(managed: ManagedRecord): ReadonlyMap<string, string> {
    const { Tags } = this.#account.secretsManager.describeSecret({ SecretId: secretName(managed.id) });
    return new Map(Tags.map(({ Key, Value }) => [Key, Value]));
  }

  /** Reads what pipelines of a place would get now. */
  look(place: PlaceRecord, at: number): void {
    const values = this.#read(place);
    place.isGone = values === undefined;
    const { accessKeyId, secretAccessKey, bundle } = place.target.variables;
    const idOf = this.keys.get(values?.[accessKeyId] ?? '');
    const secretOf = this.bySecret.get(values?.[secretAccessKey] ?? '');
    if (place.idOf !== idOf || place.secretOf !== secretOf) place.since = at;
    place.idOf = idOf;
    place.secretOf = secretOf;
    const bundleOf = bundle === undefined ? undefined : this.#bundled(values?.[bundle]);
    if (bundleOf !== place.bundleOf) place.isBundleArmed = place.bundleOf !== undefined || place.isArmed;
    place.bundleOf = bundleOf;
    const isWhole = idOf !== undefined && idOf === secretOf;
    if (idOf === undefined && secretOf === undefined) place.isArmed = false;
    place.tornSince = isWhole || (idOf === undefined && secretOf === undefined) ? undefined : (place.tornSince ?? at);
  }

  #read({ target, environment }: PlaceRecord): Readonly<Record<string, string>> | undefined {
    if (target.type === 'bitbucket-workspace') return this.#bitbucket.workspaceVariables(target.workspace);
    const [workspace = '', repository = ''] = target.repository.split('/');
    try {
      return this.#bitbucket.pipelineVariables(workspace, repository, environment);
    } catch {
      return undefined;
    }
  }

  #bundled(text: string | undefined): KeyRecord | undefined {
    if (text === undefined) return undefined;
    const { accessKeyId, secretAccessKey }: Record<string, string> = JSON.parse(text);
    const key = this.keys.get(accessKeyId ?? '');
    return key?.secret === secretAccessKey ? key : undefined;
  }
}
