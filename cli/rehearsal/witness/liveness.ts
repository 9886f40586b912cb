import { DAY, HOUR } from '../../../functions/core/duration';
import { TAG } from '../../../functions/core/names';
import type { PlacePromises } from './place-promises';
import type { KeyRecord, ManagedRecord } from './records';
import type { Verdicts } from './verdicts';
import type { Witness } from './witness';

/** A key that nothing has disturbed for so long has to be in order. */
const CALM = 3 * DAY;

/** A world with faults, as far as it is seen whether everything comes into order again. */
export interface Disturbed {
  readonly witness: Witness & {
    /** A rotation that began and has stored nothing. */
    hasOpenIntent(managed: ManagedRecord): boolean;
    /** The ID of which it has the key still, until its next rotation. @default - none */
    idBefore?(managed: ManagedRecord): string | undefined;
  };
  readonly promises: Verdicts & { readonly places: PlacePromises };
  now(): number;
  /** A person holds the key back, or did until the last run. */
  isHeldBack(managed: ManagedRecord): boolean;
}

/**
 * K8, K9 and K13: once nothing is in the way any more, everything converges and stays on time. Judged once a day after the
 * rules, and at the end, for each key by itself: what is wrong with one key is no excuse for another (K11).
 */
export function checkLiveness(world: Disturbed): void {
  const { promises, witness } = world;
  for (const managed of witness.managed.values()) {
    if (witness.keysOf(managed.user).length >= 2) managed.crowdedAt = world.now();
  }
  for (const managed of witness.managed.values()) {
    if (!managed.isManaged || world.now() - managed.disturbedAt < CALM) continue;
    const [before] = promises.violations.slice(-1);
    promises.counted('K8');
    promises.counted('K9');
    promises.counted('K11');
    promises.counted('K13');
    checkKey(world, managed);
    const found = promises.violations.at(-1);
    if (found === undefined || found === before) continue;
    // Somebody else's trouble, then, and this key had to suffer for it.
    const others = [...witness.managed.values()].filter((other) => world.now() - other.disturbedAt < CALM);
    const [first] = others;
    if (first !== undefined) {
      promises.broken('K11', managed.id, `${managed.id} is late while only ${first.id} is in trouble`);
    }
  }
}

function checkKey(world: Disturbed, managed: ManagedRecord): void {
  const { witness, promises } = world;
  const keys = witness.keysOf(managed.user);
  if (world.isHeldBack(managed)) {
    // All dates start again when the pause is over.
    managed.disturbedAt = world.now();
    return;
  }
  if (witness.hasOpenIntent(managed)) {
    const intent = witness.tags(managed).get(TAG.intent);
    promises.broken('K9', managed.id, `the intent ${intent} is still open`);
  }
  const current = keys.find(({ id }) => id === witness.currentKey(managed));
  if (witness.isGoneForGood(managed)) {
    checkGone(world, managed);
    return;
  }
  if (current?.status !== 'Active') {
    checkReplaced(world, managed, keys);
    return;
  }
  checkCurrent(world, managed, current);
  checkLeaving(world, managed, current);
  for (const key of keys) if (key !== current) checkSuperseded(world, managed, key);
}

/** What roles have replaced is deleted after its recovery (K8), and nothing comes after it. */
function checkGone(world: Disturbed, managed: ManagedRecord): void {
  const { witness, promises } = world;
  const current = witness.keys.get(witness.currentKey(managed) ?? '');
  if (current?.status !== 'Inactive') return;
  const { deactivateAfter, deleteAfter } = managed.entry.policy;
  const since = Math.max(current.changes.at(-1)?.at ?? 0, managed.disturbedAt);
  const isLate = world.now() > since + (deleteAfter - deactivateAfter) * DAY + CALM;
  if (isLate) promises.broken('K8', managed.id, `${current.id} was replaced, and is still there`);
}

/** Once nobody uses it for the days of its entry, and each role was used since, it goes for good (K8). */
function checkLeaving(world: Disturbed, managed: ManagedRecord, { id, createdAt }: KeyRecord): void {
  const { witness, promises } = world;
  const { replacedBy } = managed.entry;
  if (replacedBy === undefined || witness.idBefore?.(managed) !== undefined) return;
  const used = Math.max(createdAt, witness.lastUse(id) ?? 0);
  const idle = Math.max(used, managed.disturbedAt) + replacedBy.idleFor * DAY;
  // Another key of its user goes first.
  if (world.now() < Math.max(idle, managed.crowdedAt) + CALM) return;
  if (replacedBy.roles.some((role) => (witness.lastUseOfRole(role) ?? 0) <= used)) return;
  promises.broken('K8', managed.id, `roles have replaced ${id}, which nobody uses, and it is still there`);
}

