import type { Found } from '../../lifecycle/found';
import { startAgain } from '../commands';
import type { Descriptor } from '../descriptor';

type RotationCap = Found<
  'rotation-cap',
  {
    /** Rotations in one run at most. */
    readonly limit: number;
    /** Keys that wait, by id. */
    readonly waiting: readonly string[];
    /** All of them wait for their first rotation. */
    readonly isFirst: boolean;
  }
>;

/** Keys that are named. */
const MOST_NAMED = 10;

export const rotationCap: Descriptor<RotationCap> = {
  theme: "Keyturn's own runs",
  severity: {
    usually: 'attention',
    but: 'notice when only first rotations wait',
    of: ({ facts: { isFirst } }) => (isFirst ? 'notice' : 'attention'),
  },
  outcome: 'blocked',
  what: 'more keys are due than one run may rotate',
  brokenNow: 'Nothing is broken: the others wait for the next runs.',
  message: ({ facts: { limit, waiting, isFirst } }) => {
    const named = waiting.slice(0, MOST_NAMED).join(', ');
    const runs = Math.ceil(waiting.length / limit);
    const next = runs === 1 ? 'run' : `${runs} runs`;
    const why = isFirst
      ? 'All of them wait for their first rotation, which new keys make over as many days as it takes.'
      : 'Keys are brought forward so that none is late, but these are too many at once: raise maxRotationsPerRun.';
    return `${limit} rotations are this run's limit; ${waiting.length} keys wait for the next ${next} (${named}). ${why}`;
  },
  keyturn: { shows: 'status' },
  commands: startAgain('Rotate the next ones now'),
};
