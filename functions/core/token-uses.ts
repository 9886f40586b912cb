/** Milliseconds for which a step may ask again with its token: the first answer may have been lost on the way. */
const REPEATED_WITHIN = 30_000;
/** Uses of one token that are decided, so that one token makes no flood of readings and events. */
export const MOST_USES = 20;

/**
 * Whether a token is `fresh`, by the times of its uses that something was decided by, in ms: the earliest one counts. A
 * clock that was set back makes nothing new, nor does a time that is none.
 */
export function freshnessOf(uses: Iterable<number>, now: number): 'fresh' | 'used' {
  for (const at of uses) if (!(Math.abs(now - at) <= REPEATED_WITHIN)) return 'used';
  return 'fresh';
}
