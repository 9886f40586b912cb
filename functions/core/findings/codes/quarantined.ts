import { policyName } from '../../key/quarantine';
import type { Quarantined } from '../../lifecycle/quarantined';
import { listKeys, ofUser, quoted } from '../commands';
import type { Descriptor } from '../descriptor';

/** Users that are named. */
const MOST_NAMED = 10;

const AFTERWARDS = "Make the leaked key harmless first, and do what AWS's support case asks for";

export const quarantined: Descriptor<Quarantined> = {
  theme: 'A leaked key',
  severity: {
    usually: 'attention',
    but: 'notice when people know of them and none is of a managed key, or when it is not known for less than two days',
    of: ({ facts }) => {
      if (facts.is === 'unknown') return facts.lasts ? 'attention' : 'notice';
      return facts.is === 'others' && facts.known.length === facts.users.length ? 'notice' : 'attention';
    },
  },
  outcome: 'blocked',
  what: {
    usually: 'AWS has put a user in quarantine',
    but: 'or it is not known whom',
    of: ({ facts: { is } }) =>
      is === 'unknown' ? 'it is not known whom AWS has put in quarantine' : 'AWS has put a user in quarantine',
  },
  brokenNow: {
    usually: 'Perhaps broken: the user is denied actions that pipelines may need, whatever key of it they hold.',
    but: 'nothing where the user is of no managed key, or it is not known',
    of: ({ facts: { is } }) =>
      is !== 'managed'
        ? 'Nothing is broken for managed keys.'
        : 'Perhaps broken: the user is denied actions that pipelines may need, whatever key of it they hold.',
  },
  message: ({ key, facts }) => {
    if (facts.is === 'unknown') {
      return (
        `Whom AWS has put in quarantine is not known, or not of all, since ${facts.unknownSince.toISOString()}: that none ` +
        `is found proves nothing. The role of rotate needs iam:ListPolicies and iam:ListEntitiesForPolicy. ${facts.reason}`
      );
    }
    if (facts.is === 'others') {
      const { users } = facts;
      const named = `${users.slice(0, MOST_NAMED).join(', ')}${users.length > MOST_NAMED ? ', …' : ''}`;
      return (
        `AWS has put ${users.length} IAM ${users.length === 1 ? 'user' : 'users'} of no managed key in quarantine, as it does ` +
        `when it sees a leaked key: ${named}. Keyturn does nothing about it. ${AFTERWARDS}.`
      );
    }
    const { user, policies } = facts;
    const detach = policies.map(
      (arn) => `aws iam detach-user-policy --user-name ${quoted(user)} --policy-arn ${quoted(arn)}`,
    );
    return (
      `Key "${key}": AWS has put its user ${user} in quarantine (${policies.map(policyName).join(', ')}), as it does when it ` +
      'sees a leaked key. The keys go on working, but the user is denied a list of actions, such as s3:GetObject, ' +
      'ecr:GetAuthorizationToken, lambda:UpdateFunctionCode and iam:PassRole: pipelines may fail with a key that works. ' +
      `${AFTERWARDS}; then end it: ${detach.join('; ')}`
    );
  },
  keyturn: { shows: 'status' },
  commands: (concerned) => [
    ...ofUser("See the user's policies", (user) => `list-attached-user-policies --user-name ${user}`)(concerned),
    ...listKeys(concerned),
  ],
  about: ({ facts }) => (facts.is === 'others' ? facts.users : undefined),
  recorded: ({ facts }) => {
    if (facts.is === 'unknown') return { unknownSince: facts.unknownSince.toISOString() };
    if (facts.is === 'managed') return { user: facts.user, policies: facts.policies };
    const { users, known } = facts;
    return { users, ...(known.length === 0 ? {} : { known }) };
  },
};
