import type { RegistryEntry } from '../../../functions/core/config/registry';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/duration';
import { openIntent } from '../../../functions/core/key/intent';
import { isObserved } from '../../../functions/core/lifecycle/observed';
import { secretName, TAG } from '../../../functions/core/names';
import type { Random } from '../../../local/random';
import type { World } from '../../../local/world';
import type { Places } from '../hosts/register';
import type { FailedLogin } from '../pipelines';
import type { PipelinePlace, PipelineTrouble, RehearsedPipelines } from '../rehearsed-pipelines';
import { checkLiveness } from '../witness/liveness';
import type { ManagedRecord, PlaceRecord } from '../witness/records';
import { secretStateOf } from '../witness/secret-state-of';
import type { Watch } from '../witness/watch';
import type { Episode } from './draw';
import { editsOf } from './edits';
import type { Faults, Half, Strike, StruckWorld } from './faults';
import type { FaultKind } from './kinds';
import { loginRegions } from './spread';

/** A pair of which one half is refused and the other is not: K1's minutes. */
const TORN_AT_MOST = 5 * MINUTE;
/** K13's day, and the hourly run that it ends with. */
const DRIFT_AT_MOST = DAY + 2 * HOUR;

/** What one kind of fault has done. */
export interface Toll {
  readonly kind: FaultKind;
  /** Calls, runs, events, keys or variables that it met. */
  strikes: number;
  /** Longest time from a strike until everything was in order again, in ms. */
  longest: number;
  /** Strikes after which it is not yet. */
  open: number;
}

/** Everybody who lives with the faults of a life. */
interface Surroundings {
  readonly world: World;
  readonly faults: Faults;
  readonly watch: Watch;
  readonly places: Places;
  readonly pipelines: RehearsedPipelines;
  readonly entries: readonly RegistryEntry[];
  readonly random: Random;
}

/** What goes wrong in a life, what comes of it, and for how long that excuses anything: by DESIGN's words for K1 and K13. */
export class Trouble implements PipelineTrouble, StruckWorld {
  readonly regions: readonly string[];
  readonly tolls: ReadonlyMap<FaultKind, Toll>;
  /** Pipelines that found a torn pair, or what somebody had edited. */
  readonly excused = { torn: 0, edited: 0 };
  readonly #around: Surroundings;
  readonly #editedAt = new Map<PlaceRecord, number>();
  #hinderedUntil = Number.NEGATIVE_INFINITY;
  /** The same of one half, by managed key. */
  readonly #refusedUntil = new Map<string, number>();
  #struckAt = Number.NEGATIVE_INFINITY;
  #providerStruckAt = Number.NEGATIVE_INFINITY;
  /** Since when something is not in order, by kind. */
  readonly #since = new Map<FaultKind, number>();

  constructor(around: Surroundings, kinds: readonly FaultKind[]) {
    this.#around = around;
    this.regions = loginRegions(around.world.account.region);
    this.tolls = new Map(kinds.map((kind) => [kind, { kind, strikes: 0, longest: 0, open: 0 }]));
  }

