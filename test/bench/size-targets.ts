import type { MeasuredRotations, MeasuredSize } from './measure-size';
import { type MeasuredRun, wallAtShare } from './measured-run';
import {
  atMost,
  LONGEST_RUN,
  MEMORY,
  QUIET_CALLS,
  ROTATION_CALLS,
  round,
  SIGNATURES,
  SLOPE_TOLERANCE,
  type Target,
} from './targets';

/** Calls of a run that read no page of a list. */
function fixed({ calls }: MeasuredRun): number {
  const { 'ssm:GetParametersByPath': entries = 0, 'secretsmanager:ListSecrets': secrets = 0 } = calls.byOperation;
  return calls.total - entries - secrets;
}

/**
 * Calls without those that keep the audit record and seal it, which every run makes: how many is up to how many rotations
 * are announced at the same moment.
 */
export function recordAside({ calls }: Pick<MeasuredRun, 'calls'>): number {
  const kept = Object.entries(calls.byOperation).filter(([name]) => /^(logs|kms):/.test(name));
  return kept.reduce((left, [, count]) => left - count, calls.total);
}

/** Processes of sync at a time, each with its own share of a core. */
const DELIVERING = 4;

/** The targets that one size can tell. */
export function sizeTargets(size: MeasuredSize): readonly Target[] {
  const { keys, quiet, rotations } = size;
  const runs = [...quiet, ...rotations.flatMap(({ rotate, deliver, secondEvents }) => [rotate, deliver, secondEvents])];
  const errors = [...runs, size.scan.run].flatMap((run) => run.errors);
  const most = quiet.reduce((a, b) => (recordAside(b) > recordAside(a) ? b : a));
  const main = rotations[0];
  return [
    atMost(
      `${keys} keys: AWS calls a key with nothing due, its record aside (${most.run})`,
      recordAside(most) / keys,
      QUIET_CALLS,
      '',
      `${fixed(most)} of its ${most.calls.total} calls (credential report, audit events) are the same for any number of keys`,
    ),
    ...(main === undefined ? [] : rotationTargets(keys, main)),
    atMost(`${keys} keys: memory of any process`, Math.max(...runs.map(({ peakRss }) => peakRss)), MEMORY, ' MB'),
    {
      target: `${keys} keys: every run succeeds`,
      limit: 'yes',
      measured: errors.length === 0 ? 'yes' : errors.join('; '),
      met: errors.length === 0,
    },
  ];
}

function rotationTargets(keys: number, { due, callsEach, unfinished, ...runs }: MeasuredRotations): readonly Target[] {
  const longest = (LONGEST_RUN / 1000).toFixed(0);
  const wall = wholeTime(runs);
  return [
    atMost(
      `${keys} keys, ${due} due: AWS calls of a rotation with its delivery, its record and PutEvents aside`,
      callsEach,
      ROTATION_CALLS,
    ),
    atMost(
      `${keys} keys, ${due} due: signatures of KMS an attempt, which seal all of its events`,
      signatures(runs) / (1 + due),
      SIGNATURES,
    ),
    {
      target: `${keys} keys, ${due} due: rotated and delivered, at a function's share of a core`,
      limit: `≤ ${longest} s`,
      measured: `${(wall / 1000).toFixed(1)} s`,
      met: wall <= LONGEST_RUN,
    },
    {
      target: `${keys} keys, ${due} due: all done, nothing else touched`,
      limit: 'yes',
      measured: unfinished.length === 0 ? 'yes' : `not ${unfinished.join(', ')}`,
      met: unfinished.length === 0,
    },
  ];
}

/** Of one run of rotate, and of one of sync for each key. */
function signatures({ rotate, deliver }: Pick<MeasuredRotations, 'rotate' | 'deliver'>): number {
  return [rotate, deliver].reduce((sum, { calls }) => sum + (calls.byOperation['kms:Sign'] ?? 0), 0);
}

/** ms from the start of rotate to the last delivery, at most: as if processor time and waiting never overlapped. */
export function wholeTime({ rotate, deliver }: Pick<MeasuredRotations, 'rotate' | 'deliver'>): number {
  return wallAtShare(rotate, MEMORY) + wallAtShare({ wall: deliver.wall, cpu: deliver.cpu / DELIVERING }, MEMORY);
}

/** Calls beyond a run with nothing due, by what is due and by what exists; the record aside. */
export interface Growth {
  readonly keys: number;
  readonly due: number;
  readonly calls: number;
  readonly beyondQuiet: number;
  readonly each: number;
}

/** Every run of rotate with its deliveries; those with nothing due come first. */
export function growthOf(sizes: readonly MeasuredSize[]): readonly Growth[] {
  return sizes.flatMap(({ keys, quiet, rotations }) => {
    const base = quiet[0] === undefined ? 0 : recordAside(quiet[0]);
    const rows = rotations.map(({ due, rotate, deliver }) => {
      const calls = recordAside(rotate) + recordAside(deliver);
      return { keys, due, calls, beyondQuiet: calls - base, each: round((calls - base) / due) };
    });
    return [{ keys, due: 0, calls: base, beyondQuiet: 0, each: 0 }, ...rows.sort((a, b) => a.due - b.due)];
  });
}

/** The slope of calls over what is due, by least squares through the points of one size. */
export function slopeOf(points: readonly Pick<Growth, 'due' | 'calls'>[]): number {
  const mean = (of: (point: Pick<Growth, 'due' | 'calls'>) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean(({ due }) => due), mean(({ calls }) => calls)];
  const covariance = mean(({ due, calls }) => (due - x) * (calls - y));
  return covariance / mean(({ due }) => (due - x) ** 2);
}

/** Audit events go to the bus by tens: with fewer due, rounding up to a whole batch is most of the difference. */
const BATCH = 10;

/** Whether a rotation costs the same however many are due, and however many keys there are. */
export function growthTargets(growth: readonly Growth[]): readonly Target[] {
  const each = growth.filter(({ due }) => due >= BATCH).map((row) => row.each);
  const spread = round(Math.max(...each) - Math.min(...each));
  return [
    atMost(
      `the cost of a rotation differs, over all sizes and ${BATCH} due or more, by`,
      spread,
      SLOPE_TOLERANCE,
      ' calls',
    ),
  ];
}
