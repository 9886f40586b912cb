import * as z from 'zod';
import { DEPLOYED_FUNCTIONS } from '../../functions/core/names';
import type { Account } from '../../local/account/account';
import { AwsError } from '../../local/account/aws-error';
import type { Deployment } from '../../local/stack/deployment';
import { awsManagedKey } from './iam-request';

const texts = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

/** Keys that the library holds to be sets. */
const SETS = new Set(['events:source', 'events:detail-type']);

/**
 * EventBridge compares a plain StringEquals with the source and the detail type of an event (EventBridge User Guide,
 * "Permissions for event buses", example policies). The library holds these keys to be sets, which a plain operator never
 * matches; of the one value that an entry has, "any value" says the same.
 */
const conditionSchema = z.record(z.string(), z.record(z.string(), z.unknown())).transform((condition) => {
  const { StringEquals = {}, ...others } = condition;
  const of = (isSet: boolean) => Object.entries(StringEquals).filter(([key]) => SETS.has(key) === isSet);
  const [plain, sets] = [of(false), of(true)];
  return {
    ...others,
    ...(plain.length === 0 ? {} : { StringEquals: Object.fromEntries(plain) }),
    ...(sets.length === 0 ? {} : { 'ForAnyValue:StringEquals': Object.fromEntries(sets) }),
  };
});

const statementSchema = z.looseObject({
  Sid: z.string().default(''),
  Effect: z.enum(['Allow', 'Deny']),
  Action: texts,
  Principal: z.union([z.literal('*'), z.object({ AWS: texts }), z.object({ Service: texts })]).optional(),
  Condition: conditionSchema.optional(),
});
const documentSchema = z.object({ Version: z.string().default('2012-10-17'), Statement: z.array(statementSchema) });
export type Statement = z.infer<typeof statementSchema>;

/** Where a statement stands. */
export type Place = 'role' | 'secret' | 'key';

/** All policies of a deployment, by what they are about. */
export interface Policies {
  readonly accountId: string;
  /** Statements of each role, by the role's ARN. */
  readonly ofRoles: ReadonlyMap<string, readonly Statement[]>;
  /** Statements of each secret and KMS key, by its ARN. */
  readonly ofResources: ReadonlyMap<string, { readonly place: Place; readonly statements: readonly Statement[] }>;
  /** What people call a principal: the function's name, `account`, or `reader`. */
  readonly holderOf: (principalArn: string) => string;
}

/** One action that one statement allows to one holder. */
export interface Permission {
  readonly holder: string;
  readonly place: Place;
  readonly sid: string;
  readonly action: string;
}

/** One of many keys: what its statement says of the key's entry is left out. */
export function permissionName({ holder, place, sid, action }: Permission): string {
  return `${holder}: ${place} ${sid.replace(/Entry[0-9a-f]{40}$/, '')}: ${action}`;
}

export function statementsOf(document: unknown): readonly Statement[] {
  return document === undefined ? [] : documentSchema.parse(document).Statement;
}

export function policiesOf(deployment: Deployment, account: Account): Policies {
  const functions = new Map(
    DEPLOYED_FUNCTIONS.flatMap((name) =>
      deployment.functions
        .filter(({ logicalId }) => logicalId.toLowerCase().startsWith(`keyrotation${name}function`))
        .map(({ roleArn }) => [roleArn, name as string] as const),
    ),
  );
  const ofResources = new Map<string, { place: Place; statements: readonly Statement[] }>();
  for (const { arn, resourcePolicy } of deployment.secrets) {
    ofResources.set(arn, { place: 'secret', statements: statementsOf(resourcePolicy) });
  }
  for (const { arn, policy } of deployment.keys) {
    ofResources.set(arn, { place: 'key', statements: statementsOf(policy) });
  }
  return {
    accountId: account.accountId,
    ofRoles: new Map(
      deployment.roles.map(({ arn, policies }) => [arn, policies.flatMap(({ document }) => statementsOf(document))]),
    ),
    ofResources,
    holderOf: (arn) =>
      functions.get(arn) ?? (arn.endsWith(':root') ? 'account' : arn.endsWith('.amazonaws.com') ? arn : 'reader'),
  };
}

/** Every permission that the deployment gives, each once. */
export function permissionsIn({ ofRoles, ofResources, holderOf }: Policies): readonly Permission[] {
  const all = new Map<string, Permission>();
  const add = (holder: string, place: Place, { Sid: sid, Action }: Statement) => {
    for (const action of Action) {
      const permission = { holder, place, sid, action };
      all.set(permissionName(permission), permission);
    }
  };
  for (const [role, statements] of ofRoles) {
    // Roles that only AWS's own services assume do nothing here; test/infra holds each to its exact statements.
    if (holderOf(role) === 'reader') continue;
    for (const statement of statements.filter(({ Effect }) => Effect === 'Allow'))
      add(holderOf(role), 'role', statement);
  }
  for (const { place, statements } of ofResources.values()) {
    for (const statement of statements.filter(({ Effect }) => Effect === 'Allow')) {
      for (const arn of principalsOf(statement)) add(holderOf(arn), place, statement);
    }
  }
  return [...all.values()];
}

export function principalsOf({ Principal }: Statement): readonly string[] {
  if (Principal === undefined || Principal === '*') return ['*'];
  return 'AWS' in Principal ? Principal.AWS : Principal.Service;
}

/** The KMS key of the topic: the one that SNS uses in a publisher's name. */
export function topicKeyOf({ keys }: Deployment): string {
  const found = keys.find(({ policy }) => /"sns\.[a-z0-9-]+\.amazonaws\.com"/.test(JSON.stringify(policy)));
  if (found === undefined) throw new Error('the topic has no KMS key of its own');
  return found.arn;
}

/**
 * The policy that a KMS key has now. A key that is not in the local account, as the one behind somebody's connection,
 * has the one that KMS gives where nobody else does.
 */
export function keyPolicyOf(resource: string, account: Account): readonly Statement[] {
  return awsManagedKeyPolicy(resource, account) ?? keptKeyPolicy(resource, account) ?? defaultKeyPolicy(account);
}

function keptKeyPolicy(KeyId: string, { kms }: Account): readonly Statement[] | undefined {
  try {
    return statementsOf(JSON.parse(kms.getKeyPolicy({ KeyId }).Policy));
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

/** The policy that AWS gives to the key of a service: everybody in the account, through that service. */
function awsManagedKeyPolicy(resource: string, account: Account): readonly Statement[] | undefined {
  const service = 'secretsmanager';
  if (resource !== awsManagedKey(service, account)) return undefined;
  return statementsOf({
    Statement: [
      {
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: ['kms:Encrypt', 'kms:Decrypt', 'kms:ReEncrypt*', 'kms:GenerateDataKey*', 'kms:DescribeKey'],
        Resource: '*',
        Condition: {
          StringEquals: {
            'kms:CallerAccount': account.accountId,
            'kms:ViaService': `${service}.${account.region}.amazonaws.com`,
          },
        },
      },
    ],
  });
}

/** The policy that a KMS key gets when nobody gives it one: IAM policies of the account decide. */
function defaultKeyPolicy(account: Account): readonly Statement[] {
  const Principal = { AWS: `arn:aws:iam::${account.accountId}:root` };
  return statementsOf({ Statement: [{ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }] });
}
