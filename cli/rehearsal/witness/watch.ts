import * as z from 'zod';
import type { RegistryEntry } from '../../../functions/core/config/registry';
import { isBitbucketTarget } from '../../../functions/core/hosts/bitbucket';
import type { Account } from '../../../local/account/account';
import type { TrailRecord } from '../../../local/account/trail';
import type { AwsCall, CallOutcome } from '../../../local/account/wire/server';
import type { PlaceWrite } from '../hosts/host';
import type { Places } from '../hosts/register';
import { KeyPromises } from './key-promises';
import { PlacePromises } from './place-promises';
import type { PromiseName } from './promise-names';
import type { Actor, KeyRecord, ManagedRecord, PlaceRecord, WitnessedRun } from './records';
import { Verdicts, type Violation } from './verdicts';
import { type Sources, Witness } from './witness';

const created = z.object({ accessKey: z.object({ accessKeyId: z.string(), userName: z.string() }) });

/**
 * The witness and the judges of a local account and local hosts that run by themselves: told of what CloudTrail
 * has recorded and of what was written at the hosts.
 */
export class Watch {
  readonly witness: Witness;
  readonly verdicts: Verdicts;
  readonly #account: Account;
  readonly #hosts: Places;
  readonly places: PlacePromises;
  readonly #keys: KeyPromises;
  readonly #proofs = new Map<string, number>();
  /** Records of the trail that were read. */
  #read = 0;
  #writes = 0;
  /** The place that a person changes at this very moment. */
  #edited: PlaceRecord | undefined;

  constructor(account: Account, places: Places) {
    this.#account = account;
    this.#hosts = places;
    this.witness = new Witness(sourcesOf(account, places, () => this.#writes));
    this.verdicts = new Verdicts(() => account.clock.now());
    this.places = new PlacePromises(this.verdicts, this.witness);
    this.#keys = new KeyPromises(this.verdicts, this.witness);
    places.onWrite((write) => this.#wrote(write));
  }

  /** From here on an entry is managed: the keys that its user has are adopted, and what places hold has to work. */
  manage(entry: RegistryEntry): void {
    const { users, accessKeys } = this.#account.iam;
    const user = users.all().find(({ name }) => name === entry.user);
    for (const { id, secretAccessKey, createdAt, status } of user === undefined ? [] : accessKeys.of(user)) {
      if (this.witness.keys.has(id)) continue;
      this.witness.addKey(id, secretAccessKey, entry.user, createdAt, 'person');
      this.witness.changeKey(id, status, this.verdicts.now(), 'person');
    }
    this.#read = this.#account.trail.length;
    const { places } = this.witness.manage(entry, this.verdicts.now());
    for (const place of places) place.isArmed = isWhole(place);
  }

  /** What has been found about a promise. */
  broken(promise: PromiseName): readonly Violation[] {
    return this.verdicts.violations.filter((violation) => violation.promise === promise);
  }

  /** A call that came to the account's front: a proof is in no trail. */
  saw(call: AwsCall, { status }: CallOutcome): void {
    if (call.action === 'GetCallerIdentity' && status === 200 && call.principal.kind === 'user') {
      this.#proofs.set(call.principal.accessKeyId, call.at);
    }
    this.look();
  }

  /** A person changes a place at its host: it is that person's until a run has written all of it again. */
  byHand(managed: ManagedRecord, place: PlaceRecord, edit: () => boolean): boolean {
    this.#edited = place;
    const isDone = edit();
    this.#edited = undefined;
    if (!isDone) return false;
    this.witness.look(place, this.verdicts.now());
    place.isTampered = true;
    place.isArmed = false;
    managed.touchedAt = this.verdicts.now();
    return true;
  }

  /** Judges what all places hold. Only while no run is at work: between its two writes a pair is torn. */
  holdLive(): void {
    for (const managed of this.witness.managed.values()) this.places.holdsLive(managed);
  }

  /** Reads on in the trail. */
  look(): void {
    const { trail } = this.#account;
    for (; this.#read < trail.length; this.#read += 1) {
      const record = trail[this.#read];
      if (record !== undefined && record.errorCode === undefined) this.#happened(record);
    }
  }

  #happened(record: TrailRecord): void {
    const by: Actor = record.userIdentity.type === 'AssumedRole' ? 'run' : 'person';
    const at = Date.parse(record.eventTime);
    const { accessKeyId, status, clientRequestToken } = record.requestParameters ?? {};
    if (record.eventSource.startsWith('secretsmanager')) this.#writes += 1;
    switch (record.eventName) {
      case 'CreateAccessKey':
        this.#created(record, by);
        break;
      case 'UpdateAccessKey':
        this.#changed(String(accessKeyId), status === 'Active' ? 'Active' : 'Inactive', at, record, by);
        break;
      case 'DeleteAccessKey':
        this.#changed(String(accessKeyId), 'Deleted', at, record, by);
        break;
      case 'PutSecretValue':
        this.#stored(String(clientRequestToken));
        break;
    }
  }

  #created({ responseElements }: TrailRecord, by: Actor): void {
    const { accessKeyId, userName } = created.parse(responseElements).accessKey;
    if (this.witness.keys.has(accessKeyId)) return;
    const { secretAccessKey, createdAt } = this.#account.iam.accessKeys.find(accessKeyId);
    this.witness.addKey(accessKeyId, secretAccessKey, userName, createdAt, by);
  }

  #stored(token: string): void {
    const key = this.witness.keys.get(token.split('-')[2] ?? '');
    if (key !== undefined) key.isStored = true;
  }

  #changed(id: string, status: KeyRecord['status'], at: number, { userIdentity }: TrailRecord, by: Actor): void {
    this.witness.changeKey(id, status, at, by);
    const key = this.witness.keys.get(id);
    const managed = this.witness.byUser.get(key?.user ?? '');
    if (key === undefined || managed === undefined) return;
    if (by === 'person') this.#byHand(managed, at);
    // What may go for good is no dead key of a place.
    if (by === 'run') this.#judged(managed, key, status, this.#run(String(userIdentity.arn), at));
    this.places.holdsLive(managed);
  }

