import type { Found } from '../../lifecycle/found';
import { startAgain } from '../commands';
import type { Descriptor } from '../descriptor';

/** Keys that are left, by id, and how many there were. */
type OutOfTime = Found<'out-of-time', { readonly left: readonly string[]; readonly of: number }>;

/** Keys that are named. */
const MOST_NAMED = 10;

export const outOfTime: Descriptor<OutOfTime> = {
  theme: "Keyturn's own runs",
  severity: 'notice',
  what: 'the run had no time for all keys',
  brokenNow: 'Nothing is broken: the keys that are left come first in the next run.',
  message: ({ facts: { left, of } }) => {
    const more = left.length > MOST_NAMED ? ', …' : '';
    return (
      `The run's time was nearly up: ${left.length} of ${of} keys are left for the next one ` +
      `(${left.slice(0, MOST_NAMED).join(', ')}${more}).`
    );
  },
  keyturn: { shows: 'status' },
  commands: startAgain('Go on now'),
};
