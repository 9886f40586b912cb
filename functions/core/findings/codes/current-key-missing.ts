import type { Broken } from '../../lifecycle/rotation-findings';
import type { SuccessorFinding } from '../../lifecycle/successor';
import { repair } from '../commands';
import type { Descriptor } from '../descriptor';

type CurrentKeyMissing = Extract<Broken | SuccessorFinding, { code: 'current-key-missing' }>;

export const currentKeyMissing: Descriptor<CurrentKeyMissing> = {
  theme: 'The current key does not work',
  severity: 'attention',
  what: 'somebody deleted the current key',
  brokenNow: 'Broken now: pipelines that use this key cannot log in until a new one is delivered.',
  message: ({ key, accessKeyId, facts }) =>
    facts.waits === 'retirement'
      ? `Key "${key}": ${accessKeyId} stays as it is, because its successor ${facts.successor} was deleted or made ` +
        'Inactive by hand. The next rotation repairs that first.'
      : `Key "${key}": somebody deleted the current key ${facts.current ?? 'the key'}. Pipelines cannot use it until a ` +
        'new one is delivered.',
  // The run that finds it replaces it at once; deactivate and delete only find that they wait for that.
  keyturn: { shows: 'status', cures: 'deliver' },
  cures: ({ facts: { waits } }) => (waits === 'retirement' ? 'rotate' : 'deliver'),
  commands: repair,
};
