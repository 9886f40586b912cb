import { Effect, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { DELIVERED_LABEL_PREFIX, type DeployedFunction } from '../../functions/core/names';
import type { RotationFunction } from '../engine/rotation-function';
import { type RightSettings, rightsOf } from './rights';

export interface GuardrailsProps {
  readonly functions: readonly RotationFunction[];
  readonly settings: RightSettings;
}

/**
 * What none of the functions' roles may be used for, whatever else allows it (K12). A function that was taken over can
 * lie in its own words only: no rotation says that a key was delivered or seen, no delivery says that one was made.
 * PutSecretValue has no condition for labels: a label that rotate writes is not believed, because sync looks at the
 * targets before anything is retired.
 */
export class Guardrails extends Construct {
  constructor(scope: Construct, id: string, { functions, settings }: GuardrailsProps) {
    super(scope, id);
    const tagsOf = ({ name }: RotationFunction) => rightsOf(name, settings).tags;
    new Policy(this, 'Policy', {
      roles: functions.map(({ role }) => role),
      statements: [
        ...functions.map((one) => onlyInside(one)),
        ...functions.filter((one) => tagsOf(one).length > 0).map((one) => onlyItsTags(one, tagsOf(one))),
        ...functions.filter(({ name }) => name === 'sync').map((one) => onlyItsLabels(one)),
      ],
    });
  }
}

/**
 * Who gives the role to another function gets nothing by it. Lambda's own calls, such as those that keep an event that
 * failed, name no function (Lambda Developer Guide, "Using source function ARN").
 */
function onlyInside({ name, role, lambda }: RotationFunction): PolicyStatement {
  return new PolicyStatement({
    sid: `OnlyInside${titled(name)}`,
    effect: Effect.DENY,
    actions: ['*'],
    resources: ['*'],
    conditions: {
      ArnEquals: { 'aws:PrincipalArn': role.roleArn },
      // A negated operator is true of a key that is not there.
      Null: { 'lambda:SourceFunctionArn': 'false' },
      ArnNotEquals: { 'lambda:SourceFunctionArn': lambda.functionArn },
    },
  });
}

function onlyItsTags({ name, role }: RotationFunction, tags: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    sid: `OnlyItsTags${titled(name)}`,
    effect: Effect.DENY,
    actions: ['secretsmanager:TagResource', 'secretsmanager:UntagResource'],
    resources: ['*'],
    conditions: {
      ArnEquals: { 'aws:PrincipalArn': role.roleArn },
      'ForAnyValue:StringNotLike': { 'aws:TagKeys': [...tags] },
    },
  });
}

function onlyItsLabels({ name, role }: RotationFunction): PolicyStatement {
  return new PolicyStatement({
    sid: `OnlyItsLabels${titled(name)}`,
    effect: Effect.DENY,
    actions: ['secretsmanager:UpdateSecretVersionStage'],
    resources: ['*'],
    conditions: {
      ArnEquals: { 'aws:PrincipalArn': role.roleArn },
      Null: { 'secretsmanager:VersionStage': 'false' },
      StringNotLike: { 'secretsmanager:VersionStage': `${DELIVERED_LABEL_PREFIX}*` },
    },
  });
}

function titled(name: DeployedFunction): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
