import { Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { FunctionName } from '../../functions/core/names';
import { STARTABLE } from '../../functions/core/verbs';
import type { RotationFunction } from '../engine/rotation-function';
import { NEEDS } from './needs';

/** @internal */
export const GO_ON = {
  sid: 'GoOn',
  may: 'start itself, to go on with a delivery that takes longer than one run',
  actions: ['lambda:InvokeFunction'],
} as const;

/** Only where a target is such a one. Apart from the role, which the function depends on. @internal */
export function allowGoingOn(scope: Construct, { role, lambda }: RotationFunction): void {
  const { sid, actions } = GO_ON;
  const statement = new PolicyStatement({ sid, actions: [...actions], resources: [lambda.functionArn] });
  new Policy(scope, 'GoesOn', { roles: [role], statements: [statement] });
}

export interface StartsProps {
  readonly functions: Readonly<Record<FunctionName, RotationFunction>>;
  readonly fronts: readonly RotationFunction[];
  /** Whether something is done for keys that AWS says have leaked. */
  readonly actsOnExposed: boolean;
}

/**
 * Who may start functions that look at what the secrets say: the fronts, sync, which sees every hour that the wait of a
 * key that has leaked is over or that a rotation began and stored nothing, and rotate, where AWS tells it of leaked keys.
 *
 * One policy of all their roles, each with its own statement, because a template with very many keys has no room for
 * several. Not in the roles themselves: the seal key's policy names them, and the functions depend on that key.
 */
export function allowStarts(scope: Construct, { functions, fronts, actsOnExposed }: StartsProps): void {
  const { rotate, sync } = functions;
  const told = actsOnExposed ? [rotate] : [];
  const statement = (
    sid: 'StartFunctions' | 'StartRotation' | 'StartDeactivation',
    by: readonly RotationFunction[],
    what: readonly FunctionName[],
  ) =>
    new PolicyStatement({
      sid,
      actions: [...NEEDS[sid].actions],
      resources: what.map((name) => functions[name].lambda.functionArn),
      conditions: { ArnEquals: { 'aws:PrincipalArn': by.map(({ role }) => role.roleArn) } },
    });
  const policy = new Policy(scope, 'Starts', {
    roles: [...fronts, sync, ...told].map(({ role }) => role),
    statements: [
      ...(fronts.length > 0 ? [statement('StartFunctions', fronts, [...STARTABLE])] : []),
      statement('StartRotation', [sync], ['rotate']),
      ...(told.length > 0 ? [statement('StartDeactivation', told, ['deactivate'])] : []),
    ],
  });
  for (const { lambda } of fronts) lambda.node.addDependency(policy);
}
