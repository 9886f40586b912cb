import { HOUR } from '../duration';
import { INTENT_LIVES, openIntent } from '../key/intent';
import { currentKey, withoutFuture } from '../key/secret-state';
import { dueAt } from './due';
import type { Managed } from './managed';
import { isObserved } from './observed';
import { pauseFinding } from './paused';

/** What an hourly look has not resumed by then has to wait for something else, and the daily run looks at it. */
const RESUMED_WITHIN = 6 * HOUR;
/** The longer a rotation has been due, the longer its next try waits: of a day's tries that all fail there are some ten. */
const OF_OVERDUE = 1 / 4;

/**
 * Whether a rotation began that has stored nothing, its run is over, and a look of rotate may go on with it now, in place
 * of tomorrow: one refusal of AWS in the minutes of the daily run would else make a key a day late, and leave pipelines
 * for a day with a key that somebody has deleted.
 */
export function isToBeResumed({ entry, secret: given }: Managed, now: Date): boolean {
  const secret = withoutFuture(given, now);
  const intent = openIntent(secret);
  if (intent === undefined || intent === 'unreadable') return false;
  if (isObserved(entry) || pauseFinding(entry, secret, now) !== undefined) return false;
  const current = currentKey(secret);
  const overdue = current === undefined ? 0 : now.getTime() - dueAt(current.createdAt, entry).getTime();
  const waited = now.getTime() - intent.at.getTime();
  return waited >= Math.max(INTENT_LIVES, overdue * OF_OVERDUE) && waited < RESUMED_WITHIN;
}
