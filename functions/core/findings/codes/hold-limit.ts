import type { HoldLimit } from '../../lifecycle/plan-deactivation';
import { ofAccessKey } from '../commands';
import type { Descriptor } from '../descriptor';
import { keyUsers } from '../key-users';
import { lastUseOf } from '../last-use';

export const holdLimit: Descriptor<HoldLimit> = {
  theme: 'A superseded key',
  severity: 'attention',
  alarm:
    'A superseded key was made Inactive although something still used it, because it had been held to the limit. Whatever used it fails now. The key can be made Active again until it is deleted.',
  what: 'a superseded key in use was made Inactive',
  brokenNow: 'Perhaps broken: whatever still used the old key cannot log in any more.',
  message: ({ key, accessKeyId, facts: { used, by, holdLimit, user } }) =>
    `Key "${key}": ${accessKeyId} was used ${lastUseOf(used)}, but its hold of ${holdLimit} days is over. It is ` +
    `made Inactive now. To undo: aws iam update-access-key --user-name ${user} --access-key-id ${accessKeyId} ` +
    `--status Active${keyUsers(by) && `.${keyUsers(by)}`}`,
  keyturn: { shows: 'why' },
  commands: ofAccessKey(
    'Undo it, for another whole overlap',
    (id, user) => `aws iam update-access-key --user-name ${user} --access-key-id ${id} --status Active`,
  ),
};
