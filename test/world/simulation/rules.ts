import type { ManagedRecord } from '../../../cli/rehearsal/witness/records';
import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/duration';
import { type FunctionName, isLevel, type Level, type RecordingFunction } from '../../../functions/core/names';
import type { OperateAnswer } from '../../../functions/core/request/answer';
import { isLeakInDoubt } from '../../../functions/runtime/attested';
import { type Random, seededRandom } from '../../../local/random';
import { DEPLOYED, needsOther } from './deployment';
import { runFunction, TIMEOUT } from './functions';
import type { Began } from './looks';
import { Quiet } from './quiet';
import type { RunRecord } from './run-record';
import { type Gate, SimProcess } from './sim-process';
import type { Fate } from './strikes';
import { Watcher } from './watcher';
import type { World } from './world';

export const HOURLY = { source: 'aws.events', 'detail-type': 'Scheduled Event' } as const;
const CLOUDTRAIL_DELAY = 3 * MINUTE;
const LABEL_DELAY = 2 * SECOND;
/** Less than rotate looks back for what was tried. */
const HOPELESS_FOR = 5 * HOUR;
/** Lambda tries an asynchronous invocation again after one and two minutes. */
const RETRIES = [MINUTE, 2 * MINUTE];

/** What starts the functions: the schedules, the account's events, and Lambda's own retries. */
export class Rules {
  readonly #world: World;
  readonly #watcher: Watcher;
  readonly #isPlain: boolean;
  readonly #strikes: Fate;
  readonly #random: Random;
  readonly #events: Random;
  #started = 0;
  readonly #asking = new Map<SimProcess, (answer: OperateAnswer | undefined) => void>();
  readonly #quiet: Quiet | undefined;
  /** Writes at the end of the last reconcile that only a dead host kept from delivering, and when that was. */
  #hopeless: { readonly writes: number; readonly at: number } | undefined;
  runs = 0;
  passedOver = 0;

