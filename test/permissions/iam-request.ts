import * as z from 'zod';
import type { Account } from '../../local/account/account';
import type { AwsCall } from '../../local/account/principal';

/** One question that IAM answers: may this principal do this to that. */
export interface IamRequest {
  /** `service:Action`. */
  readonly action: string;
  /** ARN, or `*` where the action has no resource level. */
  readonly resource: string;
  readonly context: Readonly<Record<string, string | string[]>>;
  /** What AWS says when it is only the KMS key that is closed. */
  readonly refusal?: string;
}

/** Actions without a resource level (Service Authorization Reference). */
const WITHOUT_RESOURCE = new Set([
  'iam:GenerateCredentialReport',
  'iam:GetCredentialReport',
  'iam:ListPolicies',
  'secretsmanager:BatchGetSecretValue',
  'logs:DescribeLogGroups',
  'secretsmanager:ListSecrets',
  'kms:CreateKey',
  'kms:ListAliases',
  'cloudtrail:DescribeTrails',
  'cloudtrail:LookupEvents',
  'events:ListRules',
  'lambda:ListFunctions',
]);

const sessionTagsSchema = z.array(z.object({ Key: z.string(), Value: z.string() }));

const text = (input: Record<string, unknown>, name: string) => String(input[name] ?? '');

/**
 * Everything that IAM is asked before a call is let through, the KMS key behind it included.
 *
 * @param topicKey ARN of the topic's KMS key
 */
export function iamRequestsOf(call: AwsCall, account: Account, topicKey: string): readonly IamRequest[] {
  const { service, input } = call;
  const action = `${service}:${call.action}`;
  const one = (resource: string, context = {}): readonly IamRequest[] => [{ action, resource, context }];
  const arn = (rest: string) => `arn:aws:${service}:${account.region}:${account.accountId}:${rest}`;
  if (WITHOUT_RESOURCE.has(action)) return one('*');
  switch (service) {
    case 'iam':
      return one(text(input, 'PolicyArn') || roleArn(input, account) || userArn(input, account));
    case 'secretsmanager':
      return [
        ...one(secretArn(text(input, 'SecretId'), account), contextOfSecret(call)),
        ...kmsOfSecret(call, account),
      ];
    case 'ssm':
      // The documentation does not say which of the two forms of a path is compared; both have to pass.
      return call.action === 'GetParametersByPath'
        ? ['', '/'].flatMap((end) => one(arn(`parameter${text(input, 'Path').replace(/\/$/, '')}${end}`)))
        : namesOf(input).flatMap((name) => one(arn(`parameter${name}`)));
    case 'dynamodb':
      return one(arn(`table/${text(input, 'TableName')}`));
    case 'sns':
      return [...one(text(input, 'TopicArn')), ...(call.action === 'Publish' ? kmsOfTopic(account, topicKey) : [])];
    case 'logs': {
      // What is asked of a whole group is asked of a stream without a name, as AWS's refusals show.
      return one(arn(`log-group:${text(input, 'logGroupName')}:log-stream:${text(input, 'logStreamName')}`));
    }
    case 'monitoring': {
      // On the wire CloudWatch has another name than in policies. Which ARN stands for a prefix is not documented.
      const resource = `arn:aws:cloudwatch:${account.region}:${account.accountId}:alarm:${text(input, 'AlarmNamePrefix')}any`;
      return [{ action: `cloudwatch:${call.action}`, resource, context: {} }];
    }
    case 'cloudformation':
      return one(arn(`stack/${text(input, 'StackName')}/00000000-0000-0000-0000-000000000000`));
    case 'cloudtrail':
      return one(text(input, 'Name') || text(input, 'TrailName'));
    case 'events':
      if (call.action === 'ListTargetsByRule') return one(arn(`rule/${text(input, 'Rule')}`));
      return entriesSchema
        .parse(input)
        .Entries.flatMap(({ Source, DetailType, EventBusName = arn('event-bus/default') }) =>
          one(EventBusName, {
            'events:source': Source,
            'events:detail-type': DetailType,
            'events:eventBusInvocation': 'false',
          }),
        );
    case 'lambda':
      return requestsOfLambda(call, account);
    case 'sts':
      return requestsOfTaking(call);
    case 's3':
      return requestsOfS3(call, account);
    case 'kms':
      return requestsOfKms(call, account);
    default:
      return one('*');
  }
}

