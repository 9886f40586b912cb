import { unevenSpread } from '../../../cli/rehearsal/faults/spread';
import type { Actor, ManagedRecord, PlaceRecord } from '../../../cli/rehearsal/witness/records';
import type { OnExposed } from '../../../functions/core/config/exposed';
import { DAY, HOUR, MINUTE } from '../../../functions/core/duration';
import { type FunctionName, TAG } from '../../../functions/core/names';
import { Account } from '../../../local/account/account';
import { AwsError } from '../../../local/account/aws-error';
import type { Principal, ServiceName } from '../../../local/account/principal';
import { Clock } from '../../../local/clock';
import { Bitbucket } from '../../../local/hosts/bitbucket/bitbucket';
import { seededRandom } from '../../../local/random';
import { Asks } from './asks';
import { Bus } from './bus';
import type { Disturbance } from './faults';
import { History } from './history';
import { Leaks } from './leaks';
import { Ledger } from './ledger';
import { Loop } from './loop';
import type { PortCall } from './port-call';
import { Promises } from './promises';
import { Reads } from './reads';
import { Repairs } from './repairs';
import { Restores } from './restores';
import { changeOf, type RunRecord } from './run-record';
import type { Cloud, Service } from './sdk';
import type { SimProcess } from './sim-process';
import { ReadingWitness } from './witness';

export interface WorldProps {
  readonly seed: number;
  readonly start: number;
  /** ms until a usual new key is known everywhere; 0 makes every key known at once. */
  readonly newKeyDelay: number;
  readonly lastUsedDelay: number;
  /** Requests an hour that Bitbucket takes of a token. @default 1000 */
  readonly hostRequests?: number | undefined;
  /** As the first histories were: without workspaces. @default false */
  readonly isFirst?: boolean;
  /** Some keys are delivered over a second host. @default false */
  readonly hasTwoHosts?: boolean;
  /** The environment Production of some keys hides the access key ID too. @default false */
  readonly hidesIds?: boolean;
  /** There is an event bus, and what comes to it is judged. @default false */
  readonly hasBus?: boolean;
}

/** CloudTrail says about five minutes on average; this is slower. */
const TRAIL_DELAY = 10 * MINUTE;
/** Of a report in a small account, in milliseconds. */
export const USUAL_REPORT_TIME = 1_500;
/** The functions' own. */
export const REGION = 'eu-west-1';
/** In place of a managed key. */
const EVERYONE = '';
const FUNCTION_ROLE = 'arn:aws:iam::111122223333:role/keyturn';

/** One AWS account and one Bitbucket on one loop, with everybody who watches them. */
export class World implements Cloud {
  readonly seed: number;
  readonly start: number;
  readonly loop: Loop;
  readonly account: Account;
  readonly bitbucket: Bitbucket;
  readonly admin: Principal;
  /** What the functions are. */
  readonly role: Principal;
  readonly reads: Reads;
  readonly witness: ReadingWitness;
  readonly promises: Promises;
  /** The audit record. */
  readonly ledger: Ledger;
  readonly history = new History();
  /** Those that are alive. */
  readonly runs = new Set<SimProcess>();
  /** Also of the dead, whose last requests may still arrive. */
  readonly records = new WeakMap<SimProcess, RunRecord>();
  /** Milliseconds from the start of a rotation's run until the key was marked delivered, for each first mark. */
  readonly handOvers: number[] = [];
  readonly #begun = new Map<string, number>();
  /** Writes to anything that decides what the functions do. */
  writes = 0;
  /** The same by managed key, and what concerns all of them. */
  readonly #versions = new Map<string, number>();
  /** Of these, what does not change what a look at targets finds. */
  readonly #besides = new Map<string, number>();
  calls = 0;
  readonly lastUsedDelay: number;
  /** What the connection's secret holds: an access token, or the ID of an OAuth consumer. */
  token = '';
  isOAuth = false;
  readonly isFirst: boolean;
  readonly hasTwoHosts: boolean;
  readonly hidesIds: boolean;
  /** In all histories but those that were drawn before there was one. */
  readonly bus: Bus | undefined;
  /** What makes the bus refuse some of each call's events. */
  closedBus: () => Disturbance | undefined = () => undefined;
  /** How long IAM takes for a credential report, in milliseconds. */
  reportTime: () => number = () => USUAL_REPORT_TIME;
  /** Since when keys are only observed. */
  readonly observedSince = new Map<ManagedRecord, number>();
  /** When the pipelines of keys that roles replace have moved to these. */
  readonly moved = new Map<ManagedRecord, number>();
  /** What operators ask for. */
  readonly asks: Asks;
  /** What is said of leaked keys. */
  readonly leaks: Leaks;
  /** What is deployed for keys that AWS says have leaked; undefined in histories without any. */
  onExposed: OnExposed | undefined;
  /** What Lambda does when it is asked to start a function. */
  onInvoked: (name: FunctionName, event: unknown) => void = () => undefined;
  readonly restores: Restores;
  readonly repairs: Repairs;
  readonly struck = new Map<string, number>();
  readonly #lists = new Map<string, { readonly keys: unknown; readonly until: number }>();
  readonly #listeners: ((event: object) => void)[] = [];

