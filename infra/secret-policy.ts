import { AnyPrincipal, ArnPrincipal, Effect, type IRole, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { FunctionName } from '../functions/core/names';

export interface SecretPolicyProps {
  readonly roles: Readonly<Record<FunctionName, IRole>>;
  /** ARNs of roles that may read the value beside sync. */
  readonly readers: readonly string[];
}

/**
 * The resource policy of one managed secret: everything that the functions may do to it, and that nobody else reads or
 * writes the value, however wide their own rights are. To break the glass, an administrator with
 * `secretsmanager:PutResourcePolicy` adds the ARN of the own role to the condition of the Deny; CloudTrail records it, and
 * the next deployment that changes the policy takes it back.
 *
 * UpdateSecret is not denied, because CloudFormation calls it to change the KMS key. A value that is written by it has a
 * version ID that is not Keyturn's, is never delivered, and is reported as `secret-edited`.
 */
export function secretPolicy({ roles, readers }: SecretPolicyProps): PolicyDocument {
  const allow = (sid: string, principals: readonly string[], actions: readonly string[]) =>
    new PolicyStatement({
      sid,
      principals: principals.map((arn) => new ArnPrincipal(arn)),
      actions: actions.map((action) => `secretsmanager:${action}`),
      // In a secret's own policy, "*" is the secret itself.
      resources: ['*'],
    });
  const denyOthers = (sid: string, allowed: readonly string[], actions: readonly string[]) =>
    new PolicyStatement({
      sid,
      effect: Effect.DENY,
      principals: [new AnyPrincipal()],
      actions: actions.map((action) => `secretsmanager:${action}`),
      resources: ['*'],
      // Of an assumed role, aws:PrincipalArn is the role's ARN. StringNotEquals, because ArnNotEquals expands wildcards.
      conditions: { StringNotEquals: { 'aws:PrincipalArn': allowed } },
    });
  const { rotate, deactivate, delete: del, sync } = roles;
  return new PolicyDocument({
    statements: [
      allow('Rotate', [rotate.roleArn], [...LOOK, ...TAG, 'PutSecretValue', 'UpdateSecretVersionStage']),
      allow('Retire', [deactivate.roleArn, del.roleArn], [...LOOK, ...TAG]),
      allow('Deliver', [sync.roleArn], [...LOOK, 'TagResource', 'GetSecretValue', 'UpdateSecretVersionStage']),
      ...(readers.length > 0 ? [allow('Read', readers, ['DescribeSecret', 'GetSecretValue'])] : []),
      // BatchGetSecretValue needs GetSecretValue on each secret, so this covers it.
      denyOthers('NobodyElseReads', [sync.roleArn, ...readers], ['GetSecretValue']),
      denyOthers('NobodyElseStores', [rotate.roleArn], ['PutSecretValue']),
      denyOthers('NobodyElseMovesLabels', [rotate.roleArn, sync.roleArn], ['UpdateSecretVersionStage']),
    ],
  });
}

/** What each function needs to know before it plans. */
const LOOK = ['DescribeSecret', 'ListSecretVersionIds'];
const TAG = ['TagResource', 'UntagResource'];
