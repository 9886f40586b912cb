/** One thing that has to hold, and whether it does. */
export interface Target {
  readonly target: string;
  readonly limit: string;
  readonly measured: string;
  readonly met: boolean;
}

/** AWS calls a managed key in a run with nothing due. */
export const QUIET_CALLS = 0.15;
/** AWS calls of a rotation with its delivery to one target. */
export const ROTATION_CALLS = 12;
/** ms for a run of 5,000 keys of which 1 % is due. */
export const LONGEST_RUN = 5 * 60_000;
/** MB. */
export const MEMORY = 256;
/**
 * How far the cost of a rotation may be from one that depends on nothing but what is due, in calls: the events of a
 * run's audit go to the bus by tens, so that their number is rounded up once a run.
 */
export const SLOPE_TOLERANCE = 0.1;

export function atMost(target: string, measured: number, limit: number, unit = ''): Target {
  return { target, limit: `≤ ${limit}${unit}`, measured: `${round(measured)}${unit}`, met: measured <= limit };
}

/** Three significant decimals: enough for any of these, and no false precision. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
