import { HOUR, MINUTE } from '../../../functions/core/duration';

/** Age is counted in whole seconds, clocks may be minutes off, and a run takes minutes. */
export const SLACK = 15 * MINUTE;
/** A delivery is prompt within this time, and the overlap counts from the key's creation then. */
export const PROMPT = HOUR;
