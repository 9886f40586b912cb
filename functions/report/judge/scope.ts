import type { AuditEvent } from '../../core/audit';
import type { Policy } from '../../core/config/policy';
import type { RegistryEntry } from '../../core/config/registry';
import { currentVersion, type SecretState } from '../../core/key/secret-state';
import { retainedOf, takeOver } from '../../core/lifecycle/take-over';
import { idOfSecret, secretName } from '../../core/names';
import type { Evidence, ListedKey } from '../evidence/evidence';
import { groupBy } from '../group-by';

/** One managed key with everything that the evidence has about it; also one that is managed no more. */
export interface ManagedKey {
  readonly key: string;
  readonly user: string;
  readonly policy: Policy;
  /** Missing when the key was taken out of the registry, or the registry could not be read. */
  readonly entry: RegistryEntry | undefined;
  /** When the entry was last written, where that is known. */
  readonly changedAt: Date | undefined;
  readonly secret: SecretState | undefined;
  /** All of them, in order of time; also from before the period. */
  readonly events: readonly AuditEvent[];
  /** What it goes on from, while its own secret holds no key: what it was under another id. @default - nothing */
  readonly before?: Pick<ManagedKey, 'secret' | 'events'> | undefined;
  /** What IAM lists for the user; undefined where it was not asked. */
  readonly listed: readonly ListedKey[] | undefined;
  /** Since when it is managed: its secret was made then, or Keyturn spoke of it for the first time. */
  readonly since: Date | undefined;
}

/** What Keyturn is answerable for. */
export interface Scope {
  readonly keys: readonly ManagedKey[];
  readonly byKey: ReadonlyMap<string, ManagedKey>;
  /** Also by users that a key had before. */
  readonly byUser: ReadonlyMap<string, ManagedKey>;
  /** By every access key that the record or IAM knows as one of its user's. */
  readonly byAccessKey: ReadonlyMap<string, ManagedKey>;
}

/** The managed keys: those of the registry, and those that the record speaks of with user and policy. */
export function scopeOf(evidence: Evidence): Scope {
  const keys = managedKeysOf(evidence);
  return {
    keys,
    byKey: new Map(keys.map((managed) => [managed.key, managed])),
    byUser: byUserOf(keys),
    byAccessKey: byAccessKeyOf(keys),
  };
}

function managedKeysOf(evidence: Evidence): ManagedKey[] {
  const { record, entries = [], entriesChangedAt, secrets, listedKeys, usersNotListed = [] } = evidence;
  const events = groupBy(record?.events ?? [], ({ key }) => key);
  const listed = groupBy(listedKeys ?? [], ({ user }) => user);
  const secretsByName = new Map(secrets?.map((secret) => [secret.name, secret]));
  const entriesById = new Map(entries.map((entry) => [entry.id, entry]));
  const unmanaged = (secrets ?? []).filter(({ name }) => {
    const id = idOfSecret(name);
    return id !== undefined && !entriesById.has(id);
  });
  return [...new Set([...entriesById.keys(), ...events.keys()])].sort().flatMap((key): ManagedKey[] => {
    const entry = entriesById.get(key);
    const about = events.get(key) ?? [];
    const { user, policy } = entry ?? lastNamed(about);
    // A finding about a key that does not exist, such as a rotation that was asked for by a wrong name.
    if (user === undefined || policy === undefined) return [];
    const secret = secretsByName.get(secretName(key));
    const asked =
      listedKeys !== undefined && (entry !== undefined || listed.has(user)) && !usersNotListed.includes(user);
    return [
      {
        key,
        user,
        policy,
        entry,
        changedAt: entriesChangedAt?.get(key),
        secret,
        events: about,
        before: entry && secret && beforeOf(entry, secret, unmanaged, events),
        listed: asked ? (listed.get(user) ?? []) : undefined,
        since: secret?.createdAt ?? firstTime(about),
      },
    ];
  });
}

/** As the functions take a retained secret over. */
function beforeOf(
  entry: RegistryEntry,
  own: SecretState,
  unmanaged: readonly SecretState[],
  events: ReadonlyMap<string | undefined, readonly AuditEvent[]>,
): ManagedKey['before'] {
  const retained = currentVersion(own) === undefined ? retainedOf(entry, own, unmanaged) : undefined;
  if (retained === undefined) return undefined;
  return { secret: takeOver(own, retained), events: events.get(idOfSecret(retained.name)) ?? [] };
}

/** The user and the policy that the record named last. */
function lastNamed(events: readonly AuditEvent[]): Pick<AuditEvent, 'user' | 'policy'> {
  return {
    user: events.findLast(({ user }) => user !== undefined)?.user,
    policy: events.findLast(({ policy }) => policy !== undefined)?.policy,
  };
}

function firstTime([first]: readonly AuditEvent[]): Date | undefined {
  return first === undefined ? undefined : new Date(first.time);
}

/** A user belongs to the key that has it now, and otherwise to the first one that had it. */
function byUserOf(keys: readonly ManagedKey[]): ReadonlyMap<string, ManagedKey> {
  const byUser = new Map<string, ManagedKey>();
  for (const managed of keys) {
    for (const { user } of managed.events) if (user !== undefined && !byUser.has(user)) byUser.set(user, managed);
  }
  for (const managed of keys) byUser.set(managed.user, managed);
  for (const managed of keys) if (managed.entry !== undefined) byUser.set(managed.user, managed);
  return byUser;
}

function byAccessKeyOf(keys: readonly ManagedKey[]): ReadonlyMap<string, ManagedKey> {
  const byAccessKey = new Map<string, ManagedKey>();
  for (const managed of keys) {
    for (const { accessKeyId } of [...managed.events, ...(managed.listed ?? [])]) {
      if (accessKeyId !== undefined) byAccessKey.set(accessKeyId, managed);
    }
  }
  return byAccessKey;
}
