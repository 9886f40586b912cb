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
  (service: string, rest: (name: string) => string) =>
  (name: string, call: KeyCall, { partition, account }: Place) =>
    `arn:${partition}:${service}:${call.region}:${account}:${rest(name)}`;

const bucket = by('bucketName', (name, _call, { partition }) => `arn:${partition}:s3:::${name}`);
const ACCOUNT = /^\d{12}$/;

/** The registry may be another account's. */
const repository: Resources = (call, place) => {
  const { registryId = place.account } = call.parameters;
  if (typeof registryId !== 'string' || !ACCOUNT.test(registryId)) return [];
  const arn = regional('ecr', (name) => `repository/${name}`);
  return by('repositoryName', arn)(call, { ...place, account: registryId });
};
/** A function's name may be the end of its ARN, from the account on: of another account too. */
const lambda = by('functionName', (name, call, place) => {
  const [, account = place.account, rest = name] = /^(\d{12}):function:(.+)$/.exec(name) ?? [];
  return regional('lambda', () => `function:${rest}`)(name, call, { ...place, account });
});
const named = by(
  'secretId',
  regional('secretsmanager', (name) => `secret:${name}`),
);
/**
 * Secrets Manager puts a hyphen and six characters behind a name. A call may leave them out, of an ARN too; a name that
 * itself ends so its user guide warns of.
 */
const secret: Resources = (call, place) =>
  named(call, place).map((arn) => (arn === call.parameters.secretId && SUFFIX.test(arn) ? arn : `${arn}-??????`));
const SUFFIX = /-[A-Za-z0-9]{6}$/;
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
  ...all(arnIn('roleArn'), 'sts', 'AssumeRole SetSourceIdentity TagSession'),
  ...all(arnIn('stateMachineArn'), 'states', 'StartExecution'),
  ...all(key, 'kms', 'Decrypt DescribeKey Encrypt GenerateDataKey GetPublicKey Sign Verify'),
};

/** The ARNs that IAM is asked about for an action of a call; `*` where the call does not say, or says what is no plain name. */
export function resourcesOf(action: string, call: KeyCall, place: Place): readonly string[] {
  const found = NARROWED[action]?.(call, place) ?? [];
  return found.length > 0 && found.every((arn) => /^arn:[\w-]+:[\w-]+:/.test(arn)) ? found : ['*'];
}
