import type { ExposedUnmanaged } from '../../lifecycle/exposed';
import { always } from '../commands';
import type { Descriptor } from '../descriptor';

export const exposedUnmanaged: Descriptor<ExposedUnmanaged> = {
  theme: 'A leaked key',
  severity: 'attention',
  outcome: 'blocked',
  what: 'AWS says that another key has leaked',
  brokenNow: 'Nothing is broken for pipelines, but whoever has the leaked key can use it.',
  message: ({ facts: { leaked, source, what, user } }) =>
    `${source} says that the access key ${leaked}${user === undefined ? '' : ` of the IAM user ${user}`} has leaked ` +
    `(${what}). It is of no managed user, so Keyturn does nothing about it. Make it Inactive: aws iam update-access-key ` +
    `--user-name ${user ?? '…'} --access-key-id ${leaked} --status Inactive`,
  about: ({ facts: { leaked } }) => [leaked],
  keyturn: { shows: 'status' },
  commands: always(
    'See the events of AWS Health (needs Business Support)',
    () => 'aws health describe-events --region us-east-1 --filter services=RISK',
  ),
  recorded: ({ facts: { leaked, source, what } }) => ({ leaked, source, what }),
};
