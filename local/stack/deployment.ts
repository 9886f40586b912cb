import type { Queue } from '../events/queues';
import type { Rule } from '../events/rule';
import type { FunctionConfiguration } from '../lambda/function-configuration';

interface DeployedFunction extends FunctionConfiguration {
  readonly logicalId: string;
}

/** A policy of a role or user: a parsed document. */
export interface NamedPolicy {
  /** Its name, or the ARN of a managed policy. */
  readonly name: string;
  readonly document: unknown;
}

export interface DeployedRole {
  readonly roleName: string;
  readonly arn: string;
  readonly trustPolicy: unknown;
  readonly policies: readonly NamedPolicy[];
  /** ARNs of attached policies that are not the stack's, whose documents are therefore not known here. */
  readonly foreignPolicies: readonly string[];
}

interface DeployedSecret {
  readonly name: string;
  readonly arn: string;
  readonly kmsKeyId: string | undefined;
  readonly resourcePolicy: unknown;
}

interface DeployedKey {
  readonly arn: string;
  readonly policy: unknown;
}

/** What a deployment has made. */
export interface Deployment {
  readonly stackName: string;
  readonly stackId: string;
  readonly status: 'CREATE_COMPLETE' | 'UPDATE_COMPLETE';
  readonly outputs: Readonly<Record<string, string>>;
  readonly functions: readonly DeployedFunction[];
  readonly rules: readonly Rule[];
  readonly roles: readonly DeployedRole[];
  readonly secrets: readonly DeployedSecret[];
  readonly keys: readonly DeployedKey[];
  readonly queues: readonly Queue[];
  /** ARNs. */
  readonly topics: readonly string[];
}

/**
 * The name of the function whose logical ID has this part, in any case: `rotate` finds `KeyRotationRotateFunction…`.
 * @throws Error when there is none, or more than one.
 */
export function functionNameOf({ functions }: Deployment, part: string): string {
  const found = functions.filter(({ logicalId }) => logicalId.toLowerCase().includes(part.toLowerCase()));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.functionName;
  const ids = functions.map(({ logicalId }) => logicalId).join(', ');
  throw new Error(`Expected one function with ${part} in its logical ID, found ${found.length} among: ${ids}`);
}
