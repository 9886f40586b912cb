import type { AuditEvent } from '../../functions/core/audit';
import { DAY, HOUR, MINUTE, SECOND } from '../../functions/core/duration';
import { TAG } from '../../functions/core/names';
import { deliveredLabel } from '../../functions/core/secret-state';
import { targetSetDigest } from '../../functions/core/target';
import type { Account } from '../../local/account/account';
import { PROMISES, type PromiseName } from './promise-names';
import type { SimProcess } from './sim-process';
import type { Actor, KeyRecord, ManagedRecord, PlaceRecord, Witness } from './witness';

/** A promise that did not hold. */
export interface Violation {
  readonly promise: PromiseName;
  readonly at: number;
  readonly key: string | undefined;
  readonly message: string;
}

/** What is allowed, and counted. */
export interface Allowances {
  /** Looks at a place while a delivery had written one half of a pair. */
  tornReads: number;
  /** Longest time that a pair was torn by a delivery that was cut short, in milliseconds. */
  longestTorn: number;
  /** Deliveries that were cut short between the two halves. */
  tornPairs: number;
  /** Logins that failed because a person had killed the key, before it was repaired. */
  byHand: number;
  /** Decisions of a run that a person overtook. */
  races: number;
  /** Keys that people made during a rotation that was cut short, and that were deleted as its leftovers. */
  takenForOrphans: number;
}

/** Age is counted in whole seconds, clocks may be minutes off, and a run takes minutes. */
const SLACK = 15 * MINUTE;
/** A delivery is prompt within this time, and the overlap counts from the key's creation then. */
const PROMPT = HOUR;

/** What a run did and saw, as far as promises are about it. */
export interface RunRecord {
  readonly process: SimProcess;
  /** When a key last authenticated in this run. */
  readonly proofs: Map<string, number>;
  /** Changes that took effect: action, key or version, and whether the run was told. */
  readonly changes: { readonly audits: readonly string[]; readonly about: string; isAnswered: boolean }[];
  readonly audits: AuditEvent[];
  hitKeyLimit: boolean;
  hasFailure: boolean;
}

/** A delivery that a later one has overtaken notices it at its end, takes the mark back and delivers again. */
function isAtWork({ writer }: PlaceRecord): boolean {
  return writer !== undefined && !writer.isDead && !writer.isFinished;
}

/** Who made a key stop working; what happens to a dead key after that does no more harm. */
function killerOf({ changes }: KeyRecord): Actor | undefined {
  return changes[changes.findLastIndex(({ status }) => status === 'Active') + 1]?.by;
}

/** Judges K1 to K11 by what the witness sees. Every check says what it found, in words. */
export class Promises {
  readonly violations: Violation[] = [];
  readonly checks = new Map<PromiseName, number>(PROMISES.map((promise) => [promise, 0]));
  readonly allowed: Allowances = {
    tornReads: 0,
    longestTorn: 0,
    tornPairs: 0,
    byHand: 0,
    races: 0,
    takenForOrphans: 0,
  };

  constructor(
    private readonly witness: Witness,
    private readonly account: Account,
    private readonly now: () => number,
  ) {}

  broken(promise: PromiseName, key: string | undefined, message: string): void {
    this.violations.push({ promise, at: this.now(), key, message });
  }

  counted(promise: PromiseName): void {
    this.checks.set(promise, (this.checks.get(promise) ?? 0) + 1);
  }

  /** K1, whenever a key or a place of a managed key has changed. */
  holdsLive(managed: ManagedRecord): void {
    if (!managed.isManaged) return;
    for (const place of managed.places) {
      if (!place.isArmed || place.isGone) continue;
      this.counted('K1');
      const { idOf, secretOf } = place;
      if (place.isBundleArmed && place.bundleOf !== undefined) this.isLive(managed, place, place.bundleOf, 'bundle');
      if (idOf !== undefined && idOf === secretOf) this.isLive(managed, place, idOf, 'pair');
      else if (this.isMarkedDelivered(managed) && !isAtWork(place)) {
        this.broken('K1', managed.id, `${place.name} holds a torn pair although the version is marked delivered`);
      }
    }
  }

  private isLive(managed: ManagedRecord, place: PlaceRecord, key: KeyRecord, what: string): void {
    if (key.status === 'Active') return;
    if (killerOf(key) === 'person') return;
    this.broken('K1', managed.id, `${place.name} holds a ${what} whose key ${key.id} a run made ${key.status}`);
  }

