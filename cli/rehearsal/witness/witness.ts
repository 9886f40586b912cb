import type { RegistryEntry } from '../../../functions/core/config/registry';
import { SECOND } from '../../../functions/core/duration';
import { type TargetConfig, targetName } from '../../../functions/core/hosts/target';
import { parseVersionId } from '../../../functions/core/key/version-id';
import { secretName } from '../../../functions/core/names';
import type { Held } from '../hosts/host';
import type { Actor, KeyRecord, ManagedRecord, PlaceRecord } from './records';
import { SecretForms } from './secret-forms';

/** What DescribeSecret answers, as far as it matters here. */
export interface Described {
  readonly CreatedDate?: Date | undefined;
  readonly DeletedDate?: Date | undefined;
  readonly VersionIdsToStages?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[] | undefined;
}

const NOTHING: Described = {};

/** Where the witness looks: at the account and the hosts themselves. */
export interface Sources {
  /** Undefined where there is no such secret. */
  describe(secret: string): Described | undefined;
  /** How often a secret was written to, or any: until the next time its description stays as it is. */
  writes(secret: string): number;
  /** What a pipeline of a place would read now; undefined where there is no such place. */
  held(place: PlaceRecord): Held | undefined;
  /** The last use of a key that IAM shows; undefined for none. */
  lastUse(accessKeyId: string): number | undefined;
  /** The same of a role. */
  lastUseOfRole(arn: string): number | undefined;
}

/** IAM's times are whole seconds, and two seconds apart is the same to a run. */
const SAME_INSTANT = 3 * SECOND;

/** What really is, read from the state machines and never from the functions' own words. */
export class Witness {
  readonly keys = new Map<string, KeyRecord>();
  readonly bySecret = new Map<string, KeyRecord>();
  readonly secrets = new SecretForms();
  readonly managed = new Map<string, ManagedRecord>();
  readonly byUser = new Map<string, ManagedRecord>();
  readonly #ofUser = new Map<string, KeyRecord[]>();
  /** Most keys that any user had at once. */
  mostKeys = 0;
  readonly #sources: Sources;
  readonly #known = new Map<string, { readonly writes: number; readonly described: Described }>();
  readonly #tags = new WeakMap<Described, ReadonlyMap<string, string>>();

  constructor(sources: Sources) {
    this.#sources = sources;
  }

  lastUse(accessKeyId: string): number | undefined {
    return this.#sources.lastUse(accessKeyId);
  }

  lastUseOfRole(arn: string): number | undefined {
    return this.#sources.lastUseOfRole(arn);
  }

  addKey(id: string, secret: string, user: string, createdAt: number, by: Actor): void {
    const key: KeyRecord = {
      id,
      secret,
      user,
      createdAt,
      origin: by,
      status: 'Active',
      changes: [{ at: createdAt, status: 'Active', by }],
      isStored: false,
    };
    this.keys.set(id, key);
    this.bySecret.set(secret, key);
    this.secrets.add(key);
    const keys = this.#ofUser.get(user) ?? [];
    keys.push(key);
    this.#ofUser.set(user, keys);
    this.mostKeys = Math.max(this.mostKeys, keys.length);
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
      formerUsers: [],
      entry,
      isManaged: true,
      places: [],
      secretCreatedAt: at,
      disturbedAt: at,
      touchedAt: at,
      unrecorded: new Set(),
      hasLostIntent: false,
      markedByHand: new Set(),
      saidInactive: new Map(),
      brokenAt: undefined,
      rotatedAt: undefined,
      healedAt: Number.NEGATIVE_INFINITY,
      crowdedAt: Number.NEGATIVE_INFINITY,
    };
    if (record.user !== entry.user) {
      record.formerUsers = [record.user, ...record.formerUsers].filter((user) => user !== entry.user);
      record.user = entry.user;
    }
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
      isTampered: false,
      trustedSince: Number.NEGATIVE_INFINITY,
      writer: undefined,
      found: undefined,
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

