/** One thing that has to hold, and whether it does. */
export interface Target {
  readonly target: string;
  readonly limit: string;
  readonly measured: string;
  readonly met: boolean;
  /** Why it is missed, where that is known. */
  readonly reason?: string;
}

/** AWS calls a managed key in a run with nothing due. */
export const QUIET_CALLS = 0.15;
/** AWS calls of a rotation with its delivery to one target; ten of them prove the fresh key over a minute, two its entry, and two keep what was written to. */
export const ROTATION_CALLS = 27;
/** Signatures of KMS an attempt. */
export const SIGNATURES = 1;
/** ms for a run of 5,000 keys of which 1 % is due. */
export const LONGEST_RUN = 5 * 60_000;
/** MB. */
export const MEMORY = 256;
/** Calls by which the cost of a rotation may differ between two runs: it should depend on nothing but what is due. */
export const SLOPE_TOLERANCE = 0.1;

/** @param reason told when the target is missed */
export function atMost(target: string, measured: number, limit: number, unit = '', reason?: string): Target {
  const met = measured <= limit;
  const row = { target, limit: `≤ ${limit}${unit}`, measured: `${round(measured)}${unit}`, met };
  return met || reason === undefined ? row : { ...row, reason };
}

export function atLeast(target: string, measured: number, limit: number, unit = ''): Target {
  return { target, limit: `≥ ${limit}${unit}`, measured: `${round(measured)}${unit}`, met: measured >= limit };
}

/** Three significant decimals: enough for any of these, and no false precision. */
export function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
