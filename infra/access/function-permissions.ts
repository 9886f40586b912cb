import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { DeployedFunction } from '../../functions/core/names';
import { type FunctionResources, NEEDS, type Statement } from './needs';
import { RIGHTS } from './rights';

/** The statements of a function's role, from the start. */
export function functionPermissions(
  scope: Construct,
  resources: FunctionResources & { readonly name: DeployedFunction },
): readonly PolicyStatement[] {
  return RIGHTS[resources.name].role.flatMap((sid) => {
    const { actions, on, conditions }: Statement = NEEDS[sid];
    const arns = on(resources, scope);
    if (arns.length === 0) return [];
    return new PolicyStatement({
      sid,
      actions: [...actions],
      resources: [...arns],
      conditions: conditions?.(Stack.of(scope)),
    });
  });
}
