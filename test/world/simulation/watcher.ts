import type { Halves, KeyRecord, ManagedRecord, PlaceRecord } from '../../../cli/rehearsal/witness/records';
import { isBitbucketTarget } from '../../../functions/core/hosts/bitbucket';
import { isLevel } from '../../../functions/core/names';
import type { FaultChoice, PortCall } from './port-call';
import type { RunRecord } from './run-record';
import type { Observer, SimProcess } from './sim-process';
import type { World } from './world';

/** Sees what every call of a run comes to, keeps the run's record, and calls the judges. */
export class Watcher implements Observer {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  effect(call: PortCall, process: SimProcess, error: unknown, fault: FaultChoice['kind'] | undefined): void {
    this.#world.calls += 1;
    const run = this.#world.records.get(process);
    const key = this.#world.keyOf(call);
    run?.calls.set(`${call.service} ${call.action} ${call.host ?? ''}`, call);
    if (fault !== undefined) run?.struckBy.add(fault);
    if (fault === 'lost-answer') {
      const last = run?.changes.at(-1);
      if (call.mutates && last !== undefined) last.isAnswered = false;
    }
    if (fault !== undefined || call.mutates) {
      const result = error instanceof Error ? ` -> ${error.name}` : '';
      this.#world.note(
        key,
        `${process.name}: ${call.action} ${call.about}${result}${fault === undefined ? '' : ` [${fault}]`}`,
      );
    }
    if (error instanceof Error) {
      // The first events of a month find no stream, and a report takes its time.
      if (run !== undefined && call.service !== 'logs' && !/^Report/.test(error.name)) {
        run.hasFailure = true;
        if (call.service === 'iam' && /^LimitExceeded/.test(error.name) && fault !== 'lost-answer')
          run.hitKeyLimit = true;
      }
      return;
    }
    if (!call.mutates) return;
    this.#heldBack(process, call, key);
    this.#wrote(call, key, run);
    if (run === undefined) return;
    if (call.service === 'bitbucket' && key === undefined) this.#writtenToWorkspace(run);
    const managed = key === undefined ? undefined : this.#world.witness.managed.get(key);
    if (managed === undefined) return;
    if (/^(Tag|Untag)Resource$/.test(call.action)) this.#world.asks.changed(managed, process);
    if (call.service === 'bitbucket') this.#written(managed, run);
    else if (/^(Update|Delete)AccessKey$/.test(call.action)) this.#retired(managed, call.action, run);
    else if (call.service === 'secretsmanager') this.#world.promises.places.holdsLive(managed);
    const change = run.changes.at(-1);
    if (change !== undefined) this.#world.leaks.changed(managed, change, process);
    this.#world.leaks.look(managed);
  }

  failed(call: PortCall, process: SimProcess, fault: FaultChoice['kind']): void {
    this.#world.calls += 1;
    this.#world.note(this.#world.keyOf(call), `${process.name}: ${call.action} ${call.about} [${fault}]`);
    const run = this.#world.records.get(process);
    if (run !== undefined) {
      run.hasFailure = true;
      run.struckBy.add(fault);
    }
  }

  /** K14: a run that began when a key was only observed changes nothing for it. */
  #heldBack(process: SimProcess, { action, about }: PortCall, key: string | undefined): void {
    const { witness, observedSince, promises } = this.#world;
    if (observedSince.size > 0) promises.counted('K14');
    const managed = key === undefined ? undefined : witness.managed.get(key);
    const since = managed && observedSince.get(managed);
    if (managed !== undefined && this.#world.asks.isHeld(managed, process)) {
      promises.broken('K14', key, `${process.name} did ${action} to ${about}, which an operator has paused`);
    }
    if (since === undefined || process.startedAt <= since) return;
    // That a key is to be held is done whatever holds it now.
    const change = this.#world.records.get(process)?.changes.at(-1);
    if (isLevel(process.function) && change?.audits.some((event) => /^pause-/.test(event)) === true) return;
    promises.broken('K14', key, `${process.name} did ${action} to ${about}, which is only observed`);
  }

  /** The mark of a look that found nothing amiss changes nothing but the time of the next one. */
  #wrote({ action, service, variable = '' }: PortCall, key: string | undefined, run: RunRecord | undefined): void {
    const change = run?.changes.at(-1);
    if (action === 'TagResource' && change?.audits.includes('check-recorded') === true) this.#world.writes += 1;
    else if (key !== undefined && (service === 'iam' || /^(Tag|Untag)Resource$/.test(action)))
      this.#world.wroteBesides(key);
    else if (service !== 'bitbucket' || key !== undefined) this.#world.wrote(key);
    else {
      // Another value of one key's variable is nothing to the others; one more variable moves the pages of all.
      const isValue = action === 'PUT variable';
      for (const { id } of inWorkspace(this.#world).filter((one) => !isValue || holds(one, variable)))
        this.#world.wrote(id);
    }
  }

  /** The variables of all keys are in one list there. */
  #writtenToWorkspace(run: RunRecord): void {
    for (const managed of inWorkspace(this.#world)) this.#written(managed, run);
  }

  #written(managed: ManagedRecord, run: RunRecord): void {
    for (const place of managed.places) {
      const { tornSince: torn, idOf: oldId, secretOf: oldSecret, isTampered } = place;
      this.#world.witness.look(place, this.#world.now());
      if (torn !== undefined && place.tornSince === undefined && !isTampered)
        this.#world.promises.places.tornFor(this.#world.now() - torn);
      const { idOf, secretOf } = place;
      const isNew = idOf !== oldId || secretOf !== oldSecret;
      if (isNew && place.writer !== run.process) {
        place.writer = run.process;
        place.found = { idOf: oldId, secretOf: oldSecret };
      }
      // What is put back was not delivered by it: after a change of user it is the key of the one before.
      const isPutBack = idOf === place.found?.idOf && secretOf === place.found?.secretOf;
      if (isNew && idOf !== undefined && idOf === secretOf && !isPutBack) {
        place.isArmed = true;
        this.#world.onGiven(managed, place);
      }
      if (isTampered && this.#isWhole(place, run)) {
        place.isTampered = false;
        place.trustedSince = this.#world.now();
      }
      const given = givenTo(place, { idOf: oldId, secretOf: oldSecret });
      this.#world.promises.places.isProved(managed, place, given, run);
      this.#world.leaks.given(managed, given, run.process);
    }
    this.#world.witness.forgetTrueMarks(managed);
    this.#world.repairs.look(managed);
    this.#world.promises.places.holdsLive(managed);
  }

  /** A run has written all of it. */
  #isWhole({ idOf, secretOf, bundleOf, target }: PlaceRecord, run: RunRecord): boolean {
    if (idOf === undefined || idOf !== secretOf || !run.proofs.has(idOf.id)) return false;
    return !isBitbucketTarget(target) || target.variables.bundle === undefined || bundleOf === idOf;
  }

  #retired(managed: ManagedRecord, action: string, run: RunRecord): void {
    const change = run.changes.at(-1);
    const key = this.#world.witness.keys.get(change?.about ?? '');
    if (key === undefined) return;
    // A rollback makes one Active.
    if (action === 'UpdateAccessKey' && key.status === 'Active') return;
    if (action === 'UpdateAccessKey') this.#world.promises.keys.mayDeactivate(managed, key, run);
    else this.#world.promises.keys.mayDelete(managed, key, run);
    this.#world.promises.places.holdsLive(managed);
  }
}

/** The keys that a place has now and had not; what a run brings back to what it found is not given. */
function givenTo({ idOf, secretOf, found }: PlaceRecord, before: Halves): readonly (KeyRecord | undefined)[] {
  return [
    [before.idOf, found?.idOf].includes(idOf) ? undefined : idOf,
    [before.secretOf, found?.secretOf].includes(secretOf) ? undefined : secretOf,
  ];
}

function holds({ places }: ManagedRecord, variable: string): boolean {
  return places.some(({ target }) => isBitbucketTarget(target) && Object.values(target.variables).includes(variable));
}

function inWorkspace({ witness }: World): readonly ManagedRecord[] {
  return [...witness.managed.values()].filter(({ places }) =>
    places.some(({ target }) => target.type === 'bitbucket-workspace'),
  );
}
