import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { DeployedFunction } from '../../functions/core/names';
import { type FunctionResources, NEEDS, type Need, type Statement } from './needs';
import { RIGHTS } from './rights';

type NamedResources = FunctionResources & { readonly name: DeployedFunction };

/** What a function needs that there is something for. */
export function needsOf(scope: Construct, resources: NamedResources): readonly Need[] {
  return RIGHTS[resources.name].role.filter((need) => NEEDS[need].on(resources, scope).length > 0);
}

/** The statements of a function's role, from the start. */
export function functionPermissions(scope: Construct, resources: NamedResources): readonly PolicyStatement[] {
  return needsOf(scope, resources).map((sid) => {
    const { actions, on, conditions }: Statement = NEEDS[sid];
    return new PolicyStatement({
      sid,
      actions: [...actions],
      resources: [...on(resources, scope)],
      conditions: conditions?.(Stack.of(scope), resources),
    });
  });
}