  #judged(managed: ManagedRecord, key: KeyRecord, status: KeyRecord['status'], run: WitnessedRun): void {
    if (status === 'Inactive') this.#keys.mayDeactivate(managed, key, run);
    else if (status === 'Deleted') this.#keys.mayDelete(managed, key, run);
  }

  /** What a person has broken is nobody else's fault until it is repaired. */
  #byHand(managed: ManagedRecord, at: number): void {
    managed.touchedAt = at;
    if (managed.places.some(({ idOf }) => idOf !== undefined && idOf.status !== 'Active')) managed.brokenAt = at;
  }

  #run(name: string, at: number): WitnessedRun {
    return { process: { name, startedAt: at, isDead: false, isFinished: true }, proofs: this.#proofs };
  }

  #wrote({ scope, at, askedAt }: PlaceWrite): void {
    for (const managed of this.witness.managed.values()) {
      for (const place of managed.places) {
        const whole = this.#hosts.scopeOf(place.target);
        if (place === this.#edited || !(whole === scope || whole.startsWith(`${scope}/`))) continue;
        this.#given(managed, place, at, askedAt);
      }
    }
  }

  #given(managed: ManagedRecord, place: PlaceRecord, at: number, askedAt?: number): void {
    const { idOf: oldId, secretOf: oldSecret, tornSince, isTampered } = place;
    if (isWhole(place)) place.found = { idOf: oldId, secretOf: oldSecret };
    this.witness.look(place, at);
    const { idOf, secretOf } = place;
    if (isWhole(place)) {
      place.isArmed = true;
      if (idOf?.status === 'Active') managed.brokenAt = undefined;
      if (tornSince !== undefined && !isTampered) this.places.tornFor(at - tornSince);
      this.#isTrusted(place, at);
    }
    // What was there before is brought back, and not given.
    const given = [
      [oldId, place.found?.idOf].includes(idOf) ? undefined : idOf,
      [oldSecret, place.found?.secretOf].includes(secretOf) ? undefined : secretOf,
    ];
    this.places.isProved(managed, place, given, this.#run('a run', at), askedAt);
  }

  /** A run has written all of it again: what a person did there is no excuse any more. */
  #isTrusted(place: PlaceRecord, at: number): void {
    const { target, bundleOf, idOf } = place;
    const bundle = isBitbucketTarget(target) ? target.variables.bundle : undefined;
    if (!place.isTampered || (bundle !== undefined && bundleOf !== idOf)) return;
    place.isTampered = false;
    place.trustedSince = at;
  }
}

function isWhole({ idOf, secretOf }: PlaceRecord): boolean {
  return idOf !== undefined && idOf === secretOf;
}

function sourcesOf({ secretsManager, iam }: Account, places: Places, writes: () => number): Sources {
  return {
    describe: (SecretId) => orNothing(() => secretsManager.describeSecret({ SecretId })),
    writes,
    held: ({ target }) => places.held(target),
    lastUse: (id) => orNothing(() => iam.accessKeys.lastUse(iam.accessKeys.find(id))?.at),
    lastUseOfRole: (arn) => {
      const role = iam.roles.findByArn(arn);
      return role && iam.roles.lastUse(role)?.at;
    },
  };
}

/** What is not there, and what was deleted, is nothing. */
function orNothing<Answer>(ask: () => Answer): Answer | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}
