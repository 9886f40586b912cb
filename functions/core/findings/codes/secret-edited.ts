import type { NotDelivered } from '../../lifecycle/plan-delivery';
import type { Edited } from '../../lifecycle/rotation-findings';
import { repair } from '../commands';
import type { Descriptor } from '../descriptor';

export const secretEdited: Descriptor<Edited | NotDelivered> = {
  theme: 'Something stands in the way',
  severity: 'attention',
  outcome: 'blocked',
  what: 'somebody edited the secret',
  brokenNow:
    'Nothing is broken for pipelines: they keep the key from before. Readers of the secret get the edited value.',
  message: ({ key, facts: { seenBy, secret } }) =>
    seenBy === 'delivery'
      ? `Key "${key}": the current version of ${secret} was put there by hand and is not delivered. ` +
        'The next rotation replaces it.'
      : `Key "${key}": somebody put a value into ${secret} that Keyturn did not store; it is not delivered. ` +
        'A fresh key replaces it as soon as the user has room for one. Only somebody who changed the policy of the secret ' +
        'can have done this: look for PutSecretValue and PutResourcePolicy in CloudTrail.',
  keyturn: { shows: 'status', cures: 'rotate' },
  commands: repair,
};
