import type { DeployedRight } from '../../functions/core/deployed-facts';
import { type DeployedFunction, PROVIDER, SECRET_PREFIX } from '../../functions/core/names';
import { NEEDS, type Need } from './needs';
import { RIGHTS, type RightSettings, rightsOf } from './rights';

type Granted = (typeof RIGHTS)[DeployedFunction];
type Action =
  | ReturnType<typeof rightsOf>['managedUsers'][number]
  | Granted['managedSecrets' | 'connectionTokens'][number];

const USERS = 'of exactly the managed users';
const SECRETS = `of the managed secrets (${SECRET_PREFIX}<key>)`;

/** Each right on the things that are many, for whoever reviews it. On tokens it is another one than on managed secrets. */
const WORDS: Readonly<Record<Action, string>> = {
  'iam:ListAccessKeys': `list the access keys ${USERS}`,
  'iam:GetAccessKeyLastUsed': `see when the access keys ${USERS} were last used`,
  'iam:CreateAccessKey': `create access keys ${USERS}`,
  'iam:UpdateAccessKey': `make access keys ${USERS} Inactive or Active`,
  'iam:DeleteAccessKey': `delete access keys ${USERS}`,
  'secretsmanager:DescribeSecret': `see names, versions and tags ${SECRETS}`,
  'secretsmanager:ListSecretVersionIds': `see versions without a label ${SECRETS}`,
  'secretsmanager:TagResource': `write its own tags ${SECRETS}`,
  'secretsmanager:UntagResource': `take away its own tags ${SECRETS}`,
  'secretsmanager:PutSecretValue': `store a value, without reading any, in each ${SECRETS}`,
  'secretsmanager:UpdateSecretVersionStage': `move labels of versions ${SECRETS}`,
  'secretsmanager:GetSecretValue': `read the value ${SECRETS}`,
};
const READ_TOKENS = 'read the tokens of the connections that are used';

/** A function, the statements of its role, and whatever was added for what it delivers to. */
export interface Granting {
  readonly name: DeployedFunction;
  readonly needs: readonly Need[];
  readonly added?: readonly string[];
}

/**
 * What the functions may do in words, each right once; what many may do comes last.
 *
 * @param ofProvider what the endpoint of a provider may do, where there is one
 */
export function rightsInWords(
  functions: readonly Granting[],
  settings: RightSettings,
  ofProvider: readonly string[],
): readonly DeployedRight[] {
  const holders = new Map<string, DeployedRight['who']>();
  for (const { name, needs, added = [] } of functions) {
    for (const may of new Set([...wordsOf(name, settings), ...added, ...needs.map((need) => NEEDS[need].may)])) {
      holders.set(may, [...(holders.get(may) ?? []), name]);
    }
  }
  for (const may of ofProvider) holders.set(may, [...(holders.get(may) ?? []), PROVIDER]);
  return [...holders].map(([may, who]) => ({ may, who })).sort((a, b) => a.who.length - b.who.length);
}

function wordsOf(name: DeployedFunction, settings: RightSettings): readonly string[] {
  const { managedSecrets, connectionTokens } = RIGHTS[name];
  const { managedUsers } = rightsOf(name, settings);
  return [
    ...[...managedUsers, ...managedSecrets].map((action) => WORDS[action]),
    ...(connectionTokens.length > 0 ? [READ_TOKENS] : []),
  ];
}
