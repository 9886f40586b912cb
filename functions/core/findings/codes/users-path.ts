import type { UsersPath } from '../../lifecycle/users-path';
import { always } from '../commands';
import type { Descriptor } from '../descriptor';

/** Users that are named. */
const MOST_NAMED = 10;

export const usersPath: Descriptor<UsersPath> = {
  theme: 'Something stands in the way',
  severity: 'attention',
  outcome: 'blocked',
  what: 'users and users.path do not fit',
  brokenNow: 'Nothing is broken: access keys go on working. A user outside the path is not rotated.',
  message: ({ key, facts }) => {
    if (facts.is === 'outside') {
      const { user, path, found } = facts;
      return (
        `User ${user} of key "${key}" is under ${found}, and the functions may act on users under ${path} only (users.path), ` +
        `so its key is not rotated. Move it, which its keys survive (aws iam update-user --user-name ${user} --new-path ` +
        `${path}); see first which policies name its ARN, which changes.`
      );
    }
    const { users, path } = facts;
    const named = `${users.slice(0, MOST_NAMED).join(', ')}${users.length > MOST_NAMED ? ', …' : ''}`;
    return (
      `${users.length} ${users.length === 1 ? 'user' : 'users'} under ${path} (users.path) ` +
      `${users.length === 1 ? 'belongs' : 'belong'} to no managed key: ${named}. The functions may act on every user ` +
      'there, so manage them, or move them to another path (aws iam update-user --user-name NAME --new-path /).'
    );
  },
  keyturn: { shows: 'doctor' },
  commands: always(
    'See every user and its path',
    () => "aws iam list-users --query 'Users[].[Path,UserName]' --output text",
  ),
};