  /**
   * Whether roles have replaced its key: it was made Inactive for good, and nobody has made it Active since. What its
   * places hold then is nobody's, and nothing is delivered there.
   */
  isGoneForGood(managed: ManagedRecord): boolean {
    const current = this.keys.get(this.currentKey(managed) ?? '');
    return managed.entry.replacedBy !== undefined && current?.isReplaced === true && current.status !== 'Active';
  }

  /**
   * Whether another key of the user is as old as the current one, to the seconds: the credential report, which has no
   * key IDs, shows the one in the other's place.
   */
  hasLookalike(managed: ManagedRecord): boolean {
    const current = this.keys.get(this.currentKey(managed) ?? '');
    if (current === undefined) return false;
    return this.keysOf(managed.user).some(
      (key) => key !== current && Math.abs(key.createdAt - current.createdAt) <= SAME_INSTANT,
    );
  }

  currentVersion(managed: ManagedRecord): string | undefined {
    const labels = this.labels(managed);
    return Object.keys(labels).find((version) => labels[version]?.includes('AWSCURRENT') === true);
  }

  labels(managed: ManagedRecord): Readonly<Record<string, readonly string[]>> {
    return this.described(managed).VersionIdsToStages ?? {};
  }

  tags(managed: ManagedRecord): ReadonlyMap<string, string> {
    const described = this.described(managed);
    const known = this.#tags.get(described);
    if (known !== undefined) return known;
    const tags = new Map((described.Tags ?? []).map(({ Key, Value }) => [Key, Value]));
    this.#tags.set(described, tags);
    return tags;
  }

  /** What a person has called delivered and is delivered by now. */
  forgetTrueMarks({ markedByHand, places }: ManagedRecord): void {
    for (const id of markedByHand) {
      const isThere = places.every(({ isGone, idOf, secretOf }) => isGone || (idOf?.id === id && secretOf?.id === id));
      if (isThere) markedByHand.delete(id);
    }
  }

  /** Whether its secret is there, and not deleted for the days in which it can be restored. */
  hasSecret(managed: ManagedRecord): boolean {
    const { CreatedDate, DeletedDate } = this.described(managed);
    return CreatedDate !== undefined && DeletedDate === undefined;
  }

  protected described({ id }: Pick<ManagedRecord, 'id'>): Described {
    const name = secretName(id);
    const writes = this.#sources.writes(name);
    const known = this.#known.get(id);
    if (known?.writes === writes) return known.described;
    const described = this.#sources.describe(name) ?? NOTHING;
    // A deleted secret is gone one day, without anybody writing.
    if (described.DeletedDate === undefined) this.#known.set(id, { writes, described });
    return described;
  }

  /** Reads what pipelines of a place would get now. */
  look(place: PlaceRecord, at: number): void {
    const held = this.#sources.held(place);
    place.isGone = held === undefined;
    const idOf = this.keys.get(held?.accessKeyId ?? '');
    const secretOf = this.bySecret.get(held?.secretAccessKey ?? '');
    if (place.idOf !== idOf || place.secretOf !== secretOf) place.since = at;
    place.idOf = idOf;
    place.secretOf = secretOf;
    const bundleOf = this.#bundled(held?.bundle);
    if (bundleOf !== place.bundleOf) place.isBundleArmed = place.bundleOf !== undefined || place.isArmed;
    place.bundleOf = bundleOf;
    const isWhole = idOf !== undefined && idOf === secretOf;
    if (idOf === undefined && secretOf === undefined) place.isArmed = false;
    place.tornSince = isWhole || (idOf === undefined && secretOf === undefined) ? undefined : (place.tornSince ?? at);
  }

  #bundled(text: string | undefined): KeyRecord | undefined {
    if (text === undefined) return undefined;
    const { accessKeyId, secretAccessKey }: Record<string, string> = JSON.parse(text);
    const key = this.keys.get(accessKeyId ?? '');
    return key?.secret === secretAccessKey ? key : undefined;
  }
}
