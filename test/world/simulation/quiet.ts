import type { ManagedRecord } from '../../../cli/rehearsal/witness/records';
import { parseCredentialReport } from '../../../functions/aws/credential-report';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/duration';
import type { CredentialReport } from '../../../functions/core/key/access-key';
import { checkTags } from '../../../functions/core/key/check-mark';
import type { SecretState } from '../../../functions/core/key/secret-state';
import { CHECK_EVERY, CHECK_EVERY_AROUND_RETIREMENT, planCheck } from '../../../functions/core/lifecycle/plan-check';
import { planDelivery } from '../../../functions/core/lifecycle/plan-delivery';
import type { Check } from '../../../functions/core/lifecycle/steps';
import { worthDeactivationLook, worthDeletionLook } from '../../../functions/core/lifecycle/worth-a-look';
import { type FunctionName, secretName } from '../../../functions/core/names';
import { AwsError } from '../../../local/account/aws-error';
import type { PortCall } from './port-call';
import type { RunRecord } from './run-record';
import type { Fate } from './strikes';
import type { World } from './world';

/** The longest that a run takes that finds nothing: nothing else may happen in that time. */
const RUN_TAKES = 5 * MINUTE;
/** After so long a run looks again at everything by itself. */
const COUNTS = 2 * DAY;
/** The same for what a host shows of one key. */
const LOOK_COUNTS = 10 * DAY;
/** What a planner says of a secret and an entry that stay the same, but for dates that people write into tags. */
const PLAN_COUNTS = 6 * HOUR;

/** How often anything about each key had been written when a run began. */
export type Began = ReadonlyMap<string, number>;

/** The last run of a function that nothing disturbed and that found nothing but what concerns single keys. */
interface Ran {
  readonly at: number;
  /** How many keys were managed. */
  readonly keys: number;
}

/** A secret and an entry about which there is nothing to do until an instant, as long as they stay the same. */
interface Idle {
  readonly secret: SecretState;
  readonly entry: ManagedRecord['entry'];
  readonly until: number;
}

/**
 * Which runs need not happen, because they would find nothing to do or exactly what the last one found. The planners
 * themselves say whether there is something to do, from what the run would read; what a host shows of a key is what it
 * showed at the last look as long as nothing was written that concerns the key. Nothing is passed over while a fault may
 * meet one of the calls that such a run makes, or while anything else happens meanwhile.
 */
export class Quiet {
  readonly #world: World;
  readonly #strikes: Fate;
  readonly #ran = new Map<FunctionName, Ran>();
  /** What undisturbed runs of a function ask for, and the one thing that a run writes that finds nothing. */
  readonly #calls = new Map<FunctionName, Map<string, PortCall>>();
  /** When a run last looked at all targets of a key and found them as they should be, and at which version of it. */
  readonly #looked = new Map<string, { readonly version: number; readonly at: number }>();
  /** The secret as the last look has marked it. */
  readonly #marked = new Map<string, { readonly secret: SecretState; readonly at: number }>();
  readonly #delivered = new Map<string, Idle>();
  readonly #asleep = new Map<string, Idle>();
  /** There is nothing to do for any key until an instant, as long as nothing is written. */
  #idle = { writes: -1, until: 0 };

  constructor(world: World, strikes: Fate) {
    this.#world = world;
    this.#strikes = strikes;
  }

