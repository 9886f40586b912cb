import { DAY, HOUR } from '../../../functions/core/duration';
import { CHECK_COUNTS } from '../../../functions/core/key/check-mark';
import { TAG } from '../../../functions/core/names';
import type { KeyRecord, ManagedRecord, PlaceRecord, WitnessedRun } from './records';
import { PROMPT, SLACK } from './slack';
import type { Verdicts } from './verdicts';
import type { Witness } from './witness';

/** Says that a key was made Inactive too early, and why that was too early. */
type Early = (what: string) => void;

/** Judges what runs do to keys: K3, K4 and K5. */
export class KeyPromises {
  readonly #verdicts: Verdicts;
  readonly #witness: Witness;

  constructor(verdicts: Verdicts, witness: Witness) {
    this.#verdicts = verdicts;
    this.#witness = witness;
  }

  /** K3 and K5, when a run has made a key Inactive. */
  mayDeactivate(managed: ManagedRecord, key: KeyRecord, run: WitnessedRun): void {
    if (!this.#isOurs(managed, key, run)) return;
    if (this.#isRaced(managed, run)) {
      this.#wasToGo(managed, key);
      return;
    }
    this.#verdicts.counted('K3');
    const early: Early = (what) =>
      this.#verdicts.broken('K3', managed.id, `${run.process.name} made ${key.id} Inactive ${what}`);
    // One that has leaked waits for its successor alone, or for nothing at all.
    if (key.leak?.firstAt !== undefined) return;
    const current = this.#witness.currentKey(managed);
    if (current === undefined) {
      if (!this.#mayMakeRoom(managed, key)) early('although nothing replaces it');
      return;
    }
    if (key.id === current) {
      this.#mayGo(managed, key, early);
      return;
    }
    const successor = this.#witness.keys.get(current);
    if (successor !== undefined && successor.user !== key.user) {
      // The key has another user since: what that one had before is as at adoption, and nothing replaces it yet.
      if (!this.#makesRoomWhileIdle(managed, key)) early(`although its user ${key.user} has no key of ours yet`);
      return;
    }
    if (successor?.status !== 'Active') {
      early(`although its successor ${current} is dead`);
      return;
    }
    if (key.leak === undefined) this.#mayRetire(managed, key, successor, early);
    else this.#mayDisable(managed, successor, early);
  }

  /** A deployment that keeps it came in the seconds in which it went: a new one is made at once. */
  #wasToGo(managed: ManagedRecord, key: KeyRecord): void {
    const [said] = this.#witness.tags(managed).get(TAG.replaced)?.split(' ') ?? [];
    if (said === key.id && this.#witness.currentKey(managed) === key.id) key.isReplaced = true;
  }

  /** The current one, for good: nobody has used it for the days of its entry, and each role was used since. */
  #mayGo(managed: ManagedRecord, key: KeyRecord, early: Early): void {
    const { replacedBy } = managed.entry;
    if (replacedBy === undefined) {
      early('although it is current');
      return;
    }
    const used = Math.max(key.createdAt, this.#witness.lastUse(key.id) ?? 0);
    if (used + replacedBy.idleFor * DAY > this.#verdicts.now() + SLACK) early('while it was in use');
    for (const role of replacedBy.roles) {
      if ((this.#witness.lastUseOfRole(role) ?? 0) <= used) early(`although ${role} was not used since`);
    }
    for (const other of this.#witness.keysOf(key.user)) {
      if (other === key || other.status !== 'Active' || this.#witness.isForeign(other, managed)) continue;
      early(`although ${other.id} is still there`);
    }
    key.isReplaced = true;
  }

  /** At the end of its time, and idle. */
  #mayRetire(managed: ManagedRecord, key: KeyRecord, successor: KeyRecord, early: Early): void {
    const { idleFor, holdLimit } = managed.entry.policy;
    const now = this.#verdicts.now();
    const due = this.#due(managed, key, successor, early);
    const use = this.#witness.lastUse(key.id);
    const isHeld = use !== undefined && use > now - idleFor * DAY + SLACK;
    if (isHeld && now < due + holdLimit * DAY - SLACK) early('while it was in use');
  }

  /** A key that has leaked goes as soon as its successor is everywhere. */
  #mayDisable(managed: ManagedRecord, successor: KeyRecord, early: Early): void {
    for (const place of managed.places) {
      if (place.isGone || this.#isByHand(managed, place, successor)) continue;
      if (place.idOf !== successor || place.secretOf !== successor)
        early(`although it leaked, and ${place.name} has no successor yet`);
    }
  }

  /** Nothing was stored yet: a forgotten key makes room for the first one. */
  #mayMakeRoom(managed: ManagedRecord, key: KeyRecord): boolean {
    const isEdited = this.#witness.currentVersion(managed) !== undefined;
    return isEdited || this.#makesRoomWhileIdle(managed, key);
  }

  /** The configuration says so, and nobody has used it for as long as a key is kept. */
  #makesRoomWhileIdle({ entry }: ManagedRecord, key: KeyRecord): boolean {
    const idleSince = Math.max(key.createdAt, this.#witness.lastUse(key.id) ?? 0);
    const isIdle = idleSince + entry.policy.deactivateAfter * DAY <= this.#verdicts.now() + SLACK;
    return entry.adopt === 'replace-idle' && isIdle;
  }

  /** When the key's time was over: by its own age, and by the overlap at every place. */
  #due(managed: ManagedRecord, key: KeyRecord, successor: KeyRecord, early: Early): number {
    const { policy } = managed.entry;
    const now = this.#verdicts.now();
    const overlap = (policy.deactivateAfter - policy.rotateAfter) * DAY;
    // A key that was young when it was superseded retires early enough to be gone before its successor is due.
    const room = policy.rotateAfter - 1 - (policy.deleteAfter - policy.deactivateAfter) - policy.holdLimit;
    let due = Math.min(key.createdAt + policy.deactivateAfter * DAY, successor.createdAt + room * DAY);
    if (due > now + SLACK) early('before its age');
    for (const place of managed.places) {
      if (place.isGone || this.#isByHand(managed, place, successor)) continue;
      if (place.idOf !== successor || place.secretOf !== successor) {
        early(`although ${place.name} has no successor yet`);
        continue;
      }
      if (managed.unrecorded.has(successor.id)) continue;
      if (now - place.since < overlap - PROMPT - SLACK) early(`before the overlap at ${place.name} had passed`);
      due = Math.max(due, place.since + overlap - PROMPT);
    }
    return due;
  }

  /** A person has called it delivered, or has changed it at the host. */
  #isByHand({ markedByHand }: ManagedRecord, { isTampered, since }: PlaceRecord, { id }: KeyRecord): boolean {
    // Somebody looks at every place within the day before a deactivation.
    const isFresh = this.#verdicts.now() - since < CHECK_COUNTS + SLACK;
    if (markedByHand.has(id)) this.#verdicts.allowed.forgedMarks += 1;
    else if (isTampered && isFresh) this.#verdicts.allowed.hostEdits += 1;
    else return false;
    return true;
  }

  /** K4 and K5, when a run has deleted a key. */
  mayDelete(managed: ManagedRecord, key: KeyRecord, run: WitnessedRun): void {
    // A key that a run made and never stored was never handed to anybody.
    if (key.origin === 'run' && !key.isStored) return;
    if (!this.#isOurs(managed, key, run)) return;
    if (this.#isRaced(managed, run)) return;
    this.#verdicts.counted('K4');
    const { policy } = managed.entry;
    const recovery = (policy.deleteAfter - policy.deactivateAfter) * DAY;
    const before = key.changes.at(-2);
    if (before?.status !== 'Inactive') {
      this.#verdicts.broken('K4', managed.id, `${run.process.name} deleted ${key.id}, which was Active`);
    } else if (this.#verdicts.now() - this.#inactiveSince(key) < recovery - SLACK) {
      const said = managed.saidInactive.get(key.id);
      if (said !== undefined && this.#verdicts.now() - said >= recovery - SLACK) {
        this.#verdicts.allowed.forgedDates += 1;
        return;
      }
      this.#verdicts.broken('K4', managed.id, `${run.process.name} deleted ${key.id} before its recovery had passed`);
    }
  }

  /** An Active spell of less than a day and a bit may fall between two runs, and IAM keeps no record of it. */
  #inactiveSince(key: KeyRecord): number {
    let since = key.changes.at(-2)?.at ?? key.createdAt;
    for (let index = key.changes.length - 2; index >= 2; index -= 2) {
      const [off, on] = [key.changes[index], key.changes[index - 1]];
      const before = key.changes[index - 2];
      if (off?.status !== 'Inactive' || on?.status !== 'Active' || before?.status !== 'Inactive') break;
      if (off.at - on.at > 26 * HOUR) break;
      this.#verdicts.allowed.races += 1;
      since = before.at;
    }
    return since;
  }

  #isOurs(managed: ManagedRecord, key: KeyRecord, run: WitnessedRun): boolean {
    this.#verdicts.counted('K5');
    // A user that the key had when the run began, too.
    const users = managed.touchedAt < run.process.startedAt ? [managed.user] : [managed.user, ...managed.formerUsers];
    if (users.includes(key.user) && !this.#witness.isForeign(key, managed)) return true;
    this.#verdicts.broken(
      'K5',
      managed.id,
      `${run.process.name} changed ${key.id}, which a person made for ${key.user}`,
    );
    return false;
  }

  /** A person, or a change of the configuration, overtook the run between its look and its deed. */
  #isRaced(managed: ManagedRecord, run: WitnessedRun): boolean {
    if (managed.touchedAt < run.process.startedAt) return false;
    this.#verdicts.allowed.races += 1;
    return true;
  }
}