  constructor({
    seed,
    start,
    newKeyDelay,
    lastUsedDelay,
    hostRequests: rateLimit,
    isFirst = false,
    hasTwoHosts = false,
    hidesIds = false,
    hasBus = false,
  }: WorldProps) {
    const clock = new Clock(start);
    this.seed = seed;
    this.isFirst = isFirst;
    this.hasTwoHosts = hasTwoHosts;
    this.hidesIds = hidesIds;
    this.lastUsedDelay = lastUsedDelay;
    this.start = start;
    this.loop = new Loop(clock);
    this.account = new Account({
      clock,
      random: seededRandom(`${seed}/account`),
      newKeySpread: unevenSpread(seed, newKeyDelay, REGION),
      lastUsedDelay,
      credentialReportTime: () => this.reportTime(),
      trailDelay: TRAIL_DELAY,
    });
    this.bitbucket = new Bitbucket({ clock, random: seededRandom(`${seed}/bitbucket`), rateLimit });
    this.admin = this.account.authenticate(this.account.rootSession(), 'iam');
    const credentials = this.account.roleSession(FUNCTION_ROLE, 'function');
    this.role = this.account.authenticate(credentials, 'iam');
    this.reads = new Reads(this.account, this.admin);
    this.witness = new ReadingWitness(this.reads, this.account, this.bitbucket);
    this.promises = new Promises(this.witness, () => this.loop.now());
    this.asks = new Asks(this.promises, this.witness, () => this.loop.now());
    this.bus = hasBus ? new Bus() : undefined;
    this.leaks = new Leaks(this);
    this.ledger = new Ledger(this.promises.record, this.bus, (event) => this.leaks.recorded(event));
    this.restores = new Restores(this);
    this.repairs = new Repairs(this);
    this.account.onEvent((event) => {
      for (const listener of this.#listeners) listener(event);
    });
  }

  /** Hears of every place that a run has given another whole pair. */
  onGiven: (managed: ManagedRecord, place: PlaceRecord) => void = () => undefined;

  onEvent(listener: (event: object) => void): void {
    this.#listeners.push(listener);
  }

  now(): number {
    return this.loop.now();
  }

  note(key: string | undefined, text: string): void {
    this.history.note(this.now() - this.start, key, text);
  }

  /** Something was written that decides what the functions do. @param key whom it concerns; all when undefined */
  wrote(key: string | undefined): void {
    this.writes += 1;
    this.#versions.set(key ?? EVERYONE, (this.#versions.get(key ?? EVERYONE) ?? 0) + 1);
  }

  /** A run has written a key or a tag: neither targets nor what they ought to hold. */
  wroteBesides(key: string): void {
    this.wrote(key);
    this.#besides.set(key, (this.#besides.get(key) ?? 0) + 1);
  }

  /** How often something was written that concerns a managed key; looks that found nothing amiss apart. */
  versionOf(key: string): number {
    return (this.#versions.get(key) ?? 0) + (this.#versions.get(EVERYONE) ?? 0);
  }

  /** The same of what decides what a look at its targets finds. */
  shownVersionOf(key: string): number {
    return this.versionOf(key) - (this.#besides.get(key) ?? 0);
  }

  /** What is there now, by managed key; see `Outcome`. */
  state(): Readonly<Record<string, readonly string[]>> {
    const { witness } = this;
    const stateOf = (managed: ManagedRecord): readonly string[] => [
      ...witness.keysOf(managed.user).map(({ id, status, createdAt }) => `key ${id} ${status} ${createdAt}`),
      ...Object.entries(witness.labels(managed)).map(([version, labels]) => `version ${version} ${[...labels].sort()}`),
      ...[...witness.tags(managed)].flatMap(([tag, value]) => {
        return tag === TAG.revisions ? [] : `tag ${tag} ${value.replace(/:\d\d:\d\d\.\d{3}Z/g, '')}`;
      }),
      ...managed.places.map(
        ({ name, idOf, secretOf, bundleOf }) => `${name} ${idOf?.id} ${secretOf?.id} ${bundleOf?.id}`,
      ),
    ];
    return Object.fromEntries(
      [...witness.managed.values()].map((managed) => [managed.id, stateOf(managed).toSorted()]),
    );
  }

  /** Something is wrong now, for one managed key or for all. */
  disturb(key: string | undefined): void {
    for (const managed of this.witness.managed.values()) {
      if (key === undefined || managed.id === key) managed.disturbedAt = this.now();
    }
  }

  /** A person has done something to a managed key. */
  touched(managed: ManagedRecord, what: string): void {
    managed.touchedAt = this.now();
    managed.disturbedAt = this.now() + HOUR;
    this.wrote(managed.id);
    this.note(managed.id, `a person ${what}`);
    this.repairs.deed(managed);
    this.promises.places.holdsLive(managed);
  }

  /** One action of a person; false when AWS refuses it. */
  tries(service: 'iam' | 'secretsmanager', action: string, input: object): boolean {
    try {
      this.act('person', service, action, input);
      return true;
    } catch (error) {
      if (error instanceof AwsError) return false;
      throw error;
    }
  }

  /** A person removes a tag from wherever a key has it; false when AWS refuses it. */
  untag(managed: ManagedRecord, tag: string): boolean {
    const tried = this.witness
      .secretsOf(managed)
      .map((SecretId) => this.tries('secretsmanager', 'UntagResource', { SecretId, TagKeys: [tag] }));
    return tried.includes(true);
  }

  /** How often anything but this fault has struck. */
  struckOtherwise(fault: string): number {
    let sum = 0;
    for (const [name, count] of this.struck) if (name !== fault) sum += count;
    return sum;
  }

  countStrike(fault: string): void {
    this.struck.set(fault, (this.struck.get(fault) ?? 0) + 1);
  }

  /** One action of a run. @throws AwsError */
  perform(process: SimProcess, service: Service, action: string, input: object, stale: boolean): unknown {
    const run = this.records.get(process);
    if (service === 'logs' && run !== undefined) return this.ledger.perform(run, action, input);
    if (service === 'lambda') {
      const { FunctionName, Payload } = input as { readonly FunctionName: FunctionName; readonly Payload: Buffer };
      this.onInvoked(FunctionName, JSON.parse(Payload.toString('utf8')));
      return {};
    }
    if (service === 'events' && this.bus !== undefined) return this.bus.put(input, this.closedBus());
    const known = stale ? undefined : this.reads.answer(service as ServiceName, action, input);
    if (known !== undefined) return known.output;
    const fields: Readonly<Record<string, unknown>> = { ...input };
    const user = String(fields.UserName);
    if (stale && action === 'ListAccessKeys') {
      const list = this.#lists.get(user);
      if (list !== undefined && list.until > this.now()) return list.keys;
    }
    const output = this.act('run', service as ServiceName, action, input);
    this.#timed(process, action, fields, output);
    if (run !== undefined && action === 'GetCredentialReport') run.reportAt = reportTime(output);
    const change = changeOf(action, fields, output);
    if (run !== undefined && change !== undefined) {
      run.changes.push(change);
      this.promises.record.isAnnounced(run, change);
    }
    return output;
  }

  #timed({ startedAt }: SimProcess, action: string, fields: Readonly<Record<string, unknown>>, output: unknown): void {
    if (action === 'CreateAccessKey') {
      this.#begun.set((output as { AccessKey: { AccessKeyId: string } }).AccessKey.AccessKeyId, startedAt);
    }
    if (action !== 'UpdateSecretVersionStage' || fields.MoveToVersionId === undefined) return;
    const id = String(fields.MoveToVersionId).split('-')[2] ?? '';
    const begun = this.#begun.get(id);
    if (begun === undefined || !String(fields.VersionStage).startsWith('DELIVERED-')) return;
    this.handOvers.push(this.now() - begun);
    this.#begun.delete(id);
  }

  /** One action of anybody, with what the witness learns from it. @throws AwsError */
  act(by: Actor, service: ServiceName, action: string, input: object): unknown {
    const fields: Readonly<Record<string, unknown>> = { ...input };
    const user = String(fields.UserName);
    const changesKeys = /^(Create|Update|Delete)AccessKey$/.test(action);
    if (changesKeys) this.#rememberList(user);
    const principal = by === 'run' ? this.role : this.admin;
    const region = service === 'cloudtrail' ? 'us-east-1' : this.account.region;
    const { trail } = this.account;
    const records = trail.length;
    const output = this.account.perform({ service, action, principal, input: { ...input }, at: this.now(), region });
    // Nobody asks for other records, and there would be millions.
    if (action !== 'CreateAccessKey') trail.length = records;
    if (by === 'person' && /^(Unt|T)agResource$/.test(action)) this.leaks.tagged(String(fields.SecretId));
    if (!/^(Get|List|Describe)/.test(action)) this.reads.wrote(service, input);
    if (!changesKeys) {
      if (action === 'PutSecretValue') this.#stored(String(fields.ClientRequestToken));
      return output;
    }
    const at = this.now();
    const id = String(fields.AccessKeyId);
    if (action === 'CreateAccessKey') {
      const { AccessKey } = output as { AccessKey: { AccessKeyId: string; SecretAccessKey: string } };
      this.witness.addKey(AccessKey.AccessKeyId, AccessKey.SecretAccessKey, user, at, by);
    } else if (action === 'UpdateAccessKey') {
      this.witness.changeKey(id, fields.Status === 'Active' ? 'Active' : 'Inactive', at, by);
    } else {
      this.witness.changeKey(id, 'Deleted', at, by);
    }
    const managed = this.witness.byUser.get(user);
    if (managed === undefined) return output;
    // Of a run it is judged first whether it may have done that.
    if (by === 'run') return output;
    this.repairs.deed(managed);
    this.promises.places.holdsLive(managed);
    return output;
  }

  /** A run authenticates with a key that it holds. @throws AwsError */
  identify(
    process: SimProcess,
    credentials: { accessKeyId: string; secretAccessKey: string },
    region?: string,
  ): unknown {
    const { arn } = this.account.authenticate(credentials, 'sts', region);
    this.records.get(process)?.proofs.set(credentials.accessKeyId, this.now());
    return { Account: this.account.accountId, Arn: arn };
  }

  /** The managed key that a call is about. */
  keyOf({ service, about }: PortCall): string | undefined {
    if (service === 'iam') return this.witness.byUser.get(about)?.id ?? this.#userOf(about);
    if (service === 'sts') return this.#userOf(about);
    if (service === 'bitbucket') return this.witness.ofRepository(about.split('/').at(1) ?? '')?.id;
    if (service === 'secretsmanager') return this.witness.idNow(about.replace(/^keyturn\//, ''));
    return undefined;
  }

  #userOf(keyId: string): string | undefined {
    const key = this.witness.keys.get(keyId);
    return key === undefined ? undefined : this.witness.byUser.get(key.user)?.id;
  }

  #stored(token: string): void {
    const id = token.split('-')[2];
    const key = this.witness.keys.get(id ?? '');
    if (key !== undefined) key.isStored = true;
  }

  /** A list that was read a moment before a change may still be shown for some seconds. */
  #rememberList(user: string): void {
    try {
      const keys = this.reads.answer('iam', 'ListAccessKeys', { UserName: user })?.output;
      this.#lists.set(user, { keys, until: this.now() + 8_000 });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
    }
  }

  /** What an operator would read off: the secret's tags hold a key back, or did until the last run. */
  isHeldBack(managed: ManagedRecord): boolean {
    const tags = this.witness.tags(managed);
    const paused = tags.get(TAG.paused);
    if (paused === undefined) return false;
    const until = Date.parse(paused.split(' ')[0] ?? '');
    return Number.isNaN(until) || until + DAY + 2 * HOUR > this.now();
  }
}

function reportTime(output: unknown): number {
  return (output as { readonly GeneratedTime: Date }).GeneratedTime.getTime();
}
