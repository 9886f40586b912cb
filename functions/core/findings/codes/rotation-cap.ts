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
  }
>;

/** Keys that are named. */
const MOST_NAMED = 10;

export const rotationCap: Descriptor<RotationCap> = {
  theme: "Keyturn's own runs",
  severity: 'attention',
  outcome: 'blocked',
  what: 'more keys are due than one run may rotate',
  brokenNow: 'Nothing is broken: the others wait for the next runs.',
  message: ({ facts: { limit, waiting } }) =>
    `${limit} rotations are this run's limit; ${waiting.length} keys wait for the next ` +
    `${Math.ceil(waiting.length / limit)} runs (${waiting.slice(0, MOST_NAMED).join(', ')}). ` +
    'Raise maxRotationsPerRun if that is too long.',
  commands: startAgain('Rotate the next ones now'),
};
