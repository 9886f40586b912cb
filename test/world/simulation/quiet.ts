import type { ManagedRecord } from '../../../cli/rehearsal/witness/records';
import { parseCredentialReport } from '../../../functions/aws/credential-report';
import { DAY, MINUTE, SECOND } from '../../../functions/core/duration';
import type { CredentialReport } from '../../../functions/core/key/access-key';
import { formerUsers } from '../../../functions/core/key/key-user';
import { stuckKeys } from '../../../functions/core/lifecycle/breaker';
import { broughtForward, upcomingRotations } from '../../../functions/core/lifecycle/bring-forward';
import { userSpelling } from '../../../functions/core/lifecycle/user-spelling';
import {
  worthDeactivationLook,
  worthDeletionLook,
  worthRotationLook,
} from '../../../functions/core/lifecycle/worth-a-look';
import { DEFAULT_MAX_ROTATIONS, type FunctionName } from '../../../functions/core/names';
import { AwsError } from '../../../local/account/aws-error';
import { type Began, Looks } from './looks';
import type { PortCall } from './port-call';
import type { RunRecord } from './run-record';
import type { Fate } from './strikes';
import type { World } from './world';

/** The longest that a run takes that finds nothing: nothing else may happen in that time. */
const RUN_TAKES = 5 * MINUTE;
/** After so long a run looks again at everything by itself. */
const COUNTS = 7 * DAY;

/** The last run of a function that nothing disturbed and that found nothing but what concerns single keys. */
interface Ran {
  readonly at: number;
  /** How many keys were managed. */
  readonly keys: number;
}

/** What a run asks for that has nothing to do: about single keys too, when their targets are looked at. */
type Asked = 'idle' | 'look';
const NO_KEYS: ReadonlySet<string> = new Set();

/**
 * Which runs need not happen, because they would find nothing to do or exactly what the last one found. The planners
 * themselves say whether there is something to do, from what the run would read; what a host shows of a key is what it
 * showed at the last look as long as nothing was written that concerns the key. Nothing is passed over while a fault may
 * meet one of the calls that such a run makes, or while anything else happens meanwhile.
 */
export class Quiet {
  readonly #world: World;
  readonly #strikes: Fate;
  readonly #looks: Looks;
  readonly #ran = new Map<FunctionName, Ran>();
  /** What undisturbed runs of a function ask for that find nothing to do; those that look at targets apart. */
  readonly #calls = new Map<`${FunctionName} ${Asked}`, Map<string, PortCall>>();

  constructor(world: World, strikes: Fate) {
    this.#world = world;
    this.#strikes = strikes;
    this.#looks = new Looks(world);
  }

