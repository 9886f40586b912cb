import type { NotDeployed } from '../../lifecycle/not-deployed';
import { registryParameterName, secretName } from '../../names';
import { allOf, always, registryHistory } from '../commands';
import type { Descriptor } from '../descriptor';

export const notDeployed: Descriptor<NotDeployed> = {
  theme: 'Something stands in the way',
  severity: {
    usually: 'attention',
    but: 'notice in its first hour, in which a deployment may be under way',
    of: ({ facts: { lasts } }) => (lasts ? 'attention' : 'notice'),
  },
  outcome: 'held',
  what: 'its registry entry is not what was deployed',
  brokenNow: 'Nothing is broken, but nothing is done for the key until its entry is the deployed one again.',
  message: ({ key, facts }) =>
    `The registry entry ${registryParameterName(key)} says: ${facts.says}. ` +
    `${said(secretName(key), facts)} So nothing is done for the key, and nothing is sent anywhere. See who wrote the ` +
    'entry, and deploy the stack of the key again.',
  keyturn: { shows: 'doctor' },
  commands: allOf(
    registryHistory('See who changed the entry'),
    always(
      'See who wrote parameters',
      (region) =>
        `aws cloudtrail lookup-events --region ${region} --lookup-attributes AttributeKey=EventName,AttributeValue=PutParameter`,
    ),
  ),
};

function said(secret: string, facts: NotDeployed['facts']): string {
  switch (facts.is) {
    case 'differs':
      return `The deployment has said something else of this key, in the policy of the secret ${secret}.`;
    case 'unsaid':
      return `No deployment of this version has said anything of this key, in the policy of the secret ${secret}.`;
    case 'shared-user':
      return (
        `The key "${facts.with}" has the same user, and a user has room for one managed key. Where one of them was taken ` +
        'out of the configuration, delete its entry.'
      );
    case 'made-elsewhere':
      return `No stack of this deployment made the secret ${secret}, and no key of it has "secret: existing".`;
  }
}
