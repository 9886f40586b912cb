import { ArnPrincipal, Effect, type IRole, PolicyDocument, PolicyStatement, StarPrincipal } from 'aws-cdk-lib/aws-iam';
import { pinOf } from '../../functions/core/config/entry-pin';
import { FUNCTION_NAMES, type FunctionName } from '../../functions/core/names';
import { RIGHTS } from './rights';

/** Secrets Manager: characters of a resource policy. */
export const SECRET_POLICY_CHARACTERS = 20_480;

export interface SecretPolicyProps {
  readonly roles: Readonly<Record<FunctionName, IRole>>;
  /** ARNs of roles that may read the value beside sync. */
  readonly readers: readonly string[];
  /** ARN of the role that deploys, where its own rights shall decide whether it reads. @default - it cannot */
  readonly deployer?: string;
  /** Digest of the key's registry entry. */
  readonly entry: string;
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
 *
 * The statement that lets sync deliver says for which registry entry, in its ID: the functions act on no other one.
 */
export function secretPolicy({ roles, readers, deployer, entry }: SecretPolicyProps): PolicyDocument {
  const allow = (sid: string, principals: readonly string[], actions: readonly string[]) =>
    new PolicyStatement({
      sid,
      principals: principals.map((arn) => new ArnPrincipal(arn)),
      actions: [...actions],
      // In a secret's own policy, "*" is the secret itself.
      resources: ['*'],
    });
  const denyOthers = (action: string, others: readonly string[] = [], sid?: string) => {
    const allowed = FUNCTION_NAMES.filter((name) => rightsOn(name).includes(action));
    return new PolicyStatement({
      sid,
      effect: Effect.DENY,
      // "*", and not {"AWS": "*"}, which says the same: a template of very many keys has no bytes to spare.
      principals: [new StarPrincipal()],
      actions: [action],
      resources: ['*'],
      // Of an assumed role, aws:PrincipalArn is the role's ARN. StringNotEquals, because ArnNotEquals expands wildcards.
      conditions: {
        StringNotEquals: { 'aws:PrincipalArn': [...allowed.map((name) => roles[name].roleArn), ...others] },
      },
    });
  };
  return new PolicyDocument({
    statements: [
      ...FUNCTION_NAMES.map((name) => {
        const sid = name === 'sync' ? `${SIDS[name]}${pinOf(entry)}` : SIDS[name];
        return allow(sid, [roles[name].roleArn], rightsOn(name));
      }),
      ...(readers.length > 0 ? [allow('Read', readers, READERS)] : []),
      // BatchGetSecretValue needs GetSecretValue on each secret, so this covers it.
      denyOthers(
        'secretsmanager:GetSecretValue',
        [...readers, ...(deployer ? [deployer] : [])],
        // Whoever breaks the glass looks for it. The others do without a name, for their bytes.
        'NobodyElseReads',
      ),
      denyOthers('secretsmanager:PutSecretValue'),
      denyOthers('secretsmanager:UpdateSecretVersionStage'),
    ],
  });
}

const SIDS = { rotate: 'Rotate', deactivate: 'Deactivate', delete: 'Delete', sync: 'Deliver' } as const;

/** What whoever reads a secret beside sync may do. */
export const READERS = ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'];

function rightsOn(name: FunctionName): readonly string[] {
  return RIGHTS[name].managedSecrets;
}
