import { DAY, HOUR, MINUTE, SECOND } from '../../../functions/core/duration';
import { DEFAULT_MAX_ROTATIONS, type FunctionName } from '../../../functions/core/names';
import { Deployment } from './deployment';
import type { FaultChoice, PortCall } from './port-call';
import { HOURLY, Rules } from './rules';
import type { Gate, SimProcess } from './sim-process';
import type { Fate } from './strikes';
import { World } from './world';

const START = Date.parse('2026-01-01T00:00:00Z');

/** The life of one key, from its rotation to its predecessor's end, with days to spare for what has to be done again. */
const LIFE: readonly (readonly [day: number, functions: readonly FunctionName[]])[] = [
  ...[90, 91, 92, 93].map((day) => [day, ['rotate', 'sync']] as const),
  // A key is made Inactive only on a day on which sync has seen its successor in place.
  ...[100, 101, 102, 103].map((day) => [day, ['sync', 'deactivate', 'delete']] as const),
  ...[110, 111, 112, 113, 114].map((day) => [day, ['delete']] as const),
  [115, ['rotate', 'sync']],
];

/** Where a history dies: at which of its calls, before or after the effect. */
export interface CrashPoint {
  readonly at: number;
  readonly when: 'before' | 'after';
}

/** Dies at given calls, counted from the beginning of the life. */
class Script implements Fate {
  calls = 0;
  isOn = () => undefined;
  isCounting = false;
  readonly #points: readonly CrashPoint[];

  constructor(points: readonly CrashPoint[]) {
    this.#points = points;
  }

  choose(_call: PortCall, _process: SimProcess): FaultChoice | undefined {
    if (!this.isCounting) return undefined;
    this.calls += 1;
    const point = this.#points.find(({ at }) => at === this.calls);
    return point === undefined ? undefined : { kind: 'crash', when: point.when };
  }

  around(): void {
    // Nobody waits for a moment.
  }

  skew(): number {
    return 0;
  }

  maxRotations(): number {
    return DEFAULT_MAX_ROTATIONS;
  }

  mayMeet(): boolean {
    return true;
  }
}

/** One managed key with one target, and nobody else. */
export class OneKey {
  readonly world = new World({ seed: 1, start: START, newKeyDelay: 0, lastUsedDelay: 0 });
  readonly script: Script;
  readonly #rules: Rules;
  #lived = 0;

  constructor(points: readonly CrashPoint[]) {
    this.script = new Script(points);
    this.#rules = new Rules(this.world, this.script, { plain: true });
  }

  /** The whole life, one run after the other. @returns what does not hold */
  async live(): Promise<readonly string[]> {
    await this.#prepare();
    this.script.isCounting = true;
    return this.judge();
  }

  /** Lives up to a day, lets two runs meet there. @returns how many steps they took together */
  async meet(
    a: FunctionName,
    b: FunctionName,
    day: number,
    starter: 0 | 1,
    switches: readonly number[],
  ): Promise<number> {
    await this.#prepare();
    while ((LIFE[this.#lived]?.[0] ?? day) < day) await this.#next();
    // Something to deliver, where a delivery is what the meeting is about.
    await this.#to(day);
    if (b === 'sync' || (a === 'sync' && day === 90)) await this.#run('rotate');
    const gate = new Turns();
    const runs = [a, b].map((name) => this.#rules.launch(name, HOURLY, 0, undefined, gate));
    let turn = starter;
    let steps = 0;
    for (;;) {
      await this.#settle(() => runs.every((run) => isOver(run) || gate.isWaiting(run)));
      const [mine, other] = [runs[turn], runs[1 - turn]];
      if (mine === undefined || other === undefined) return steps;
      if (isOver(mine) && isOver(other)) return steps;
      if (isOver(mine) || (switches.includes(steps) && !isOver(other))) turn = turn === 0 ? 1 : 0;
      const now = runs[turn];
      if (now !== undefined) gate.go(now);
      steps += 1;
    }
  }

  /** Lives on to the end of the life and looks at what is left. */
  async judge(): Promise<readonly string[]> {
    while (this.#lived < LIFE.length) await this.#next();
    const { witness, promises } = this.world;
    const managed = witness.managed.get('key-0');
    if (managed === undefined) return ['there is no key'];
    const found = promises.violations.map(({ promise, message }) => `${promise} ${message}`);
    const keys = witness.keysOf(managed.user);
    const [key] = keys;
    const [place] = managed.places;
    if (keys.length !== 1 || key?.status !== 'Active') found.push(`K9 ${keys.length} keys are left`);
    if (witness.currentKey(managed) !== key?.id) found.push('K9 the key that is left is not current');
    if (place?.idOf !== key || place?.secretOf !== key) found.push('K9 the target does not hold the current key');
    if (!promises.places.isMarkedDelivered(managed)) found.push('K9 the current version is not marked delivered');
    if (witness.hasOpenIntent(managed)) found.push('K9 an intent is left');
    return found;
  }

  async #prepare(): Promise<void> {
    const deployment = new Deployment(this.world);
    deployment.prepare();
    deployment.add(0, true);
    await this.#to(0);
    await this.#run('rotate');
    await this.#run('sync');
  }

  async #next(): Promise<void> {
    const [day, functions] = LIFE[this.#lived] ?? [0, []];
    this.#lived += 1;
    await this.#to(day);
    for (const name of functions) await this.#run(name);
  }

  #to(day: number): Promise<void> {
    return this.world.loop.runUntil(START + day * DAY + 3 * HOUR);
  }

  async #run(name: FunctionName): Promise<void> {
    const run = this.#rules.launch(name, HOURLY);
    await this.#settle(() => isOver(run));
    // A request that the dead have sent may still be on its way.
    await this.world.loop.runUntil(this.world.now() + MINUTE);
  }

  async #settle(isSettled: () => boolean): Promise<void> {
    const until = this.world.now() + 20 * MINUTE;
    while (!isSettled() && this.world.now() < until)
      await this.world.loop.runUntil(this.world.now() + SECOND, isSettled);
  }
}

/** Calls that wait for their turn, by run. */
class Turns implements Gate {
  readonly #waiting = new Map<SimProcess, (() => void)[]>();

  park(process: SimProcess, go: () => void): void {
    const calls = this.#waiting.get(process);
    if (calls === undefined) this.#waiting.set(process, [go]);
    else calls.push(go);
  }

  isWaiting(process: SimProcess): boolean {
    return (this.#waiting.get(process)?.length ?? 0) > 0;
  }

  go(process: SimProcess): void {
    this.#waiting.get(process)?.shift()?.();
  }
}

function isOver({ isDead, isFinished }: SimProcess): boolean {
  return isDead || isFinished;
}
