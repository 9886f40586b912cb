import type { SecretState } from '../key/secret-state';
import { CLOUDFORMATION_STACK_TAG, idOfSecret } from '../names';

/** What a deployment knows to be its own. */
export interface DeployedBy {
  /** Names of its stacks. */
  readonly stacks: ReadonlySet<string>;
  /** IDs of the keys whose secret was there before (`secret: existing`), whoever made it. */
  readonly existing: ReadonlySet<string>;
}

/**
 * Whether a deployment made a secret: whoever makes one with a name of Keyturn's can have its policy say what they like,
 * but only CloudFormation can tag it so.
 */
export function isDeployedBy({ stacks, existing }: DeployedBy, { name, tags }: SecretState): boolean {
  return existing.has(idOfSecret(name) ?? '') || stacks.has(tags[CLOUDFORMATION_STACK_TAG] ?? '');
}