  /**
   * @param plain neither events nor retries: only what is started by hand
   * @param everyRun nothing is passed over
   */
  constructor(world: World, strikes: Fate, { plain = false, everyRun = false } = {}) {
    this.#isPlain = plain;
    this.#world = world;
    this.#watcher = new Watcher(world);
    this.#strikes = strikes;
    if (!plain && !everyRun) this.#quiet = new Quiet(world, strikes);
    this.#random = seededRandom(`${world.seed}/schedule`);
    this.#events = seededRandom(`${world.seed}/events`);
    if (plain) return;
    world.onEvent((event) => this.#onEvent({ ...event }));
    world.onInvoked = (name, event) => this.#invoked(name, event);
  }

  /** The stack's rules: three daily ones, and the hourly reconcile. */
  start(days: number): void {
    const { start } = this.#world;
    const daily = (name: FunctionName, at: number) => {
      for (let day = 0; day < days; day++) {
        this.#world.loop.at(start + day * DAY + at + this.#random() * MINUTE, () => this.#daily(name));
      }
    };
    daily('rotate', 3 * HOUR);
    daily('deactivate', 3 * HOUR + 20 * MINUTE);
    daily('delete', 3 * HOUR + 40 * MINUTE);
    const hourly = (at: number) => {
      this.#world.loop.at(at, () => {
        hourly(at + HOUR);
        return this.#reconcile();
      });
    };
    hourly(start + 30 * MINUTE);
    this.launch('rotate', DEPLOYED);
  }

  /** Starts one copy of a function. */
  launch(
    name: RecordingFunction,
    event: unknown,
    attempt = 0,
    runId = this.#nextRun(),
    gate: Gate | undefined = undefined,
  ): SimProcess {
    const world = this.#world;
    const processName = `${name} ${runId}${attempt === 0 ? '' : ` try ${attempt + 1}`}`;
    this.runs += 1;
    const again = () => {
      const wait = RETRIES[attempt];
      // Whoever waits for an answer asks again.
      if (wait === undefined || this.#isPlain || isLevel(name)) return;
      world.loop.at(world.now() + wait, () => {
        this.launch(name, event, attempt + 1, runId);
        return undefined;
      });
    };
    const process = new SimProcess({
      name: processName,
      function: name,
      seed: world.seed,
      loop: world.loop,
      observer: this.#watcher,
      skew: this.#skew(),
      gate,
      fault: (call, self) => this.#strikes.choose(call, self),
      around: (call, _self, phase) => this.#strikes.around(call, phase),
      onDeath: (self) => {
        world.note(undefined, `${self.name} died`);
        world.runs.delete(self);
        world.disturb(undefined);
        again();
      },
    });
    const record: RunRecord = {
      process,
      proofs: new Map(),
      calls: new Map(),
      changes: [],
      audits: [],
      lines: new Map(),
      kept: new Map(),
      hasLostRecord: false,
      hitKeyLimit: false,
      hasFailure: false,
      struckBy: new Set(),
      reportAt: undefined,
      maxRotations: name === 'rotate' ? this.#strikes.maxRotations() : 0,
    };
    world.runs.add(process);
    world.records.set(process, record);
    if (name === 'rotate') world.leaks.heard(event);
    const before = world.writes;
    const began: Began = this.#quiet?.began() ?? new Map();
    const startedAt = world.now();
    runFunction(world, process, name, event, runId, record).then(
      ({ stopped, unrecorded }) => {
        process.isFinished = true;
        world.runs.delete(process);
        world.promises.runs.isAccountedFor(record);
        world.promises.record.isWhole(record, unrecorded);
        if (isLevel(name)) return this.#answered(process, record.answer);
        if (!stopped) world.leaks.ended(record, event);
        if (!stopped && event === HOURLY) world.repairs.ended(name, record);
        if (event === HOURLY && !stopped) this.#quiet?.ended(name, record, began);
        if (name === 'sync' && event === HOURLY) {
          const isHopeless = before === world.writes && !stopped && world.runs.size === 0;
          this.#hopeless =
            isHopeless && this.#isAllDelivered(needsOther) ? { writes: world.writes, at: startedAt } : undefined;
        }
        if (stopped) again();
      },
      (error: unknown) => {
        world.promises.broken(
          'K11',
          undefined,
          `${process.name} broke: ${error instanceof Error ? error.stack : error}`,
        );
      },
    );
    world.loop.at(
      world.now() + TIMEOUT[name],
      () => {
        if (process.isFinished || process.isDead) return false;
        process.die();
        return undefined;
      },
      true,
    );
    return process;
  }

  /** Asks a front. @param answered is told what came of it, or nothing where the run died */
  ask(level: Level, event: object, answered: (answer: OperateAnswer | undefined) => void): void {
    const process = this.launch(level, event);
    this.#asking.set(process, answered);
    this.#world.loop.at(this.#world.now() + TIMEOUT[level] + SECOND, () => {
      this.#answered(process, undefined);
      return false;
    });
  }

  /** The rules for what AWS says of leaked keys. */
  exposed(event: object): void {
    for (const late of this.#passages()) this.#start('rotate', event, late);
  }

  #answered(process: SimProcess, answer: OperateAnswer | undefined): void {
    const answered = this.#asking.get(process);
    this.#asking.delete(process);
    answered?.(answer);
  }

  /** Lambda starts it, as often and as late as its events come. */
  #invoked(name: FunctionName, event: unknown): void {
    for (const late of this.#passages()) {
      this.#world.loop.at(this.#world.now() + LABEL_DELAY + late, () => {
        this.launch(name, event);
        return undefined;
      });
    }
  }

  #nextRun(): string {
    this.#started += 1;
    return `run-${this.#started}`;
  }

  /** @param isIdle whether the run need not happen */
  #scheduled(name: FunctionName, isIdle: () => boolean): boolean | undefined {
    const off = this.#strikes.isOn('schedule');
    if (off !== undefined) {
      this.#world.countStrike('schedule');
      this.#world.disturb(undefined);
      if (off.variety < 0.4) return false;
    }
    // Two copies of a run that finds nothing find nothing either.
    if (isIdle()) return this.#passOver(off === undefined ? 1 : 2);
    this.launch(name, HOURLY);
    if (off === undefined) return undefined;
    this.#world.loop.at(this.#world.now() + off.odds ** 4 * 5 * SECOND, () => {
      this.launch(name, HOURLY);
      return undefined;
    });
    return undefined;
  }

  #skew(): number {
    const skew = this.#strikes.skew();
    if (skew !== 0) this.#world.countStrike('clock-skew');
    return skew;
  }

  #daily(name: FunctionName): boolean | undefined {
    return this.#scheduled(name, () => this.#quiet?.passes(name) === true);
  }

  /** The hourly reconcile, unless it would find what the last one found. */
  #reconcile(): boolean | undefined {
    const quiet = this.#quiet;
    return this.#scheduled('sync', () => quiet !== undefined && (quiet.passes('sync') || this.#isHopeless()));
  }

  /** They have their numbers all the same, so that the runs after them are the same ones. */
  #passOver(runs: number): false {
    for (let run = 0; run < runs; run++) this.#nextRun();
    this.passedOver += runs;
    return false;
  }

  /** A year of a dead host is made of hours that are all alike: some of them are enough. */
  #isHopeless(): boolean {
    const hopeless = this.#hopeless;
    if (hopeless === undefined || this.#strikes.isOn('dead-host') === undefined) return false;
    // A leaked key waits for the hour in which its successor can be made, and each hour starts rotate.
    if (this.#isLeakInDoubt()) return false;
    return hopeless.writes === this.#world.writes && this.#world.now() - hopeless.at < HOPELESS_FOR;
  }

  #isLeakInDoubt(): boolean {
    const { witness } = this.#world;
    const now = new Date(this.#world.now());
    return [...witness.managed.values()].some((managed) => isLeakInDoubt(witness.stateOf(managed), now));
  }

  /** @param but keys that need not be */
  #isAllDelivered(but: (managed: ManagedRecord) => boolean = () => false): boolean {
    for (const managed of this.#world.witness.managed.values()) {
      if (!managed.isManaged || but(managed)) continue;
      if (this.#world.witness.tags(managed).has('keyturn:paused')) return false;
      if (this.#world.witness.currentVersion(managed) === undefined) continue;
      if (!this.#world.promises.places.isMarkedDelivered(managed)) return false;
    }
    return true;
  }

  /** The two rules for a stored credential, and where keys may leak the one for a successor that is delivered. */
  #onEvent(event: Record<string, unknown>): void {
    const detail: Record<string, unknown> = { ...(event.detail as object) };
    const isMark = event['detail-type'] === 'Secret Label Updated' && /^DELIVERED-/.test(String(detail.labelUpdated));
    if (isMark && this.#world.onExposed !== undefined) {
      for (const late of this.#passages()) this.#start('deactivate', event, LABEL_DELAY + late);
    }
    const isLabel = event['detail-type'] === 'Secret Label Updated' && detail.labelUpdated === 'AWSCURRENT';
    const isPut = detail.eventName === 'PutSecretValue' && detail.errorCode === undefined;
    if (!isLabel && !isPut) return;
    const delay = isLabel ? LABEL_DELAY : CLOUDTRAIL_DELAY;
    for (const late of this.#passages()) this.#sync(event, delay + late);
  }

  #sync(event: unknown, delay: number): void {
    this.#start('sync', event, delay);
  }

  #start(name: FunctionName, event: unknown, delay: number): void {
    this.#world.loop.at(this.#world.now() + delay, () => {
      this.launch(name, event);
      return undefined;
    });
  }

  /** Milliseconds by which each copy of an event is late; none for a lost one. */
  #passages(): readonly number[] {
    const tampered = this.#strikes.isOn('events');
    if (tampered === undefined) return [0];
    this.#world.countStrike('events');
    this.#world.disturb(undefined);
    const draw = this.#events();
    const late = this.#events() * 6 * HOUR;
    if (draw < 0.3) return [];
    if (draw < 0.5) return [0, this.#events() * MINUTE];
    if (draw < 0.8) return [late];
    if (draw < 0.9) return [0];
    this.#sync({ source: 'forged', detail: { name: 'keyturn/../x' } }, this.#events() * HOUR);
    return [0];
  }
}
