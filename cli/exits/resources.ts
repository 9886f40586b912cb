import type { KeyCall } from '../../functions/core/key/key-call';

/** Where a call was made. */
export interface Place {
  readonly partition: string;
  readonly account: string;
}

/** The resources that IAM is asked about for a call; none where the call does not say. */
type Resources = (call: KeyCall, place: Place) => readonly string[];

/** What stands in a policy as it is, and means nothing but itself: whoever holds the key chose it. The stars below are ours. */
const PLAIN = /^[\w./:@=+,\-!#]+$/;

/** One parameter that names what the call is about, or its ARN. */
const by =
  (parameter: string, arn: (name: string, call: KeyCall, place: Place) => string): Resources =>
  (call, place) => {
    const name = call.parameters[parameter];
    if (typeof name !== 'string' || !PLAIN.test(name)) return [];
    return [name.startsWith('arn:') ? name : arn(name, call, place)];
  };

const regional =
  (service: string, rest: (name: string, call: KeyCall) => string) =>
  (name: string, call: KeyCall, { partition, account }: Place) =>
    `arn:${partition}:${service}:${call.region}:${account}:${rest(name, call)}`;

const bucket = by('bucketName', (name, _call, { partition }) => `arn:${partition}:s3:::${name}`);
const repository = by(
  'repositoryName',
  regional('ecr', (name) => `repository/${name}`),
);
const lambda = by(
  'functionName',
  // It may be the end of an ARN, from the account on.
  regional('lambda', (name) => `function:${name.replace(/^\d{12}:function:/, '')}`),
);
// Secrets Manager puts six characters behind the name.
const secret = by(
  'secretId',
  regional('secretsmanager', (name) => `secret:${name}-??????`),
);
const parameter = by(
  'name',
  // A version or a label may stand behind it.
  regional('ssm', (name) => `parameter/${name.replace(/^\//, '').replace(/:.*$/, '')}`),
);
const stack = by(
  'stackName',
  regional('cloudformation', (name) => `stack/${name}/*`),
);
const table = by(
  'tableName',
  regional('dynamodb', (name) => `table/${name}`),
);
const service: Resources = (call, place) => {
  const { cluster = 'default' } = call.parameters;
  if (typeof cluster !== 'string' || !PLAIN.test(cluster)) return [];
  const name = cluster.slice(cluster.lastIndexOf('/') + 1);
  return by(
    'service',
    regional('ecs', (service_) => `service/${name}/${service_}`),
  )(call, place);
};
const distribution = by(
  'distributionId',
  (name, _call, { partition, account }) => `arn:${partition}:cloudfront::${account}:distribution/${name}`,
);
const arnIn = (name: string) => by(name, (other) => other);
const key: Resources = ({ resources }) =>
  resources.filter((arn) => /^arn:[\w-]+:kms:[\w-]+:\d+:key\/[\w-]+$/.test(arn));

const all = (resources: Resources, service_: string, names: string): Readonly<Record<string, Resources>> =>
  Object.fromEntries(names.split(' ').map((name) => [`${service_}:${name}`, resources]));

/** Of these actions the call says which resource IAM is asked about (Service Authorization Reference); of others nobody looks. */
export const NARROWED: Readonly<Record<string, Resources>> = {
  ...all(
    bucket,
    's3',
    'ListBucket GetBucketLocation GetBucketVersioning GetBucketPolicy GetBucketAcl GetBucketCORS PutBucketCORS ' +
      'GetBucketWebsite PutBucketWebsite GetBucketTagging PutBucketTagging GetEncryptionConfiguration ' +
      'GetLifecycleConfiguration PutLifecycleConfiguration GetBucketNotification GetReplicationConfiguration ' +
      'PutBucketPolicy GetBucketPublicAccessBlock PutBucketPublicAccessBlock CreateBucket DeleteBucket',
  ),
  ...all(
    repository,
    'ecr',
    'BatchCheckLayerAvailability BatchGetImage CompleteLayerUpload DescribeImages GetDownloadUrlForLayer ' +
      'InitiateLayerUpload ListImages PutImage UploadLayerPart',
  ),
  ...all(
    lambda,
    'lambda',
    'CreateFunction GetFunction GetFunctionConfiguration PublishVersion UpdateAlias UpdateFunctionCode ' +
      'UpdateFunctionConfiguration',
  ),
  ...all(secret, 'secretsmanager', 'DescribeSecret GetSecretValue PutSecretValue UpdateSecret'),
  ...all(parameter, 'ssm', 'DeleteParameter GetParameter PutParameter'),
  ...all(
    stack,
    'cloudformation',
    'CreateChangeSet CreateStack DeleteStack DescribeStackEvents DescribeStackResources DescribeStacks GetTemplate ' +
      'ListStackResources UpdateStack',
  ),
  ...all(table, 'dynamodb', 'DescribeTable UpdateTable'),
  ...all(service, 'ecs', 'UpdateService'),
  ...all(distribution, 'cloudfront', 'CreateInvalidation GetInvalidation GetDistribution'),
  ...all(arnIn('roleArn'), 'sts', 'AssumeRole'),
  ...all(arnIn('stateMachineArn'), 'states', 'StartExecution'),
  ...all(key, 'kms', 'Decrypt DescribeKey Encrypt GenerateDataKey GetPublicKey Sign Verify'),
};

/** The ARNs that IAM is asked about for an action of a call; `*` where the call does not say, or says what is no plain name. */
export function resourcesOf(action: string, call: KeyCall, place: Place): readonly string[] {
  const found = NARROWED[action]?.(call, place) ?? [];
  return found.length > 0 && found.every((arn) => /^arn:[\w-]+:[\w-]+:/.test(arn)) ? found : ['*'];
}