  /** From here on faults strike. */
  begin(start: number): void {
    const { faults, world, pipelines, places } = this.#around;
    faults.begin(this);
    pipelines.trouble = this;
    places.onWrite(({ scope }) => {
      this.#startSoon(scope);
      this.#judgeTorn();
    });
    for (const edit of faults.edits) {
      world.scheduler.at(start + edit.from, 'somebody edits a variable', async () => this.#edit(edit));
    }
    // Every hour, beside the hourly run: what was struck is looked at until it is in order.
    const hourly = (after: number) => after + HOUR;
    world.scheduler.every(hourly, 'a look whether all is in order', async () => this.#look());
  }

  now(): number {
    return this.#around.world.clock.now();
  }

  kill(part: string): void {
    const { functions } = this.#around.world;
    for (const { functionName } of functions.functions) {
      if (functionName.includes(part)) void functions.kill(functionName);
    }
  }

  halves(): readonly Half[] {
    const { entries, places } = this.#around;
    return entries.flatMap(({ targets }) =>
      targets.flatMap((target) => {
        const scope = places.scopeOf(target);
        return places.halvesOf(target).map((name) => ({ scope, name, keys: this.#keysAt(scope) }));
      }),
    );
  }

  struck(strike: Strike): void {
    const { kind, at, keys, isOfProvider } = strike;
    const toll = this.tolls.get(kind);
    if (toll !== undefined) toll.strikes += 1;
    if (isOfProvider === true) {
      this.#providerStruckAt = at;
      return;
    }
    // A slow region is in nobody's way: a proof waits for it.
    if (keys?.length === 0) return;
    this.#since.set(kind, at);
    this.disturb(keys);
    const until = this.#around.faults.hindersUntil(strike);
    for (const key of keys ?? []) this.#refusedUntil.set(key, Math.max(until, this.#refusedUntil.get(key) ?? 0));
    if (keys !== undefined) return;
    this.#struckAt = at;
    this.#hinderedUntil = Math.max(this.#hinderedUntil, until);
  }

  /** Whether a provider's endpoint has met something since then. */
  hasMetProvider(since: number): boolean {
    return this.#providerStruckAt >= since;
  }

  /** Something is in the way of managed keys, or of all. */
  disturb(keys?: readonly string[]): void {
    for (const managed of this.#around.watch.witness.managed.values()) {
      if (keys === undefined || keys.includes(managed.id)) managed.disturbedAt = this.now();
    }
  }

  /** A pipeline starts: no run is at work now. */
  reads({ entry, target }: PipelinePlace): boolean {
    const { watch } = this.#around;
    watch.holdLive();
    const managed = watch.witness.managed.get(entry.id);
    const place = managed?.places.find((one) => one.target === target);
    if (managed === undefined || place === undefined) return false;
    if (place.isTampered) return this.#isEdited(managed, place);
    if (!place.isArmed && place.tornSince === undefined) return false;
    if (place.idOf !== undefined && place.idOf === place.secretOf) return false;
    this.excused.torn += 1;
    return this.#isTorn(managed, place);
  }

  failed({ place: { entry, target }, accessKeyId, readAt, error }: FailedLogin<PipelinePlace>): void {
    const { witness, places } = this.#around.watch;
    const managed = witness.managed.get(entry.id);
    const place = managed?.places.find((one) => one.target === target);
    const key = witness.keys.get(accessKeyId);
    if (managed !== undefined && place !== undefined && key !== undefined)
      places.login(managed, place, key, readAt, error);
  }

  /** Once a day, after the rules: K8, K9, K11 and K13. */
  endDay(): void {
    const { watch } = this.#around;
    watch.look();
    watch.holdLive();
    for (const managed of watch.witness.managed.values()) {
      for (const place of managed.places) if (place.isTampered) this.#isEdited(managed, place, false);
    }
    checkLiveness({
      witness: Object.assign(watch.witness, {
        hasOpenIntent: (managed: ManagedRecord) => this.#hasOpenIntent(managed),
      }),
      promises: Object.assign(watch.verdicts, { places: watch.places }),
      now: () => this.now(),
      isHeldBack: (managed) => watch.witness.tags(managed).has(TAG.paused),
    });
    this.#look();
  }

  #isEdited(managed: ManagedRecord, place: PlaceRecord, isPipeline = true): boolean {
    if (this.#around.watch.witness.isGoneForGood(managed)) return true;
    // A half that is refused can be put right no sooner.
    const refusedUntil = this.#refusedUntil.get(managed.id) ?? 0;
    const since = Math.max(this.#editedAt.get(place) ?? 0, this.#hinderedUntil, this.#struckAt, refusedUntil);
    this.#around.watch.verdicts.counted('K13');
    if (isPipeline) this.excused.edited += 1;
    if (this.now() - since <= DRIFT_AT_MOST) return true;
    this.#around.watch.verdicts.broken('K13', managed.id, `${place.name} is as somebody left it for more than a day`);
    return false;
  }

  /**
   * K1: torn for minutes, or until what keeps the other half from being written is over. A half that is refused keeps
   * none from being put back, unless a person has left nothing to put back.
   */
  #isTorn(managed: ManagedRecord, { name, tornSince = this.now() }: PlaceRecord): boolean {
    const isOfPerson = managed.touchedAt >= tornSince - DAY;
    const refusedUntil = isOfPerson ? (this.#refusedUntil.get(managed.id) ?? 0) : 0;
    const until = Math.max(tornSince + TORN_AT_MOST, this.#hinderedUntil, refusedUntil);
    if (this.now() <= until) return true;
    const minutes = Math.round((this.now() - tornSince) / MINUTE);
    const message = `${name} holds a torn pair for ${minutes} minutes, and nothing is in the way`;
    this.#around.watch.verdicts.broken('K1', managed.id, message);
    return false;
  }

  /** A pair that was torn by a write just now is looked at when its time is over. */
  #judgeTorn(): void {
    for (const managed of this.#around.watch.witness.managed.values()) {
      for (const place of managed.places) if (isTorn(place)) this.#lookLater(managed, place, TORN_AT_MOST + SECOND);
    }
  }

  #lookLater(managed: ManagedRecord, place: PlaceRecord, after: number): void {
    const since = place.tornSince;
    this.#around.world.scheduler.at(this.now() + after, 'a look at a torn pair', async () => {
      if (place.tornSince !== since || !isTorn(place)) return;
      this.#around.watch.verdicts.counted('K1');
      if (this.#isTorn(managed, place)) this.#lookLater(managed, place, MINUTE);
    });
  }

  #startSoon(scope: string): void {
    const { entries, places, pipelines, random } = this.#around;
    for (const entry of entries) {
      for (const target of entry.targets) {
        const whole = places.scopeOf(target);
        if (whole !== scope && !whole.startsWith(`${scope}/`)) continue;
        pipelines.startSoon(entry, target, Math.floor(SECOND + random() ** 2 * 4 * MINUTE));
      }
    }
  }

  /** A person does something to a place; where nothing is to be done, on another day. */
  #edit(episode: Episode): void {
    const { watch, places, world } = this.#around;
    const all = [...watch.witness.managed.values()]
      .filter((one) => !isObserved(one.entry) && !watch.witness.isGoneForGood(one))
      .flatMap((managed) => managed.places.map((place) => [managed, place] as const))
      .filter(([, { target, isArmed, isTampered }]) => isArmed && !isTampered && places.isEditable(target));
    const [managed, place] = all[Math.floor(((episode.variety * 1e3) % 1) * all.length)] ?? [];
    const isDone =
      managed !== undefined &&
      place !== undefined &&
      watch.byHand(managed, place, () => {
        const older = watch.witness.keysOf(managed.user).find((key) => key !== place.idOf && key.status === 'Active');
        return places.edit(place.target, editsOf(places.halvesOf(place.target), episode.variety, older));
      });
    if (!isDone) {
      world.scheduler.at(this.now() + DAY, 'somebody edits a variable', async () => this.#edit(episode));
      return;
    }
    this.#editedAt.set(place, this.now());
    this.struck({ kind: 'drift', at: this.now(), keys: [managed.id] });
  }

  #keysAt(scope: string): readonly string[] {
    const { entries, places } = this.#around;
    return entries
      .filter(({ targets }) => targets.some((target) => places.scopeOf(target) === scope))
      .map(({ id }) => id);
  }

  /** Whether what was struck is in order again. */
  #look(): void {
    if (this.#since.size === 0) return;
    const isInOrder = [...this.#around.watch.witness.managed.values()].every((one) => this.#isInOrder(one));
    for (const [kind, since] of this.#since) {
      const toll = this.tolls.get(kind);
      if (toll === undefined) continue;
      toll.longest = Math.max(toll.longest, this.now() - since);
      toll.open = isInOrder ? 0 : 1;
    }
    if (isInOrder) this.#since.clear();
  }

  #isInOrder(managed: ManagedRecord): boolean {
    const { watch } = this.#around;
    if (isObserved(managed.entry) || watch.witness.isGoneForGood(managed)) return true;
    const current = watch.witness.currentKey(managed);
    if (current === undefined || this.#hasOpenIntent(managed)) return false;
    if (watch.witness.keys.get(current)?.status !== 'Active' || !watch.places.isMarkedDelivered(managed)) return false;
    return managed.places.every(({ idOf, secretOf, isGone }) => !isGone && idOf?.id === current && secretOf === idOf);
  }

  #hasOpenIntent({ id }: ManagedRecord): boolean {
    const { secretsManager } = this.#around.world.account;
    return openIntent(secretStateOf(secretsManager.describeSecret({ SecretId: secretName(id) }))) !== undefined;
  }
}

function isTorn({ tornSince, isTampered, isGone }: PlaceRecord): boolean {
  return tornSince !== undefined && !isTampered && !isGone;
}
