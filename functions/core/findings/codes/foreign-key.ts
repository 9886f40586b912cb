import type { ForeignKey } from '../../lifecycle/rotation-findings';
import { allOf, lastUse, ofAccessKey } from '../commands';
import type { Descriptor } from '../descriptor';

export const foreignKey: Descriptor<ForeignKey> = {
  theme: 'Something stands in the way',
  severity: 'attention',
  alarm:
    'A managed user has an access key that Keyturn did not make. Nothing is broken. But somebody holds a key that nobody rotates, and it takes the room of the next one.',
  what: 'somebody made an access key by hand',
  brokenNow: 'Nothing is broken, but there will be no room for a fresh key.',
  message: ({ accessKeyId, facts: { user, createdAt } }) =>
    `User ${user} has the access key ${accessKeyId}, created ${createdAt.toISOString()} by hand. Keyturn never touches it. ` +
    `If nobody needs it: aws iam delete-access-key --user-name ${user} --access-key-id ${accessKeyId}`,
  keyturn: { shows: 'why' },
  commands: allOf(
    lastUse,
    ofAccessKey(
      'Delete it, when nobody needs it',
      (id, user) => `aws iam delete-access-key --user-name ${user} --access-key-id ${id}`,
    ),
  ),
};
