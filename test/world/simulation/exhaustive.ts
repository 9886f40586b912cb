import type { FunctionName } from '../../../functions/core/names';
import { type CrashPoint, OneKey } from './one-key';

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
