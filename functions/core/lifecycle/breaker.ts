import type { RegistryEntry } from '../config/registry';
import { HOUR, latest } from '../duration';
import type { ErrorCode } from '../errors';
import { systemOf, type TargetConfig, targetName, targetSetDigest } from '../hosts/target';
import { isDelivered, marksOf } from '../key/delivery-mark';
import { changedUser } from '../key/key-user';
import { pauseOf } from '../key/pause';
import { isReplaced } from '../key/replaced';
import { currentKey } from '../key/secret-state';
import type { NamedConnection } from './found';
import type { Managed } from './managed';
import { isObserved } from './observed';

/** So many keys of one connection, undelivered for so long, and no further one of it is rotated until that works again. */
const UNDELIVERED_KEYS = 3;
const UNDELIVERED_FOR = HOUR;

/**
 * What a connection's keys have in common: its host is down or has enough of requests, its token is refused, or it is
 * not what it was taken for. Anything else, a missing repository or environment and a refused entry among it, is the
 * trouble of one key.
 */
const OF_THE_CONNECTION: ReadonlySet<string> = new Set<ErrorCode>([
  'host-down',
  'rate-limited',
  'token-rejected',
  'host-answer-invalid',
]);

/** A current key that is not at all its targets, and since when. */
export interface Undelivered {
  readonly id: string;
  readonly accessKeyId: string;
  readonly since: Date;
}

/** Everything that waits for delivery, but for paused, observed and replaced keys, which nobody delivers; oldest first. */
export function undelivered(managed: readonly Managed[], now: Date): readonly Undelivered[] {
  return managed
    .flatMap(({ entry, secret, changedAt }) => {
      const version = currentKey(secret);
      if (version === undefined || isReplaced(entry, secret)) return [];
      if (isDelivered(secret, version, targetSetDigest(entry.targets, entry.connections))) return [];
      if (pauseOf(secret, now) !== undefined || isObserved(entry)) return [];
      // A version that was delivered once waits since its targets were changed.
      const wasDelivered = marksOf(version.labels).length > 0;
      const since = wasDelivered && changedAt !== undefined ? latest(version.createdAt, changedAt) : version.createdAt;
      return [{ id: entry.id, accessKeyId: version.accessKeyId, since }];
    })
    .sort((a, b) => a.since.getTime() - b.since.getTime());
}

/** The last attempt to deliver a key to one target, or to deliver it at all. */
export interface Attempt {
  /** ID of the managed key. */
  readonly key: string | undefined;
  readonly accessKeyId: string | undefined;
  /** Its name. @default - it failed before any target was asked */
  readonly target?: string | undefined;
  /** Why it failed. @default - it did not */
  readonly error?: string | undefined;
  /** Only this place failed, whatever the error. @default false */
  readonly ofPlace?: boolean;
}

/** Over one connection nothing is delivered any more. */
export interface OpenBreaker {
  /** What fails together. */
  readonly system: string;
  /** @default - the host takes no token */
  readonly connection?: NamedConnection;
  /** The host's URL, or the ARN of the function that delivers. */
  readonly host: string;
  /** The keys that hold it open, oldest first. */
  readonly stuck: readonly Undelivered[];
}

/** The keys that are undelivered for too long; whether that opens a breaker depends on why. */
export function stuckKeys(managed: readonly Managed[], now: Date): readonly Undelivered[] {
  // What nobody tries to deliver tells nothing of a connection.
  const tried = managed.filter(({ entry, secret }) => changedUser(secret, entry.user) === undefined);
  return undelivered(tried, now).filter(({ since }) => now.getTime() - since.getTime() > UNDELIVERED_FOR);
}

/** Whether so few keys are stuck that no breaker can be open: nobody need look for the reasons. */
export function cannotBeOpen(stuck: readonly Undelivered[]): boolean {
  return stuck.length < UNDELIVERED_KEYS;
}

/**
 * The connections over which nothing is delivered: keys of theirs are stuck, and the connection is why. A key of which
 * no attempt is known counts for all connections that it needs.
 */
export function openBreakers(
  managed: readonly Managed[],
  stuck: readonly Undelivered[],
  attempts: readonly Attempt[],
): readonly OpenBreaker[] {
  const entries = new Map(managed.map(({ entry }) => [entry.id, entry]));
  const breakers = new Map<string, OpenBreaker>();
  for (const undelivered of stuck) {
    const entry = entries.get(undelivered.id);
    if (entry === undefined) continue;
    for (const { system, ...named } of blamed(entry, undelivered, attempts)) {
      const others = breakers.get(system)?.stuck ?? [];
      breakers.set(system, { system, ...named, stuck: [...others, undelivered] });
    }
  }
  return [...breakers.values()].filter((breaker) => breaker.stuck.length >= UNDELIVERED_KEYS);
}

/** Whether a key is delivered over a connection whose breaker is open. */
export function isHeldUp(entry: RegistryEntry, open: readonly OpenBreaker[]): boolean {
  const systems = systemsOf(entry);
  return open.some(({ system }) => systems.includes(system));
}

/** What a key's targets need, each once: what fails together. */
export function systemsOf({ targets, connections }: RegistryEntry): readonly string[] {
  return [...new Set(targets.map((target) => systemOf(target, connectionOf(target, connections))))];
}

/** The connections that keep a key from being delivered, each once. */
function blamed(
  { id, targets, connections }: RegistryEntry,
  { accessKeyId }: Undelivered,
  attempts: readonly Attempt[],
): readonly Omit<OpenBreaker, 'stuck'>[] {
  const own = attempts.filter((attempt) => attempt.key === id && attempt.accessKeyId === accessKeyId);
  const isBlamed = (target: TargetConfig): boolean => {
    if (own.length === 0) return true;
    const last = own.findLast((attempt) => attempt.target === targetName(target));
    return last?.error !== undefined && last.ofPlace !== true && OF_THE_CONNECTION.has(last.error);
  };
  const systems = targets.filter(isBlamed).map((target) => systemNamed(target, connections));
  return [...new Map(systems.map((system) => [system.system, system])).values()];
}

function systemNamed(target: TargetConfig, connections: RegistryEntry['connections']): Omit<OpenBreaker, 'stuck'> {
  const connection = connectionOf(target, connections);
  const system = systemOf(target, connection);
  if (target.connection === undefined || connection === undefined) return { system, host: system };
  return { system, host: connection.url, connection: { name: target.connection, secret: connection.secret } };
}

function connectionOf({ connection }: TargetConfig, connections: RegistryEntry['connections']) {
  return connection === undefined ? undefined : connections[connection];
}