/** To take a role with tags takes a right for the tags too, and both see them. */
function requestsOfTaking({ input }: AwsCall): readonly IamRequest[] {
  const tags = sessionTagsSchema.parse(input.Tags ?? []);
  const resource = text(input, 'RoleArn');
  const asked = Object.fromEntries(tags.map(({ Key, Value }) => [`aws:RequestTag/${Key}`, Value]));
  const context = tags.length === 0 ? {} : { ...asked, 'aws:TagKeys': tags.map(({ Key }) => Key) };
  const take = { action: 'sts:AssumeRole', resource, context };
  return tags.length === 0 ? [take] : [take, { ...take, action: 'sts:TagSession' }];
}

/** Of GetParameters each name is asked about. */
function namesOf(input: Record<string, unknown>): readonly string[] {
  return Array.isArray(input.Names) ? input.Names.map(String) : [text(input, 'Name')];
}

/**
 * A request to a function's URL takes two rights since October 2025, and says in the second that it came through the URL
 * (https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html).
 */
function requestsOfLambda({ action, input }: AwsCall, { lambda }: Account): readonly IamRequest[] {
  if (action === 'InvokeFunctionUrl') {
    const resource = lambda.arn(lambda.functionOfUrl(text(input, 'UrlId')));
    return [
      { action: 'lambda:InvokeFunctionUrl', resource, context: { 'lambda:FunctionUrlAuthType': 'AWS_IAM' } },
      { action: 'lambda:InvokeFunction', resource, context: { 'lambda:InvokedViaFunctionUrl': 'true' } },
    ];
  }
  const resource = lambda.arn(text(input, 'FunctionName'));
  const needs = action === 'Invoke' ? 'InvokeFunction' : action;
  return [{ action: `lambda:${needs}`, resource, context: {} }];
}

/** KMS asks about the key, by whatever name it is called, and about an alias that changes. Of no key it says so itself. */
function requestsOfKms({ action, input }: AwsCall, account: Account): readonly IamRequest[] {
  const { kms, accountId } = account;
  const [name, alias] = [text(input, 'KeyId') || text(input, 'TargetKeyId'), text(input, 'AliasName')];
  const key = keyMetadata(name || alias, account);
  const context = {
    'kms:CallerAccount': accountId,
    ...(key === undefined ? {} : { 'kms:KeySpec': key.KeySpec, 'kms:KeyUsage': key.KeyUsage }),
    ...(name.includes('alias/') ? { 'kms:RequestAlias': name.slice(name.indexOf('alias/')) } : {}),
    ...(action === 'Sign'
      ? {
          'kms:SigningAlgorithm': text(input, 'SigningAlgorithm'),
          'kms:MessageType': text(input, 'MessageType') || 'RAW',
        }
      : {}),
  };
  const resources = [...(key === undefined ? [] : [key.Arn]), ...(alias === '' ? [] : [kms.aliasArn(alias)])];
  return resources.map((resource) => ({ action: `kms:${action}`, resource, context }));
}

function keyMetadata(KeyId: string, { kms }: Account) {
  try {
    return kms.describeKey({ KeyId }).KeyMetadata;
  } catch {
    return undefined;
  }
}

const tagsSchema = z.union([
  z.object({ Tags: z.array(z.object({ Key: z.string() })) }).transform(({ Tags }) => Tags.map(({ Key }) => Key)),
  z.object({ TagKeys: z.array(z.string()) }).transform(({ TagKeys }) => TagKeys),
]);

/** What a call says of itself that a policy can look at. */
function contextOfSecret({ action, input }: AwsCall): IamRequest['context'] {
  if (action === 'TagResource' || action === 'UntagResource') return { 'aws:TagKeys': tagsSchema.parse(input) };
  if (action === 'UpdateSecretVersionStage') return { 'secretsmanager:VersionStage': text(input, 'VersionStage') };
  return {};
}

/** S3 encrypts and decrypts with the bucket's KMS key in the caller's name, where it has one. */
function requestsOfS3({ action, input }: AwsCall, account: Account): readonly IamRequest[] {
  const bucket = `arn:aws:s3:::${text(input, 'Bucket')}`;
  if (action === 'ListObjectsV2') {
    const context: IamRequest['context'] = input.Prefix === undefined ? {} : { 's3:prefix': text(input, 'Prefix') };
    return [{ action: 's3:ListBucket', resource: bucket, context }];
  }
  const needs = `${action === 'HeadObject' ? 'GetObject' : action}${input.VersionId === undefined ? '' : 'Version'}`;
  const request = { action: `s3:${needs}`, resource: `${bucket}/${text(input, 'Key')}`, context: {} };
  const { kmsKeyId } = account.s3.bucket(text(input, 'Bucket')).settings;
  const need = action === 'PutObject' ? 'kms:GenerateDataKey' : action.startsWith('Get') ? 'kms:Decrypt' : undefined;
  if (kmsKeyId === undefined || need === undefined) return [request];
  return [request, throughService(need, kmsKeyId, 's3', account, 'Access Denied')];
}

