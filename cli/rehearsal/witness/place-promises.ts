import { MINUTE, SECOND } from '../../../functions/core/duration';
import { targetSetDigest } from '../../../functions/core/hosts/target';
import { deliveredLabel } from '../../../functions/core/key/secret-state';
import { type KeyRecord, killerOf, type ManagedRecord, type PlaceRecord, type WitnessedRun } from './records';
import { SLACK } from './slack';
import type { Verdicts } from './verdicts';
import type { Witness } from './witness';

/** A delivery that a later one has overtaken notices it at its end, takes the mark back and delivers again. */
function isAtWork({ writer }: PlaceRecord): boolean {
  return writer !== undefined && !writer.isDead && !writer.isFinished;
}

/** Judges what places hold and are given: K1 and K2. */
export class PlacePromises {
  readonly #verdicts: Verdicts;
  readonly #witness: Witness;

  constructor(verdicts: Verdicts, witness: Witness) {
    this.#verdicts = verdicts;
    this.#witness = witness;
  }

  /** K1, whenever a key or a place of a managed key has changed. */
  holdsLive(managed: ManagedRecord): void {
    if (!managed.isManaged) return;
    for (const place of managed.places) {
      if (!place.isArmed || place.isGone || place.isTampered) continue;
      this.#verdicts.counted('K1');
      if (place.isBundleArmed && place.bundleOf !== undefined) this.#isLive(managed, place, place.bundleOf, 'bundle');
      this.#isPairLive(managed, place);
    }
  }

  #isPairLive(managed: ManagedRecord, place: PlaceRecord): void {
    const { idOf, secretOf } = place;
    if (idOf !== undefined && idOf === secretOf) this.#isLive(managed, place, idOf, 'pair');
    else if (this.#isForged(managed)) place.isTampered = true;
    else if (this.isMarkedDelivered(managed) && !isAtWork(place)) {
      this.#verdicts.broken(
        'K1',
        managed.id,
        `${place.name} holds a torn pair although the version is marked delivered`,
      );
    }
  }

  #isLive(managed: ManagedRecord, place: PlaceRecord, key: KeyRecord, what: string): void {
    if (key.status === 'Active') return;
    const has = `${place.name} holds a ${what} whose key ${key.id}`;
    if (killerOf(key) === 'person') {
      if (managed.brokenAt !== undefined) return;
      this.#verdicts.broken('K1', managed.id, `${has} a person made ${key.status}, and that was repaired already`);
      return;
    }
    // Nobody has used it for weeks: roles have taken over, as its entry asks.
    if (key.isReplaced) return;
    if (this.#isGivenUp(managed, key)) return;
    // What a person's mark called delivered is that person's until the next delivery.
    if (this.#isForged(managed)) place.isTampered = true;
    else this.#verdicts.broken('K1', managed.id, `${has} a run made ${key.status}`);
  }

  /** It has leaked and was to be made Inactive first: from that word on, until its successor is delivered. */
  #isGivenUp(managed: ManagedRecord, key: KeyRecord): boolean {
    const { leak, id } = key;
    if (leak?.firstAt === undefined || killedAt(key) < leak.firstAt) return false;
    if (this.#witness.currentKey(managed) !== id && this.isMarkedDelivered(managed)) return false;
    this.#verdicts.allowed.leaked += 1;
    return true;
  }

  #isForged(managed: ManagedRecord): boolean {
    if (!managed.markedByHand.has(this.#witness.currentKey(managed) ?? '')) return false;
    this.#verdicts.allowed.forgedMarks += 1;
    return true;
  }

  /** Whether the version that is current carries the mark of today's targets. */
  isMarkedDelivered(managed: ManagedRecord): boolean {
    const labels = this.#witness.labels(managed);
    const current = Object.values(labels).find((some) => some.includes('AWSCURRENT'));
    const { targets, connections } = managed.entry;
    return current?.includes(deliveredLabel(targetSetDigest(targets, connections))) === true;
  }

  /** K2, whenever a run has given a place another key. @param askedAt when it asked the host: a slow one writes later */
  isProved(
    managed: ManagedRecord,
    place: PlaceRecord,
    given: readonly (KeyRecord | undefined)[],
    run: WitnessedRun,
    askedAt: number = this.#verdicts.now(),
  ): void {
    for (const key of given) {
      if (key === undefined) continue;
      this.#verdicts.counted('K2');
      const proof = run.proofs.get(key.id);
      if (![managed.user, ...managed.formerUsers].includes(key.user)) {
        this.#verdicts.broken('K2', managed.id, `${place.name} was given the key ${key.id} of ${key.user}`);
      } else if (proof === undefined || askedAt - proof > SLACK) {
        this.#verdicts.broken(
          'K2',
          managed.id,
          `${run.process.name} delivered ${key.id} to ${place.name} without a proof`,
        );
      }
    }
  }

  /** A pipeline uses what it read. */
  login(managed: ManagedRecord, place: PlaceRecord, key: KeyRecord, readAt: number, error: string): void {
    const killed = key.changes.findLast(({ status, at }) => status !== 'Active' && at <= this.#verdicts.now());
    const isRunning = (killed?.at ?? 0) >= readAt;
    const isUnrepaired = managed.brokenAt !== undefined || readAt < managed.healedAt;
    if (killerOf(key) === 'person' && (isRunning || isUnrepaired)) {
      this.#verdicts.allowed.byHand += 1;
      return;
    }
    if (place.isTampered || readAt < place.trustedSince) {
      this.#verdicts.allowed.forgedMarks += 1;
      return;
    }
    // What runs with it at that moment fails, as the plan says.
    const hasLeaked = key.leak !== undefined && killedAt(key) >= key.leak.at;
    if (hasLeaked && isRunning) {
      this.#verdicts.allowed.leaked += 1;
      return;
    }
    // Given up until the place had its successor: what read it before, too.
    if (this.#isGivenUp(managed, key)) return;
    if (killedAt(key) >= (key.leak?.firstAt ?? Number.POSITIVE_INFINITY) && readAt < place.since) {
      this.#verdicts.allowed.leaked += 1;
      return;
    }
    const minutes = Math.round((this.#verdicts.now() - readAt) / MINUTE);
    this.#verdicts.broken(
      // A key that is there and Active, and that an endpoint of AWS does not know yet.
      key.status === 'Active' ? 'K2' : 'K1',
      managed.id,
      `a pipeline of ${place.name} failed with ${key.id} (${error}), read ${minutes} minutes ago`,
    );
  }

  tornFor(milliseconds: number): void {
    this.#verdicts.allowed.tornPairs += milliseconds > 5 * SECOND ? 1 : 0;
    this.#verdicts.allowed.longestTorn = Math.max(this.#verdicts.allowed.longestTorn, milliseconds);
  }
}

function killedAt({ changes }: KeyRecord): number {
  return changes[changes.findLastIndex(({ status }) => status === 'Active') + 1]?.at ?? Number.POSITIVE_INFINITY;
}
