import type { UserSpelling } from '../../lifecycle/user-spelling';
import { ofUser } from '../commands';
import type { Descriptor } from '../descriptor';

export const userSpelling: Descriptor<UserSpelling> = {
  theme: 'Something stands in the way',
  severity: 'attention',
  outcome: 'blocked',
  what: 'IAM spells its user otherwise',
  brokenNow: 'Nothing is broken, but Keyturn may be refused what it needs of the user.',
  message: ({ key, facts: { written, iam } }) =>
    `The user of key "${key}" is written ${written}, and IAM spells it ${iam}. IAM takes the two for one user, but policies ` +
    `that name it do not, Keyturn's own among them. Write "user: ${iam}" and deploy again; the key goes on as it is.`,
  keyturn: { shows: 'doctor' },
  commands: ofUser('See how IAM spells it', (user) => `get-user --user-name ${user} --query User.UserName`),
};
