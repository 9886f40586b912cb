import type { InvalidPause } from '../../lifecycle/paused';
import { TAG } from '../../names';
import { INSTANT_FORM } from '../../written-instant';
import { withoutTag } from '../commands';
import type { Descriptor } from '../descriptor';

export const invalidPause: Descriptor<InvalidPause> = {
  theme: 'Something stands in the way',
  severity: 'attention',
  outcome: 'blocked',
  what: 'paused without an end',
  brokenNow: 'Nothing is broken, but nothing is done for the key until the tag is corrected.',
  message: ({ key, facts: { secret } }) =>
    `Key "${key}" is paused without an end: the tag ${TAG.paused} of ${secret} has to begin with ${INSTANT_FORM}, then ` +
    'say who pauses it and why, without an hour that the date lacks. Nothing is changed until it is corrected or removed.',
  keyturn: { shows: 'status', cures: 'resume' },
  commands: withoutTag('End the pause', TAG.paused),
};
