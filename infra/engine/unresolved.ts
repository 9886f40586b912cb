import { Token } from 'aws-cdk-lib';

/** The registry is JSON that is written at synthesis, so it cannot hold what only the deployment knows. */
export function unresolved(value: unknown, path: string): string[] {
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).flatMap(([name, inner]) => unresolved(inner, `${path}.${name}`));
  }
  if (!Token.isUnresolved(value)) return [];
  return [`${path}: expected plain text, found a token of the CDK; write the name or the ARN itself`];
}
