import type { KeyCall } from '../../functions/core/key/key-call';
import { cleaned } from '../../functions/core/outside-text';

/** What CloudTrail calls a service otherwise than IAM does; of all others the name before `.amazonaws.com` is IAM's. */
const SERVICES: Readonly<Record<string, string>> = {
  monitoring: 'cloudwatch',
  tagging: 'tag',
  appstream2: 'appstream',
  'models.lex': 'lex',
  'runtime.lex': 'lex',
  'streams.dynamodb': 'dynamodb',
  'mturk-requester': 'mechanicalturk',
};

/** S3's calls about buckets, whose rights have other names (S3's user guide, "Required permissions for S3 API operations"). */
const S3: Readonly<Record<string, string>> = {
  ListBuckets: 'ListAllMyBuckets',
  HeadBucket: 'ListBucket',
  GetBucketAccelerateConfiguration: 'GetAccelerateConfiguration',
  PutBucketAccelerateConfiguration: 'PutAccelerateConfiguration',
  GetBucketCors: 'GetBucketCORS',
  PutBucketCors: 'PutBucketCORS',
  DeleteBucketCors: 'PutBucketCORS',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  DeleteBucketEncryption: 'PutEncryptionConfiguration',
  GetBucketLifecycle: 'GetLifecycleConfiguration',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
  PutBucketLifecycle: 'PutLifecycleConfiguration',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  DeleteBucketLifecycle: 'PutLifecycleConfiguration',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
  PutBucketNotificationConfiguration: 'PutBucketNotification',
  GetBucketReplication: 'GetReplicationConfiguration',
  PutBucketReplication: 'PutReplicationConfiguration',
  DeleteBucketReplication: 'PutReplicationConfiguration',
  DeleteBucketTagging: 'PutBucketTagging',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
  DeleteBucketPublicAccessBlock: 'PutBucketPublicAccessBlock',
  DeleteBucketOwnershipControls: 'PutBucketOwnershipControls',
};

/** Those of which a bucket may have many. */
const MANY = /^(Get|Put|Delete|List)Bucket(Analytics|Inventory|Metrics|IntelligentTiering)Configurations?$/;

function s3Action(name: string): string {
  const [, verb = '', what] = MANY.exec(name) ?? [];
  if (what !== undefined) return `${/Get|List/.test(verb) ? 'Get' : 'Put'}${what}Configuration`;
  return S3[name] ?? name;
}

/** API Gateway's rights are methods on its own paths (its developer guide, "Control access to API management"). */
const METHODS: Readonly<Record<string, string>> = {
  Get: 'GET',
  Create: 'POST',
  Import: 'POST',
  Test: 'POST',
  Update: 'PATCH',
  Put: 'PUT',
  Tag: 'PUT',
  Delete: 'DELETE',
  Untag: 'DELETE',
};

/** A version of its API that Lambda and CloudFront write behind a name: `20150331v2`, `2020_05_31`. */
const VERSION = /(\d{8}|\d{4}_\d{2}_\d{2})(v\d+)?$/;

/** Calls for which IAM is not asked (STS's API reference). */
const NEEDS_NOTHING: ReadonlySet<string> = new Set(['sts:GetCallerIdentity', 'sts:GetSessionToken']);

/** Calls that take a user's own key: a session of a role is refused them (STS's API reference). */
export const KEY_ONLY: ReadonlySet<string> = new Set(['sts:GetSessionToken', 'sts:GetFederationToken']);

const LONGEST_CALL = 100;

/** How people read a call: IAM's name of the service, and CloudTrail's of the call without a version. */
export function callName({ source, name }: Pick<KeyCall, 'source' | 'name'>): string {
  return cleaned(`${serviceOf(source)}:${name.replace(VERSION, '')}`, LONGEST_CALL);
}

/**
 * What IAM is asked for a call. CloudTrail names calls and IAM rights: mostly alike, and where they are not, this knows it.
 *
 * @returns none for a call that needs no right; undefined for a name that can be no right's
 */
export function iamActions(call: Pick<KeyCall, 'source' | 'name' | 'parameters'>): readonly string[] | undefined {
  const named = callName(call);
  if (!/^[a-z0-9-]+:[A-Za-z0-9]+$/.test(named)) return undefined;
  if (NEEDS_NOTHING.has(named)) return [];
  const [service = '', name = ''] = named.split(':');
  if (service === 's3') return [`s3:${s3Action(name)}`];
  if (service === 'apigateway') {
    const method = METHODS[/^[A-Z][a-z]+/.exec(name)?.[0] ?? ''];
    return method === undefined ? undefined : [`apigateway:${method}`];
  }
  if (named === 'kms:ReEncrypt') return ['kms:ReEncryptFrom', 'kms:ReEncryptTo'];
  if (named === 'sts:AssumeRole') return [named, ...besideTaking(call.parameters)];
  if (named === 'lambda:Invoke') return ['lambda:InvokeFunction'];
  // CloudFormation's API reference, DescribeStacks.
  if (named === 'cloudformation:DescribeStacks' && call.parameters.stackName === undefined) {
    return [named, 'cloudformation:ListStacks'];
  }
  return [named];
}

/** What whoever takes a role needs for what goes along (IAM's user guide, "Pass session tags in AWS STS", "Source identity"). */
function besideTaking({ tags, sourceIdentity }: KeyCall['parameters']): readonly string[] {
  return [
    ...(Array.isArray(tags) && tags.length > 0 ? ['sts:TagSession'] : []),
    ...(sourceIdentity === undefined || sourceIdentity === null ? [] : ['sts:SetSourceIdentity']),
  ];
}

function serviceOf(source: string): string {
  const name = source.replace(/\.amazonaws\.(com(\.cn)?|eu)$/, '');
  return SERVICES[name] ?? name;
}
