import type { Account } from '../account';
import { AwsError } from '../aws-error';
import type { Authorization, AwsCall } from '../principal';
import { contextOf } from './call-context';
import type { Context } from './conditions';
import { askPolicy, type PolicyAnswer, type PolicyRequest } from './policy-document';

/** Something with a policy of its own, and what a call does to it. */
interface Question {
  readonly action: string;
  readonly resource: string;
  readonly policy: string | undefined;
  readonly context: Context;
  /** Whether nobody may do what the policy does not speak of: of a KMS key everything begins with its own policy. */
  readonly isClosed: boolean;
  /** What AWS says in place of its usual sentence. */
  readonly refusal?: string;
}

/**
 * Puts the policies of secrets and KMS keys in force, as `authorize` of an account's front: what they deny is refused
 * to everybody, to the account's root too. What IAM policies say is not asked.
 */
export function resourcePolicies(account: Account): (call: AwsCall) => Authorization {
  return (call) => {
    for (const question of questionsOf(call, account)) {
      const refused = refusalOf(question, call, account);
      if (refused !== undefined) return { allowed: false, message: refused };
    }
    return { allowed: true };
  };
}

function refusalOf(question: Question, call: AwsCall, account: Account): string | undefined {
  const { action, resource, policy, isClosed, refusal } = question;
  const { arn } = call.principal;
  let answer: PolicyAnswer;
  try {
    answer = policy === undefined ? 'silent' : askPolicy(policy, requestOf(question, call, account));
  } catch (error) {
    // A guess would be worse than a refusal.
    return `The policy of ${resource} cannot be judged here: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (answer !== 'denied' && (answer !== 'silent' || !isClosed)) return undefined;
  const why =
    answer === 'denied'
      ? 'with an explicit deny in a resource-based policy'
      : `because no resource-based policy allows the ${action} action`;
  return refusal ?? `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
}

function requestOf({ action, resource, context }: Question, call: AwsCall, account: Account): PolicyRequest {
  const { arn, roleArn = arn } = call.principal;
  return {
    action,
    resource,
    principalArns: [arn, roleArn],
    accountId: account.accountId,
    context: { ...contextOf(call, account), ...context },
  };
}

function questionsOf(call: AwsCall, account: Account): readonly Question[] {
  if (call.service === 'secretsmanager') return questionsOfSecret(call, account);
  return call.service === 'kms' ? questionsOfKey(call, account) : [];
}

/** A secret's own policy, and that of the KMS key which Secrets Manager uses in the caller's name. */
function questionsOfSecret({ action, input }: AwsCall, account: Account): readonly Question[] {
  const SecretId = text(input.SecretId);
  const secret = SecretId && found(() => account.secretsManager.describeSecret({ SecretId }));
  if (!secret) return [];
  const { ARN, KmsKeyId } = secret;
  const [versionId, stage] = [text(input.VersionId) ?? text(input.ClientRequestToken), text(input.VersionStage)];
  const { ResourcePolicy } = account.secretsManager.getResourcePolicy({ SecretId: ARN });
  const own: Question = {
    action: `secretsmanager:${action}`,
    resource: ARN,
    policy: ResourcePolicy,
    context: {
      'secretsmanager:SecretId': ARN,
      'secretsmanager:VersionId': versionId,
      'secretsmanager:VersionStage': stage ?? (action === 'GetSecretValue' ? 'AWSCURRENT' : undefined),
    },
    isClosed: false,
  };
  const key = KmsKeyId && found(() => account.kms.describeKey({ KeyId: KmsKeyId }).KeyMetadata);
  if (!key) return [own];
  const context = {
    'kms:ViaService': `secretsmanager.${account.region}.amazonaws.com`,
    'kms:CallerAccount': account.accountId,
    'kms:EncryptionContext:SecretARN': ARN,
    'kms:EncryptionContext:SecretVersionId': versionId,
  };
  const policy = account.kms.getKeyPolicy({ KeyId: key.KeyId }).Policy;
  const refusal = 'Access to KMS is not allowed';
  const needed = KEY_USE[action] ?? [];
  return [own, ...needed.map((use) => ({ action: use, resource: key.Arn, policy, context, isClosed: true, refusal }))];
}

/** What Secrets Manager does with a secret's KMS key ("Secret encryption and decryption in AWS Secrets Manager"). */
const KEY_USE: Readonly<Record<string, readonly string[]>> = {
  GetSecretValue: ['kms:Decrypt'],
  PutSecretValue: ['kms:GenerateDataKey'],
};

function questionsOfKey({ action, input }: AwsCall, account: Account): readonly Question[] {
  const KeyId = text(input.KeyId) ?? text(input.TargetKeyId);
  const key = KeyId && found(() => account.kms.describeKey({ KeyId }).KeyMetadata);
  if (!key) return [];
  const context = {
    'kms:CallerAccount': account.accountId,
    'kms:KeySpec': key.KeySpec,
    'kms:KeyUsage': key.KeyUsage,
    'kms:RequestAlias': KeyId.includes('alias/') ? KeyId.slice(KeyId.indexOf('alias/')) : undefined,
    'kms:SigningAlgorithm': text(input.SigningAlgorithm),
    'kms:MessageType': action === 'Sign' ? (text(input.MessageType) ?? 'RAW') : undefined,
  };
  const policy = account.kms.getKeyPolicy({ KeyId: key.KeyId }).Policy;
  return [{ action: `kms:${action}`, resource: key.Arn, policy, context, isClosed: true }];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** What there is none of is refused by its service. */
function found<T>(find: () => T): T | undefined {
  try {
    return find();
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
