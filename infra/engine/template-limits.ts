import { Annotations, CfnElement, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { type KeyConfig, MOST_KEY_STACKS } from '../../functions/core/config/key-config';
import { type RoleConfig, trustOf } from '../../functions/core/config/roles-config';
import { ROLE_QUERIES } from '../evidence/saved-queries';

/** CloudFormation: bytes of a template, and resources in it. Both are fixed. */
const MOST = { bytes: 1_000_000, resources: 500 };
/** What is left free for the resources and words of later versions, so that a stack that is full can still be updated. */
const RESERVE = 0.2;
/** What the engine takes with everything that can be turned on: 120 today, subscriptions and managed policies included. */
const RESOURCES_OF_ENGINE = 140;

/** Two rules, and leave for each function that they start. */
const RESOURCES_OF_EXPOSED = 6;

/** The provider's function, table and API, and the SSM parameters with its rules. */
const RESOURCES_OF_ENDPOINT = 25;

/** How many resources a key makes: secret, its policy, registry parameter, and the user. */
function resourcesOf({ createUser, secret }: KeyConfig): number {
  return 2 + Number(secret === 'create') + Number(createUser);
}

/** Each itself, the provider of each workspace that the account has none of, and the saved queries of who took one. */
function resourcesOfRoles(roles: readonly RoleConfig[]): number {
  if (roles.length === 0) return 0;
  const made = roles.filter(({ provider }) => provider === undefined).map((role) => trustOf(role).issuer);
  return roles.length + new Set(made).size + ROLE_QUERIES;
}

const CURE =
  'Leave the keys that are deployed where they are: one that moves to another stack would have to make a secret that is ' +
  'there already. Give keys that are not deployed yet a stack of their own, one number for about 100 keys ' +
  `("stack: 1", up to ${MOST_KEY_STACKS}), and deploy with --all.`;

/** Whether the stack has room for these keys beside the engine; otherwise the error says what to do. */
export function hasRoom(
  scope: Construct,
  keys: readonly KeyConfig[],
  {
    exposed,
    roles = [],
    endpoint = false,
  }: { readonly exposed: boolean; readonly roles?: readonly RoleConfig[] | undefined; readonly endpoint?: boolean },
): boolean {
  const ofOptions = (exposed ? RESOURCES_OF_EXPOSED : 0) + (endpoint ? RESOURCES_OF_ENDPOINT : 0);
  const ofEngine = RESOURCES_OF_ENGINE + ofOptions + resourcesOfRoles(roles);
  const needed = (scope instanceof Stack ? 0 : ofEngine) + keys.reduce((sum, key) => sum + resourcesOf(key), 0);
  if (needed <= MOST.resources) return true;
  Annotations.of(scope).addError(
    `keys: ${keys.length} keys need up to ${needed} resources in the stack ${Stack.of(scope).stackName}, and ` +
      `CloudFormation allows ${MOST.resources}. ${CURE}`,
  );
  return false;
}

/** Of stacks of many keys: the CDK's indentation is a third of their templates. */
export const COMPACT_TEMPLATE = { suppressTemplateIndentation: true };

/** Measures the template when all of it is there, and says so when it is too large or will soon be. */
export function watchTemplateSize(stack: Stack): void {
  stack.node.addValidation({
    validate: () => {
      const bytes = templateBytes(stack);
      const size = `keys: the template of the stack ${stack.stackName} has ${bytes} bytes`;
      if (bytes > MOST.bytes) {
        Annotations.of(stack).addError(`${size}, and CloudFormation takes ${MOST.bytes}. ${CURE}`);
      } else if (bytes > MOST.bytes * (1 - RESERVE)) {
        const left = `${MOST.bytes - bytes} less than CloudFormation takes; later versions may need them`;
        Annotations.of(stack).addWarningV2('keyturn:template-size', `${size}, ${left}. ${CURE}`);
      }
      return [];
    },
  });
}

/** What the stack's template comes to, to a few hundred bytes. */
function templateBytes(stack: Stack): number {
  const elements = stack.node.findAll().filter((one) => CfnElement.isCfnElement(one) && Stack.of(one) === stack);
  return elements.reduce((sum, element) => {
    const text = JSON.stringify(stack.resolve((element as CfnElement)._toCloudFormation()));
    return sum + Buffer.byteLength(text);
  }, 0);
}