  began(): Began {
    const { witness } = this.#world;
    return new Map([...witness.managed.keys()].map((id) => [id, this.#world.versionOf(id)]));
  }

  /** A scheduled run has come to its end. */
  ended(name: FunctionName, { audits, calls, process, ...record }: RunRecord, began: Began): void {
    const saysMore = audits.some(({ event, key }) => key === undefined && !/^run-/.test(event));
    if (record.hasFailure || record.isStruck || record.hasLostRecord || saysMore) {
      this.#ran.delete(name);
      return;
    }
    this.#ran.set(name, { at: process.startedAt, keys: this.#managed().length });
    const known = this.#calls.get(name) ?? new Map<string, PortCall>();
    this.#calls.set(name, known);
    for (const [what, call] of calls) if (!call.mutates || call.action === 'TagResource') known.set(what, call);
    for (const { event, key = '' } of audits) {
      const managed = this.#world.witness.managed.get(key);
      const version = began.get(key);
      if (event !== 'check-recorded' || managed === undefined || version !== this.#world.versionOf(key)) continue;
      this.#looked.set(key, { version, at: process.startedAt });
      this.#marked.set(key, { secret: this.#world.witness.stateOf(managed), at: process.startedAt });
    }
  }

  /**
   * Whether the hourly run need not happen. Keys whose targets are as they were when they were last looked at are marked
   * as looked at, as that run would have done, and it may be left with the others.
   */
  passesSync(): boolean {
    if (!this.#isUndisturbed('sync')) return false;
    if (this.#idle.writes === this.#world.writes && this.#now() < this.#idle.until) return true;
    const all = this.#managed();
    if (!this.#arePlain('sync', all)) return false;
    const isIdle = all.every((managed) => this.#isDelivered(managed));
    const due = all.flatMap((managed) => {
      const check = this.#checkDue(managed);
      return check === undefined ? [] : [{ managed, check }];
    });
    // Hours in which nothing is due ask no host.
    if (due.length > 0 && this.#mayMeet('sync', isOfLook)) return false;
    const asLooked = due.filter(({ managed, check }) => check.known !== undefined && this.#isAsLooked(managed));
    for (const { managed, check } of asLooked) this.#mark(managed, check);
    if (!isIdle || asLooked.length < due.length) return false;
    if (due.length === 0) this.#idle = { writes: this.#world.writes, until: this.#idleUntil(all) };
    return true;
  }

  /** Whether a daily run that retires keys need not happen: no key is worth a look. */
  passesRetirement(name: 'deactivate' | 'delete'): boolean {
    const all = this.#managed();
    if (!this.#isUndisturbed(name) || !this.#arePlain(name, all)) return false;
    const report = this.#report();
    if (report === undefined) return false;
    const isWorth = name === 'deactivate' ? worthDeactivationLook : worthDeletionLook;
    const now = new Date(this.#now());
    const { witness } = this.#world;
    return all.every((managed) => !isWorth({ entry: managed.entry, secret: witness.stateOf(managed) }, report, now));
  }

  #managed(): readonly ManagedRecord[] {
    return [...this.#world.witness.managed.values()].filter(({ isManaged }) => isManaged);
  }

  /** What a run of now takes for the time. */
  #now(): number {
    return this.#world.now() + this.#strikes.skew();
  }

  /** Until when there is nothing to do for any key, as long as nothing is written. */
  #idleUntil(all: readonly ManagedRecord[]): number {
    const ends = all.flatMap(({ id }) => [this.#delivered.get(id)?.until ?? 0, this.#asleep.get(id)?.until ?? 0]);
    return Math.min(...ends);
  }

  #isUndisturbed(name: FunctionName): boolean {
    const world = this.#world;
    if (world.now() - (this.#ran.get(name)?.at ?? Number.NEGATIVE_INFINITY) >= COUNTS) return false;
    if (world.runs.size > 0 || !world.loop.isClear(world.now() + RUN_TAKES)) return false;
    return !this.#mayMeet(name, (call) => !isOfLook(call));
  }

  #mayMeet(name: FunctionName, isMade: (call: PortCall) => boolean): boolean {
    const calls = [...(this.#calls.get(name)?.values() ?? [])];
    return this.#strikes.mayMeet(name, calls.filter(isMade));
  }

  #arePlain(name: FunctionName, all: readonly ManagedRecord[]): boolean {
    return this.#ran.get(name)?.keys === all.length && all.every((managed) => this.#isPlain(managed));
  }

  /** Its entry and its secret are there and can be read, nobody waits for a repair, and no other secret names its user. */
  #isPlain(managed: ManagedRecord): boolean {
    const { witness, restores } = this.#world;
    if (managed.brokenAt !== undefined || restores.isOpen(managed) || !witness.hasSecret(managed)) return false;
    return witness.byUser.get(managed.user) === managed;
  }

  #isDelivered(managed: ManagedRecord): boolean {
    const { entry, id } = managed;
    const secret = this.#world.witness.stateOf(managed);
    if (isIdle(this.#delivered.get(id), secret, entry, this.#world.now())) return true;
    const { deliver, removeFirst, removeAfter, findings } = planDelivery({ entry, secret, now: new Date(this.#now()) });
    if (deliver !== undefined || removeFirst.length + removeAfter.length + findings.length > 0) return false;
    this.#delivered.set(id, { secret, entry, until: this.#world.now() + PLAN_COUNTS });
    return true;
  }

  #isAsLooked({ id }: ManagedRecord): boolean {
    const looked = this.#looked.get(id);
    if (looked === undefined || this.#world.now() - looked.at >= LOOK_COUNTS) return false;
    return looked.version === this.#world.versionOf(id);
  }

  /**
   * A look is due 4 or 20 hours after the last one, the former for more than a day around a retirement. So a key that is
   * not due now and would not be at the end of the 20 hours is not due in between.
   */
  #checkDue(managed: ManagedRecord): Check | undefined {
    const { entry, id } = managed;
    const now = this.#now();
    const secret = this.#world.witness.stateOf(managed);
    if (isIdle(this.#asleep.get(id), secret, entry, now)) return undefined;
    const planned = (at: number) => planCheck({ entry, secret, now: new Date(at), drift: 'repair', isAsked: false });
    const check = planned(now);
    const marked = this.#marked.get(id);
    if (check !== undefined || marked?.secret !== secret) return check;
    const least = marked.at + CHECK_EVERY_AROUND_RETIREMENT;
    const end = marked.at + CHECK_EVERY;
    if (now < least) this.#asleep.set(id, { secret, entry, until: least });
    else if (now < end && planned(end - SECOND) === undefined) this.#asleep.set(id, { secret, entry, until: end });
    return undefined;
  }

  #mark(managed: ManagedRecord, { accessKeyId, digest, known }: Check): void {
    const at = this.#now() + SECOND;
    const tags = checkTags({ accessKeyId, digest, revisions: [...(known ?? [])] }, new Date(at));
    const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
    this.#world.act('run', 'secretsmanager', 'TagResource', { SecretId: secretName(managed.id), Tags });
    this.#world.writes += 1;
    this.#marked.set(managed.id, { secret: this.#world.witness.stateOf(managed), at });
  }

  /** The credential report that a run of now would read, where there is one. */
  #report(): CredentialReport | undefined {
    try {
      const { Content, GeneratedTime } = this.#world.account.iam.credentialReport.get();
      return parseCredentialReport(Content.toString('utf8'), GeneratedTime);
    } catch (error) {
      if (error instanceof AwsError) return undefined;
      throw error;
    }
  }
}

function isIdle(known: Idle | undefined, secret: SecretState, entry: ManagedRecord['entry'], now: number): boolean {
  return known?.secret === secret && known.entry === entry && now < known.until;
}

/** A call that is made only where the targets of a key are looked at. */
function isOfLook({ service, action }: PortCall): boolean {
  return service === 'bitbucket' || action === 'GetSecretValue' || action === 'TagResource';
}
