import type { FoundOfAccessKey, NoFacts } from '../../lifecycle/found';
import { allOf, listKeys, start } from '../commands';
import type { Descriptor } from '../descriptor';

type KeyPromoted = FoundOfAccessKey<'key-promoted', NoFacts>;

export const keyPromoted: Descriptor<KeyPromoted> = {
  theme: 'The current key does not work',
  severity: 'attention',
  what: 'an earlier key is current again',
  brokenNow: 'Nothing is broken as soon as it is delivered, which takes seconds.',
  message: ({ key, accessKeyId }) =>
    `Key "${key}": ${accessKeyId} is current again, because what was current does not work and the user has no room for ` +
    'a new key.',
  keyturn: { shows: 'status', cures: 'deliver' },
  commands: allOf(listKeys, start('sync', 'Deliver it, if that has not happened')),
};