/** Room that came after today's rotation is used by tomorrow's. */
function hasNoRoom(world: Disturbed, { crowdedAt }: ManagedRecord): boolean {
  return world.now() - crowdedAt < DAY + 2 * HOUR;
}

function checkReplaced(world: Disturbed, managed: ManagedRecord, keys: readonly KeyRecord[]): void {
  const { witness, promises } = world;
  if (keys.length >= 2) checkRoom(world, managed, keys);
  if (hasNoRoom(world, managed)) return;
  if (witness.currentVersion(managed) === undefined && isFirstNotDue(managed, keys, world.now())) return;
  if (witness.hasLookalike(managed)) {
    promises.allowed.lookalikes += 1;
    return;
  }
  const currentId = witness.currentKey(managed) ?? 'none';
  promises.broken('K9', managed.id, `there is no working current key (${currentId})`);
}

function checkCurrent(world: Disturbed, managed: ManagedRecord, current: KeyRecord): void {
  const { promises } = world;
  // It is brought nowhere any more, and there is no room for another one.
  if (current.leak !== undefined && hasNoRoom(world, managed)) return;
  const { rotateAfter } = managed.entry.policy;
  const age = world.now() - current.createdAt;
  if (age > rotateAfter * DAY + DAY + 2 * HOUR && !hasNoRoom(world, managed)) {
    promises.broken('K8', managed.id, `${current.id} is current for ${Math.floor(age / DAY)} days`);
  }
  for (const place of managed.places) {
    if (place.isGone || managed.markedByHand.has(current.id)) continue;
    if (place.idOf !== current || place.secretOf !== current) {
      const promise = place.isTampered ? 'K13' : 'K9';
      promises.broken(promise, managed.id, `${place.name} does not hold the current key ${current.id}`);
    }
  }
  if (!promises.places.isMarkedDelivered(managed)) {
    promises.broken('K9', managed.id, `${current.id} is not marked delivered`);
  }
}

/** Of two keys that nobody has used for as long as a key is kept, one makes room where the configuration lets it. */
function checkRoom(world: Disturbed, managed: ManagedRecord, keys: readonly KeyRecord[]): void {
  const { adopt, policy } = managed.entry;
  if (adopt !== 'replace-idle' || keys.some(({ origin }) => origin !== 'before')) return;
  const usedAt = Math.min(...keys.map(({ id, createdAt }) => Math.max(createdAt, world.witness.lastUse(id) ?? 0)));
  const begins = Math.max(usedAt + policy.deactivateAfter * DAY, managed.disturbedAt);
  if (world.now() < begins + (policy.deleteAfter - policy.deactivateAfter) * DAY + CALM) return;
  world.promises.broken('K8', managed.id, `two keys of ${managed.user} that nobody uses are in the way of a new one`);
}

function checkSuperseded(world: Disturbed, managed: ManagedRecord, key: KeyRecord): void {
  if (world.witness.isForeign(key, managed)) return;
  if (isLeftToPeople(world, managed)) return;
  const { policy } = managed.entry;
  if (key.origin === 'run' && !key.isStored) {
    if (world.now() - key.createdAt < 3 * DAY || managed.hasLostIntent) return;
    world.promises.broken('K9', managed.id, `${key.id} was never stored and is still there`);
    return;
  }
  const delivered = Math.max(...managed.places.map(({ since }) => since));
  const retired = (policy.deleteAfter - policy.rotateAfter) * DAY;
  const dates = Math.max(key.createdAt + policy.deleteAfter * DAY, delivered + retired, managed.disturbedAt + retired);
  if (world.now() > dates + (policy.holdLimit + 2) * DAY + 2 * HOUR) {
    world.promises.broken('K8', managed.id, `the superseded key ${key.id} outlives its dates (${key.status})`);
  }
}

/**
 * A successor that leaked before it was everywhere is brought nowhere any more, so that the key before it is not retired,
 * and there is no room for a third one: people are told which key to delete.
 */
function isLeftToPeople({ witness, promises }: Disturbed, managed: ManagedRecord): boolean {
  const current = witness.keys.get(witness.currentKey(managed) ?? '');
  return current?.leak !== undefined && !promises.places.isMarkedDelivered(managed);
}

function isFirstNotDue(managed: ManagedRecord, keys: readonly KeyRecord[], now: number): boolean {
  const { firstRotation, policy } = managed.entry;
  const oldest = keys[0];
  return (
    firstRotation === 'when-due' && oldest !== undefined && now - oldest.createdAt < (policy.rotateAfter + 1) * DAY
  );
}
