import type { Paused } from '../../lifecycle/paused';
import { TAG } from '../../names';
import { withoutTag } from '../commands';
import type { Descriptor } from '../descriptor';

export const paused: Descriptor<Paused> = {
  theme: 'Something stands in the way',
  severity: {
    usually: 'notice',
    but: 'attention above 90 days',
    of: ({ facts: { long } }) => (long ? 'attention' : 'notice'),
  },
  outcome: 'held',
  what: {
    usually: 'paused',
    but: 'for long above 90 days',
    of: ({ facts: { long } }) => (long ? 'paused for long' : 'paused'),
  },
  brokenNow: 'Nothing is broken, but nothing is done for the key until the pause is over.',
  message: ({ key, facts: { until, by, why, secret } }) =>
    `Key "${key}" is paused until ${until.toISOString()} by ${by ?? 'an unnamed person'}` +
    `${why === undefined ? '' : ` (${why})`}. Remove the tag ${TAG.paused} of ${secret} to go on sooner.`,
  keyturn: { shows: 'status', cures: 'resume' },
  commands: withoutTag('End the pause', TAG.paused),
};
