import type { Reactivated } from '../../lifecycle/reactivated';
import { lastUse } from '../commands';
import type { Descriptor } from '../descriptor';

export const reactivated: Descriptor<Reactivated> = {
  theme: 'A superseded key',
  severity: 'attention',
  what: 'a deactivated key was made Active again',
  brokenNow: 'Nothing is broken: the key is left Active for another whole overlap.',
  message: ({ key, accessKeyId, facts: { overlapDays, isReplaced } }) =>
    isReplaced
      ? `Key "${key}": somebody made ${accessKeyId} Active again, which roles had replaced. It is rotated and delivered as ` +
        `before, and goes again when nobody has used it for ${overlapDays} days. To keep it, take "replacedBy" out and deploy.`
      : `Key "${key}": somebody made the superseded key ${accessKeyId} Active again. It is left so for ${overlapDays} more ` +
        "days; move what still uses it to the targets' current key.",
  keyturn: { shows: 'why' },
  commands: lastUse,
};