  began(): Began {
    const { witness } = this.#world;
    return new Map([...witness.managed.keys()].map((id) => [id, this.#world.shownVersionOf(id)]));
  }

  /** A scheduled run has come to its end. */
  ended(name: FunctionName, record: RunRecord, began: Began): void {
    const { audits, process, hasFailure, hasLostRecord } = record;
    const { managed } = this.#world.witness;
    const saysMore = audits.some(
      ({ event, key }) => !/^run-/.test(event) && managed.get(key ?? '')?.isManaged !== true,
    );
    if (hasFailure || hasLostRecord || isHit(record) || saysMore) {
      this.#ran.delete(name);
      return;
    }
    this.#ran.set(name, { at: process.startedAt, keys: this.#managed().length });
    this.#learn(name, record);
    this.#looks.ended(record, began);
  }

  /** Whether a scheduled run need not happen. What it would have written all the same is written. */
  passes(name: FunctionName): boolean {
    if (!this.#isUndisturbed(name)) return false;
    if (name === 'sync') return this.#passesSync();
    return name === 'rotate' ? this.#passesRotation() : this.#passesRetirement(name);
  }

  /**
   * Nothing is to be delivered or looked at. Keys whose targets are as they were when they were last looked at are marked
   * as looked at, and the run may be left with the others.
   */
  #passesSync(): boolean {
    const all = this.#managed();
    const now = this.#now();
    const asked = all.filter((managed) => !this.#looks.isIdle(managed, now));
    if (this.#ran.get('sync')?.keys !== all.length || !this.#arePlain(asked)) return false;
    const read = asked.map((managed) => ({ managed, secret: this.#world.witness.stateOf(managed) }));
    const isIdle = read.every(({ managed, secret }) => this.#looks.isDelivered(managed, secret, now));
    const due = read.flatMap(({ managed, secret }) => {
      const check = isIdle ? this.#looks.due(managed, secret, now) : undefined;
      return check === undefined ? [] : [{ managed, secret, check }];
    });
    // Hours in which nothing is due ask no host.
    const keys = new Set(due.map(({ managed: { id } }) => id));
    if (!isIdle || (due.length > 0 && this.#mayMeet('sync', 'look', keys))) return false;
    const asLooked = due.filter(({ managed, secret, check }) => this.#looks.isAsLooked(managed, secret, check));
    for (const { managed, check } of asLooked) this.#looks.mark(managed, check, now);
    return asLooked.length === due.length;
  }

  /** No key is worth a look, and none is brought forward. */
  #passesRotation(): boolean {
    const all = this.#allRead('rotate');
    const now = new Date(this.#now());
    if (all === undefined || this.#strikes.isOn('rotation-cap') !== undefined) return false;
    if (all.some((one) => formerUsers(one.secret).length > 0 || worthRotationLook(one, undefined, now))) return false;
    if (stuckKeys(all, now).length > 0) return false;
    const report = this.#report() ?? this.#reportOfNow();
    if (all.some((one) => worthRotationLook(one, report, now) || userSpelling(one.entry, report).length > 0))
      return false;
    const upcoming = upcomingRotations(all, report, NO_KEYS, now);
    if (broughtForward(upcoming, { now, limit: DEFAULT_MAX_ROTATIONS }).size > 0) return false;
    // The runs after it read the report that this one has made.
    this.#world.account.iam.credentialReport.generate();
    return true;
  }

  /** No key is worth a look. */
  #passesRetirement(name: 'deactivate' | 'delete'): boolean {
    const all = this.#allRead(name);
    const report = all && this.#report();
    if (report === undefined) return false;
    const isWorth = name === 'deactivate' ? worthDeactivationLook : worthDeletionLook;
    const now = new Date(this.#now());
    return all?.every((one) => !isWorth(one, report, now)) === true;
  }

  #managed(): readonly ManagedRecord[] {
    return [...this.#world.witness.managed.values()].filter(({ isManaged }) => isManaged);
  }

  /** What a run would read of all keys; undefined where it might find more than that. */
  #allRead(name: FunctionName) {
    const all = this.#managed();
    if (this.#ran.get(name)?.keys !== all.length || !this.#arePlain(all)) return undefined;
    return all.map((managed) => ({ entry: managed.entry, secret: this.#world.witness.stateOf(managed) }));
  }

  /** What a run of now takes for the time. */
  #now(): number {
    return this.#world.now() + this.#strikes.skew();
  }

  #isUndisturbed(name: FunctionName): boolean {
    const world = this.#world;
    const ran = this.#ran.get(name);
    // The first run of a month makes the stream of its function in the audit record.
    if (ran === undefined || world.now() - ran.at >= COUNTS || monthOf(ran.at) !== monthOf(world.now())) return false;
    if (world.runs.size > 0 || !world.loop.isClear(world.now() + RUN_TAKES)) return false;
    return !this.#mayMeet(name, 'idle', NO_KEYS);
  }

  /** What such runs ask for, from those that did nothing but read, or look and mark that they have looked. */
  #learn(name: FunctionName, { calls, changes }: RunRecord): void {
    if (changes.some(({ audits }) => !audits.includes('check-recorded'))) return;
    for (const asked of ['idle', 'look'] as const) {
      const known = this.#calls.get(`${name} ${asked}`) ?? new Map<string, PortCall>();
      this.#calls.set(`${name} ${asked}`, known);
      for (const [what, call] of calls) if (asked === 'look' || !isAboutAKey(call)) known.set(what, call);
    }
  }

  /** As long as no such run was seen, whatever is on may meet one. */
  #mayMeet(name: FunctionName, asked: Asked, keys: ReadonlySet<string>): boolean {
    const calls = this.#calls.get(`${name} ${asked}`);
    return calls === undefined || this.#strikes.mayMeet(name, calls.values(), keys);
  }

  /** Their entries are there as they were deployed, and their secrets; nobody waits for a repair, or shares a user. */
  #arePlain(all: readonly ManagedRecord[]): boolean {
    const { witness } = this.#world;
    return all.every((managed) => {
      if (managed.brokenAt !== undefined || !witness.hasSecret(managed)) return false;
      return witness.byUser.get(managed.user) === managed && witness.hasDeployedEntry(managed);
    });
  }

  /** The credential report that a run of now would have made. */
  #reportOfNow(): CredentialReport {
    const now = Math.floor(this.#world.now() / SECOND) * SECOND;
    return parseCredentialReport(this.#world.account.iam.credentialReport.csv(), new Date(now));
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

function monthOf(instant: number): number {
  return new Date(instant).getUTCMonth();
}

/** A call that is made only where a key, or its targets, are looked at. */
function isAboutAKey({ service, action }: PortCall): boolean {
  return service === 'bitbucket' || /^(DescribeSecret|GetResourcePolicy|GetSecretValue|ListAccessKeys)$/.test(action);
}

/** A call that was only slow has changed nothing. */
function isHit({ struckBy }: RunRecord): boolean {
  return [...struckBy].some((kind) => kind !== 'delay');
}
