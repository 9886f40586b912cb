import { AnyPrincipal, ArnPrincipal, Effect, type IRole, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { FunctionName } from '../../functions/core/names';

/** Secrets Manager: characters of a resource policy. */
export const SECRET_POLICY_CHARACTERS = 20_480;

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
 * UpdateSecret is not denied, because CloudFormation calls it to change the KMS key. A value that is written by it is
 * reported as `secret-edited` and never delivered, unless its caller has chosen a version ID of Keyturn's form. The
 * functions do not trust that either: the user must have the key that it names, and the value must be that key, be of the
 * registry's user and authenticate, before anything is delivered.
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
      allow(
        'Rotate',
        [rotate.roleArn],
        [...LOOK, 'TagResource', 'UntagResource', 'PutSecretValue', 'UpdateSecretVersionStage'],
      ),
      allow('Deactivate', [deactivate.roleArn], [...LOOK, 'TagResource']),
      allow('Delete', [del.roleArn], [...LOOK, 'TagResource', 'UntagResource']),
      allow('Deliver', [sync.roleArn], ['DescribeSecret', 'TagResource', 'GetSecretValue', 'UpdateSecretVersionStage']),
      ...(readers.length > 0 ? [allow('Read', readers, ['DescribeSecret', 'GetSecretValue'])] : []),
      // BatchGetSecretValue needs GetSecretValue on each secret, so this covers it.
      denyOthers('NobodyElseReads', [sync.roleArn, ...readers], ['GetSecretValue']),
      denyOthers('NobodyElseStores', [rotate.roleArn], ['PutSecretValue']),
      denyOthers('NobodyElseMovesLabels', [rotate.roleArn, sync.roleArn], ['UpdateSecretVersionStage']),
    ],
  });
}

/** What a function needs to know before it tells a user's keys apart: the versions without a label too. */
const LOOK = ['DescribeSecret', 'ListSecretVersionIds'];
