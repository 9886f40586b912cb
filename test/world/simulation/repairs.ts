import { type KeyRecord, killerOf, type ManagedRecord, type PlaceRecord } from '../../../cli/rehearsal/witness/records';
import { HOUR } from '../../../functions/core/duration';
import { type SecretState, storedVersions } from '../../../functions/core/key/secret-state';
import { isWithdrawn } from '../../../functions/core/key/withdrawn';
import type { FunctionName } from '../../../functions/core/names';
import { TAG } from '../../../functions/core/names';
import type { Promises } from './promises';
import type { Restores } from './restores';
import type { RunRecord } from './run-record';
import type { ReadingWitness } from './witness';

/** Clocks may be minutes off. */
const SLACK = HOUR / 4;

/** The world, as far as a repair is seen in it. */
interface Watched {
  readonly witness: ReadingWitness;
  readonly promises: Promises;
  readonly restores: Restores;
  now(): number;
}

/**
 * The one exception of K1: what a person does by hand to the key that a place holds may break it until the next run has
 * repaired it, and for no longer. The repair is rotate's, and then sync's: when a scheduled run of it has ended that began
 * after the deed, that no fault has met and that nothing real was in the way of, the next step has to be done.
 */
export class Repairs {
  readonly #world: Watched;

  constructor(world: Watched) {
    this.#world = world;
  }

  /** A person has done something to a key: what was broken is broken anew. */
  deed(managed: ManagedRecord): void {
    if (!managed.isManaged || !(this.#isCurrentKilled(managed) || this.#isBroken(managed))) {
      this.look(managed);
      return;
    }
    managed.brokenAt = this.#world.now();
    managed.rotatedAt = undefined;
  }

  /** A place, or what is managed, has changed: what is not broken any more has no excuse any more. */
  look(managed: ManagedRecord): void {
    const isBroken = managed.isManaged && this.#isBroken(managed);
    if (managed.brokenAt === undefined) {
      // The key was alive when the run that delivers it began.
      if (isBroken && this.#wasOvertaken(managed)) managed.brokenAt = this.#world.now();
      return;
    }
    if (isBroken || (managed.isManaged && this.#isCurrentKilled(managed))) return;
    managed.brokenAt = undefined;
    managed.rotatedAt = undefined;
    managed.healedAt = this.#world.now();
  }

  /** A scheduled run has ended by itself. */
  ended(name: FunctionName, run: RunRecord): void {
    if (run.struckBy.size > 0 || run.hasFailure || (name !== 'rotate' && name !== 'sync')) return;
    for (const managed of this.#world.witness.managed.values()) {
      if (managed.brokenAt === undefined || this.#isExcused(managed, run)) continue;
      if (name === 'rotate') this.#rotated(managed, managed.brokenAt, run);
      else this.#delivered(managed, run);
    }
  }

  #rotated(managed: ManagedRecord, brokenAt: number, run: RunRecord): void {
    const { witness, promises, now } = this.#views();
    const { startedAt } = run.process;
    // A run sees what people did in the credential report, which may be four hours old; without one it looks by itself.
    const seenAt = run.reportAt ?? startedAt;
    if (startedAt < brokenAt || seenAt < brokenAt) return;
    const keys = witness.keysOf(managed.user);
    const current = witness.currentKey(managed);
    const stored = keys.filter(({ isStored }) => isStored);
    const newest = Math.max(...[...witness.keys.values()].filter(isStoredOf(managed)).map((key) => key.createdAt));
    if (newest > Math.min(startedAt - HOUR, seenAt) - SLACK) return;
    // What the key had under another id is in another secret, whose value no run can make current here.
    // And what an administrator took back never comes again.
    const state = witness.stateOf(managed);
    const own = new Set(ownVersions(state));
    const isSpare = ({ id, status, leak }: KeyRecord) =>
      id !== current &&
      status === 'Active' &&
      leak === undefined &&
      own.has(id) &&
      !isWithdrawn(state, { accessKeyId: id });
    const hasSpare = stored.some(isSpare);
    const hasRoom = keys.length < 2;
    promises.counted('K1');
    if (keys.some(({ id, status }) => id === current && status === 'Active')) {
      managed.rotatedAt = now;
      return;
    }
    if (!hasRoom && !hasSpare) return;
    if (witness.hasLookalike(managed)) {
      promises.allowed.lookalikes += 1;
      return;
    }
    const message = `${run.process.name} has ended undisturbed, and the current key ${current ?? ''} that a person killed is not replaced`;
    promises.broken('K1', managed.id, message);
  }

  #delivered(managed: ManagedRecord, run: RunRecord): void {
    const { witness, promises } = this.#views();
    if (managed.rotatedAt === undefined || run.process.startedAt < managed.rotatedAt) return;
    const current = witness.currentKey(managed);
    if (current === undefined || managed.markedByHand.has(current)) return;
    if (witness.keys.get(current)?.status !== 'Active') return;
    promises.counted('K1');
    const message = `${run.process.name} has ended undisturbed, and a target still holds a key that a person killed`;
    promises.broken('K1', managed.id, message);
  }

  /** Something real is in the way, or somebody has interfered while the run was at work. */
  #isExcused(managed: ManagedRecord, run: RunRecord): boolean {
    const { witness } = this.#views();
    const { startedAt } = run.process;
    if (managed.touchedAt >= startedAt || this.#world.restores.isOpen(managed)) return true;
    if (witness.tags(managed).has(TAG.paused) || witness.hasOpenIntent(managed)) return true;
    return run.audits.some(
      ({ event, reason = '' }) => event === 'finding' && /^(rotation-cap|out-of-time)$/.test(reason),
    );
  }

  #isCurrentKilled(managed: ManagedRecord): boolean {
    return isKilled(this.#world.witness.keys.get(this.#world.witness.currentKey(managed) ?? ''));
  }

  #wasOvertaken({ places }: ManagedRecord): boolean {
    return places
      .filter((place) => killedAt(place).length > 0)
      .every((place) => killedAt(place).every((at) => at >= (place.writer?.startedAt ?? Number.POSITIVE_INFINITY)));
  }

  #isBroken({ places }: ManagedRecord): boolean {
    return places.some((place) => place.isArmed && !place.isGone && !place.isTampered && killedAt(place).length > 0);
  }

  #views() {
    const { witness, promises } = this.#world;
    return { witness, promises, now: this.#world.now() };
  }
}

/** When people killed the keys that a place holds. */
function killedAt({ isBundleArmed, idOf, secretOf, bundleOf }: PlaceRecord): readonly number[] {
  return [idOf, secretOf, isBundleArmed ? bundleOf : undefined].flatMap((key) =>
    isKilled(key) ? [key?.changes.findLast(({ by }) => by === 'person')?.at ?? 0] : [],
  );
}

function isKilled(key: KeyRecord | undefined): boolean {
  return key !== undefined && key.status !== 'Active' && killerOf(key) === 'person';
}

function ownVersions(secret: SecretState): readonly string[] {
  return storedVersions(secret).flatMap(({ accessKeyId, isTakenOver }) => (isTakenOver ? [] : [accessKeyId]));
}

function isStoredOf({ user }: ManagedRecord): (key: KeyRecord) => boolean {
  return (key) => key.user === user && key.isStored;
}