  /** Whether the version that is current carries the mark of today's targets. */
  isMarkedDelivered(managed: ManagedRecord): boolean {
    const labels = this.witness.labels(managed);
    const current = Object.values(labels).find((some) => some.includes('AWSCURRENT'));
    const { targets, connections } = managed.entry;
    return current?.includes(deliveredLabel(targetSetDigest(targets, connections))) === true;
  }

  /** K2, whenever a run has given a place another key. */
  isProved(
    managed: ManagedRecord,
    place: PlaceRecord,
    given: readonly (KeyRecord | undefined)[],
    run: RunRecord,
  ): void {
    for (const key of given) {
      if (key === undefined) continue;
      this.counted('K2');
      const proof = run.proofs.get(key.id);
      if (key.user !== managed.user) {
        this.broken('K2', managed.id, `${place.name} was given the key ${key.id} of ${key.user}`);
      } else if (proof === undefined || this.now() - proof > SLACK) {
        this.broken('K2', managed.id, `${run.process.name} delivered ${key.id} to ${place.name} without a proof`);
      }
    }
  }

  /** K3 and K5, when a run has made a key Inactive. */
  mayDeactivate(managed: ManagedRecord, key: KeyRecord, run: RunRecord): void {
    if (!this.isOurs(managed, key, run)) return;
    if (this.isRaced(managed, run)) return;
    this.counted('K3');
    const { policy } = managed.entry;
    const now = this.now();
    const early = (what: string) =>
      this.broken('K3', managed.id, `${run.process.name} made ${key.id} Inactive ${what}`);
    const current = this.witness.currentKey(managed);
    if (current === undefined) {
      const use = this.visibleUse(key.id);
      const idleSince = Math.max(key.createdAt, use ?? 0);
      const isIdle = idleSince + policy.deactivateAfter * DAY <= now + SLACK;
      const isEdited = this.witness.currentVersion(managed) !== undefined;
      if (!isEdited && (managed.entry.adopt !== 'replace-idle' || !isIdle)) early('although nothing replaces it');
      return;
    }
    if (key.id === current) early('although it is current');
    const successor = this.witness.keys.get(current);
    if (successor?.status !== 'Active') {
      early(`although its successor ${current} is dead`);
      return;
    }
    const overlap = (policy.deactivateAfter - policy.rotateAfter) * DAY;
    // A key that was young when it was superseded retires early enough to be gone before its successor is due.
    const room = policy.rotateAfter - 1 - (policy.deleteAfter - policy.deactivateAfter) - policy.holdLimit;
    let due = Math.min(key.createdAt + policy.deactivateAfter * DAY, successor.createdAt + room * DAY);
    if (due > now + SLACK) early('before its age');
    for (const place of managed.places) {
      if (place.isGone) continue;
      if (place.idOf !== successor || place.secretOf !== successor) {
        early(`although ${place.name} has no successor yet`);
        continue;
      }
      if (managed.unrecorded.has(current)) continue;
      if (now - place.since < overlap - PROMPT - SLACK) early(`before the overlap at ${place.name} had passed`);
      due = Math.max(due, place.since + overlap - PROMPT);
    }
    const use = this.visibleUse(key.id);
    const isHeld = use !== undefined && use > now - policy.idleFor * DAY + SLACK;
    if (isHeld && now < due + policy.holdLimit * DAY - SLACK) early('while it was in use');
  }

  /** K4 and K5, when a run has deleted a key. */
  mayDelete(managed: ManagedRecord, key: KeyRecord, run: RunRecord): void {
    // A key that a run made and never stored was never handed to anybody.
    if (key.origin === 'run' && !key.isStored) return;
    if (!this.isOurs(managed, key, run)) return;
    if (this.isRaced(managed, run)) return;
    this.counted('K4');
    const { policy } = managed.entry;
    const recovery = (policy.deleteAfter - policy.deactivateAfter) * DAY;
    const before = key.changes.at(-2);
    if (before?.status !== 'Inactive') {
      this.broken('K4', managed.id, `${run.process.name} deleted ${key.id}, which was Active`);
    } else if (this.now() - this.inactiveSince(key) < recovery - SLACK) {
      this.broken('K4', managed.id, `${run.process.name} deleted ${key.id} before its recovery had passed`);
    }
  }

  /** An Active spell of less than a day and a bit may fall between two runs, and IAM keeps no record of it. */
  private inactiveSince(key: KeyRecord): number {
    let since = key.changes.at(-2)?.at ?? key.createdAt;
    for (let index = key.changes.length - 2; index >= 2; index -= 2) {
      const [off, on] = [key.changes[index], key.changes[index - 1]];
      const before = key.changes[index - 2];
      if (off?.status !== 'Inactive' || on?.status !== 'Active' || before?.status !== 'Inactive') break;
      if (off.at - on.at > 26 * HOUR) break;
      this.allowed.races += 1;
      since = before.at;
    }
    return since;
  }