const entriesSchema = z.object({
  Entries: z.array(
    z.object({ Source: z.string(), DetailType: z.string(), EventBusName: z.string().startsWith('arn:').optional() }),
  ),
});

/** IAM names a role with its path; of one that is not there it has none. */
function roleArn(input: Record<string, unknown>, { iam, accountId }: Account): string | undefined {
  const name = text(input, 'RoleName');
  if (name === '') return undefined;
  const role = iam.roles.all().find((one) => one.name === name);
  return role?.arn ?? `arn:aws:iam::${accountId}:role/${name}`;
}

/** IAM names the user with its path; GetAccessKeyLastUsed is about the user that the key belongs to. */
function userArn(input: Record<string, unknown>, account: Account): string {
  const { users, accessKeys } = account.iam;
  const owner = () =>
    input.UserName === undefined
      ? accessKeys.find(text(input, 'AccessKeyId')).user.arn
      : users.get(text(input, 'UserName')).arn;
  try {
    return owner();
  } catch {
    return `arn:aws:iam::${account.accountId}:user/${text(input, 'UserName')}`;
  }
}

function secretArn(nameOrArn: string, account: Account): string {
  try {
    return account.secretsManager.describeSecret({ SecretId: nameOrArn }).ARN;
  } catch {
    // Secrets Manager has no ARN for it; what an identity policy says of the name still counts.
    return `arn:aws:secretsmanager:${account.region}:${account.accountId}:secret:${nameOrArn}-??????`;
  }
}

/** The alias of the AWS managed key of a service. */
export function awsManagedKey(service: string, { region, accountId }: Account): string {
  return `arn:aws:kms:${region}:${accountId}:key/aws-managed-${service}`;
}

/**
 * What Secrets Manager does with the KMS key in the caller's name: a new data key for a new value, Decrypt to read one.
 * A PutSecretValue under a version ID that exists is compared with what is there, which takes a Decrypt too.
 */
function kmsOfSecret({ action, input }: AwsCall, account: Account): readonly IamRequest[] {
  const SecretId = text(input, 'SecretId');
  const known = describe(SecretId, account);
  if (known === undefined) return [];
  const repeats = Object.keys(known.versions).includes(text(input, 'ClientRequestToken'));
  const needs =
    action === 'GetSecretValue'
      ? ['kms:Decrypt']
      : action !== 'PutSecretValue'
        ? []
        : repeats
          ? ['kms:GenerateDataKey', 'kms:Decrypt']
          : ['kms:GenerateDataKey'];
  const resource = known.kmsKeyId ?? awsManagedKey('secretsmanager', account);
  return needs.map((need) => throughService(need, resource, 'secretsmanager', account, 'Access to KMS is not allowed'));
}

function describe(SecretId: string, account: Account) {
  try {
    const { KmsKeyId: kmsKeyId, ...described } = account.secretsManager.describeSecret({ SecretId });
    const versions = 'VersionIdsToStages' in described ? (described.VersionIdsToStages ?? {}) : {};
    return { kmsKeyId, versions };
  } catch {
    return undefined;
  }
}

/** The topic is encrypted with a key of its own; SNS uses it in the publisher's name. */
export function kmsOfTopic(account: Account, topicKey: string): readonly IamRequest[] {
  return ['kms:GenerateDataKey', 'kms:Decrypt'].map((need) =>
    throughService(need, topicKey, 'sns', account, 'KMSAccessDenied'),
  );
}

/** SQS uses the KMS key of an encrypted queue in the sender's name. */
export function kmsOfQueue(account: Account, queueKey: string): readonly IamRequest[] {
  return ['kms:GenerateDataKey', 'kms:Decrypt'].map((need) =>
    throughService(need, queueKey, 'sqs', account, 'KMS.AccessDeniedException'),
  );
}

function throughService(
  action: string,
  resource: string,
  service: string,
  { region, accountId }: Account,
  refusal: string,
): IamRequest {
  const context = { 'kms:ViaService': `${service}.${region}.amazonaws.com`, 'kms:CallerAccount': accountId };
  return { action, resource, context, refusal };
}
