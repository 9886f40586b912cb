import { DAY, HOUR, MINUTE, SECOND } from '../../functions/core/duration';
import type { FunctionName } from '../../functions/core/names';
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
  ...[100, 101, 102, 103].map((day) => [day, ['deactivate', 'delete']] as const),
  ...[110, 111, 112, 113, 114].map((day) => [day, ['delete']] as const),
  [115, ['rotate', 'sync']],
];

/** Which two runs meet, and on which day of the life. */
const MEETINGS: readonly (readonly [FunctionName, FunctionName, number])[] = [
  ['rotate', 'rotate', 90],
  ['rotate', 'sync', 90],
  ['sync', 'sync', 90],
  ['deactivate', 'deactivate', 100],
  ['sync', 'deactivate', 100],
  ['rotate', 'deactivate', 100],
  ['delete', 'delete', 110],
  ['deactivate', 'delete', 110],
  ['rotate', 'delete', 110],
];

export interface ExhaustProps {
  /** Also every pair of crash points. */
  readonly pairs: boolean;
  /** Switches between two concurrent runs, besides those where one ends or waits. */
  readonly preemptions: number;
  readonly onProgress?: (line: string) => void;
}

export interface Exhausted {
  readonly crashPoints: number;
  readonly crashPairs: number;
  readonly interleavings: number;
  /** Calls over all histories. */
  readonly calls: number;
  readonly violations: readonly string[];
  readonly lines: readonly string[];
}

/** Where a history dies: at which of its calls, before or after the effect. */
interface CrashPoint {
  readonly at: number;
  readonly when: 'before' | 'after';
}

/** Lives through every history of one key up to the bounds: enumerated, not drawn. */
export async function exhaust({ pairs, preemptions, onProgress = () => undefined }: ExhaustProps): Promise<Exhausted> {
  const violations: string[] = [];
  const lines: string[] = [];
  let calls = 0;
  const live = async (what: string, points: readonly CrashPoint[]) => {
    const history = new OneKey(points);
    const found = await history.live();
    calls += history.world.calls;
    violations.push(...found.map((one) => `${what}: ${one}`));
    return history.script.calls;
  };
  const tell = (line: string) => {
    lines.push(line);
    onProgress(line);
  };

  let crashPoints = 0;
  let crashPairs = 0;
  const whole = await live('undisturbed', []);
  for (let first = 1; first <= whole; first++) {
    for (const when of ['before', 'after'] as const) {
      const point = { at: first, when };
      const length = await live(name(point), [point]);
      crashPoints += 1;
      for (let second = first + 1; pairs && second <= length; second++) {
        for (const again of ['before', 'after'] as const) {
          const other = { at: second, when: again };
          await live(`${name(point)}, ${name(other)}`, [point, other]);
          crashPairs += 1;
        }
      }
    }
    if (pairs && first % 20 === 0) onProgress(`${first} of ${whole} calls, ${crashPairs} pairs`);
  }
  tell(`crash points: ${crashPoints} (each of ${whole} calls, before and after its effect)`);
  if (pairs) tell(`pairs of crash points: ${crashPairs}`);

  let interleavings = 0;
  for (const [a, b, day] of MEETINGS) {
    let here = 0;
    for (const starter of [0, 1] as const) {
      // Switch points after which nothing is left to switch are the same history.
      const visit = async (switches: readonly number[]): Promise<void> => {
        const history = new OneKey([]);
        const steps = await history.meet(a, b, day, starter, switches);
        const found = await history.judge();
        calls += history.world.calls;
        here += 1;
        violations.push(...found.map((one) => `${a}|${b} starting with ${starter}, switching at ${switches}: ${one}`));
        if (switches.length >= preemptions) return;
        for (let at = (switches.at(-1) ?? 0) + 1; at < steps; at++) await visit([...switches, at]);
      };
      await visit([]);
    }
    interleavings += here;
    tell(`interleavings of ${a} and ${b} on day ${day}: ${here} (up to ${preemptions} preemptions)`);
  }
  tell(`calls in all: ${calls.toLocaleString('en')}`);
  tell(`violations ${violations.length}`);
  return { crashPoints, crashPairs, interleavings, calls, violations, lines };
}

function name({ at, when }: CrashPoint): string {
  return `dies ${when} call ${at}`;
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
}

/** One managed key with one target, and nobody else. */
class OneKey {
  readonly world = new World({ seed: 1, start: START, newKeyDelay: 0, lastUsedDelay: 0 });
  readonly script: Script;
  readonly #rules: Rules;
  #lived = 0;

  constructor(points: readonly CrashPoint[]) {
    this.script = new Script(points);
    this.#rules = new Rules(this.world, this.script, true);
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
    if (!promises.isMarkedDelivered(managed)) found.push('K9 the current version is not marked delivered');
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