  private isOurs(managed: ManagedRecord, key: KeyRecord, run: RunRecord): boolean {
    this.counted('K5');
    if (key.user === managed.user && !this.witness.isForeign(key, managed)) return true;
    if (this.isTakenForAnOrphan(managed, key)) {
      this.allowed.takenForOrphans += 1;
      return false;
    }
    this.broken('K5', managed.id, `${run.process.name} changed ${key.id}, which a person made for ${key.user}`);
    return false;
  }

  /**
   * Made by hand in the minutes of a rotation that was cut short, and not used since: DESIGN's rule for what a crashed run
   * left behind cannot tell such a key from one.
   */
  private isTakenForAnOrphan(managed: ManagedRecord, key: KeyRecord): boolean {
    if (!this.witness.hasOpenIntent(managed)) return false;
    const intent = this.witness.tags(managed).get(TAG.intent);
    const age = key.createdAt - Date.parse(intent?.split(' ')[0] ?? '');
    return age > -10 * MINUTE && age < 20 * MINUTE;
  }

  /** A person, or a change of the configuration, overtook the run between its look and its deed. */
  private isRaced(managed: ManagedRecord, run: RunRecord): boolean {
    if (managed.touchedAt < run.process.startedAt) return false;
    this.allowed.races += 1;
    return true;
  }

  private visibleUse(keyId: string): number | undefined {
    try {
      return this.account.iam.accessKeys.lastUse(this.account.iam.accessKeys.find(keyId))?.at;
    } catch {
      return undefined;
    }
  }

  /** K6: nothing that is written anywhere holds a secret. */
  isClean(text: string, where: string): void {
    this.counted('K6');
    for (const [candidate] of text.matchAll(/[A-Za-z0-9+/]{40}/g)) {
      const key = this.witness.bySecret.get(candidate);
      if (key !== undefined) this.broken('K6', undefined, `${where} holds the secret of ${key.id}`);
    }
  }

  /** K7, K10 and K11, when a run has ended. */
  isAccountedFor(run: RunRecord): void {
    const { process, changes, audits } = run;
    this.counted('K7');
    const has = (names: readonly string[], about: string) =>
      audits.some(
        ({ event, accessKeyId, version, key }) =>
          names.includes(event) && (accessKeyId === about || version === about || key === about),
      );
    for (const change of changes) {
      if (change.isAnswered && change.audits.length > 0 && !has(change.audits, change.about)) {
        this.broken('K7', undefined, `${process.name} changed ${change.about} without ${change.audits.join(' or ')}`);
      }
    }
    for (const event of ['run-started', 'run-finished'] as const) {
      if (!audits.some((audit) => audit.event === event)) {
        this.broken('K7', undefined, `${process.name} ended without ${event}`);
      }
    }
    for (const { event, accessKeyId } of audits) {
      if (!/^key-(created|deactivated|deleted|discarded)$/.test(event)) continue;
      // A key that another run has deleted meanwhile counts as deleted.
      const isGone = this.witness.keys.get(accessKeyId ?? '')?.status === 'Deleted' && /^key-d(eleted|isc)/.test(event);
      if (!isGone && !changes.some((change) => change.about === accessKeyId && change.audits.includes(event))) {
        this.broken('K7', undefined, `${process.name} tells of ${event} ${accessKeyId}, which did not happen`);
      }
    }
    this.counted('K10');
    const codes = audits.flatMap(({ event, reason }) => (event === 'finding' ? [reason] : []));
    if (run.hitKeyLimit && !codes.includes('two-keys')) {
      this.broken('K10', undefined, `${process.name} met the limit of two keys and did not say what to do`);
    }
    const crash = audits.find(({ code }) => code === 'unexpected');
    if (crash !== undefined) this.broken('K10', crash.key, `${process.name} crashed: ${crash.message}`);
  }

  /** A pipeline uses what it read. */
  login(managed: ManagedRecord, place: string, key: KeyRecord, readAt: number, error: string): void {
    if (killerOf(key) === 'person') {
      this.allowed.byHand += 1;
      return;
    }
    const minutes = Math.round((this.now() - readAt) / MINUTE);
    this.broken(
      'K1',
      managed.id,
      `a pipeline of ${place} failed with ${key.id} (${error}), read ${minutes} minutes ago`,
    );
  }

  tornFor(milliseconds: number): void {
    this.allowed.tornPairs += milliseconds > 5 * SECOND ? 1 : 0;
    this.allowed.longestTorn = Math.max(this.allowed.longestTorn, milliseconds);
  }
}
