import type { Broken } from '../../lifecycle/rotation-findings';
import type { SuccessorFinding } from '../../lifecycle/successor';
import { allOf, listKeys, repair } from '../commands';
import type { Descriptor } from '../descriptor';

type CurrentKeyInactive = Extract<Broken | SuccessorFinding, { code: 'current-key-inactive' }>;

export const currentKeyInactive: Descriptor<CurrentKeyInactive> = {
  theme: 'The current key does not work',
  severity: 'attention',
  what: 'somebody made the current key Inactive',
  brokenNow: 'Broken now: pipelines that use this key cannot log in until a new one is delivered.',
  message: ({ key, accessKeyId, facts }) =>
    facts.waits === 'retirement'
      ? `Key "${key}": ${accessKeyId} stays as it is, because its successor ${facts.successor} was deleted or made ` +
        'Inactive by hand. The next rotation repairs that first.'
      : `Key "${key}": somebody made the current key ${facts.current ?? 'the key'} Inactive. Pipelines cannot use it ` +
        'until a new one is delivered.',
  // The run that finds it replaces it at once; deactivate and delete only find that they wait for that.
  keyturn: { shows: 'status', cures: 'deliver' },
  cures: ({ facts: { waits } }) => (waits === 'retirement' ? 'rotate' : 'deliver'),
  commands: allOf(listKeys, repair),
};
