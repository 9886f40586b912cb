import { describe, expect, it } from 'vitest';
import { iamActions } from '../../../cli/exits/iam-action';
import { leastPolicy } from '../../../cli/exits/policy';
import { NARROWED, resourcesOf } from '../../../cli/exits/resources';
import { type KeyCall, keyCallOf } from '../../../functions/core/key/key-call';
import { isAction, may } from './may';

const PLACE = { partition: 'aws', account: '111122223333' };

/** A call as its record says it. */
function call(service: string, eventName: string, more: Record<string, unknown> = {}): KeyCall {
  const record = {
    eventTime: '2027-01-01T00:00:00Z',
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: 'eu-west-1',
    ...more,
  };
  const read = keyCallOf(JSON.stringify(record));
  if (read === undefined) throw new Error('no call');
  return read;
}

describe('the right that a call takes', () => {
  it.each<[string, string, string[], object?]>([
    ['ecr', 'PutImage', ['ecr:PutImage']],
    ['lambda', 'UpdateFunctionCode20150331v2', ['lambda:UpdateFunctionCode']],
    ['lambda', 'PublishLayerVersion20181031', ['lambda:PublishLayerVersion']],
    ['cloudfront', 'CreateInvalidation2020_05_31', ['cloudfront:CreateInvalidation']],
    ['monitoring', 'PutMetricAlarm', ['cloudwatch:PutMetricAlarm']],
    ['tagging', 'GetResources', ['tag:GetResources']],
    ['s3', 'ListBuckets', ['s3:ListAllMyBuckets']],
    ['s3', 'HeadBucket', ['s3:ListBucket']],
    ['s3', 'DeleteBucketLifecycle', ['s3:PutLifecycleConfiguration']],
    ['s3', 'PutBucketPolicy', ['s3:PutBucketPolicy']],
    ['kms', 'ReEncrypt', ['kms:ReEncryptFrom', 'kms:ReEncryptTo']],
    ['cloudformation', 'DescribeStacks', ['cloudformation:DescribeStacks', 'cloudformation:ListStacks']],
    ['apigateway', 'CreateDeployment', ['apigateway:POST']],
    ['apigateway', 'UpdateStage', ['apigateway:PATCH']],
    ['sts', 'AssumeRole', ['sts:AssumeRole']],
    ['sts', 'AssumeRole', ['sts:AssumeRole', 'sts:TagSession'], { tags: [{ key: 'a', value: 'b' }] }],
    ['sts', 'AssumeRole', ['sts:AssumeRole', 'sts:SetSourceIdentity'], { sourceIdentity: 'alice' }],
  ])('%s %s is one that IAM has', async (service, name, actions, requestParameters = {}) => {
    expect(iamActions(call(service, name, { requestParameters }))).toEqual(actions);
    for (const action of actions) expect(await isAction(action), action).toBe(true);
  });

  // S3's user guide, "Amazon S3 CloudTrail events", those about buckets.
  it('is one that IAM has, for every name that S3 writes about buckets', async () => {
    const both =
      'Acl Cors Encryption Lifecycle Logging Notification Policy Replication RequestPayment Tagging Versioning Website';
    const calls = [
      ...both.split(' ').flatMap((name) => [`GetBucket${name}`, `PutBucket${name}`]),
      ...'Cors Encryption Lifecycle Policy Replication Tagging Website PublicAccessBlock OwnershipControls'
        .split(' ')
        .map((name) => `DeleteBucket${name}`),
      ...['Analytics', 'Inventory', 'Metrics', 'IntelligentTiering'].flatMap((name) =>
        ['Get', 'Put', 'Delete', 'List'].map((verb) => `${verb}Bucket${name}Configuration`),
      ),
      ...['GetBucketLocation', 'GetBucketPublicAccessBlock', 'PutBucketPublicAccessBlock', 'GetBucketPolicyStatus'],
      ...['GetAccelerateConfiguration', 'PutAccelerateConfiguration', 'ListBuckets', 'HeadBucket', 'CreateBucket'],
    ];
    const rights = await Promise.all(
      calls.map(async (name) => {
        const [action = ''] = iamActions(call('s3', name)) ?? [];
        return (await isAction(action)) ? [] : [`${name}: ${action}`];
      }),
    );
    expect(rights.flat()).toEqual([]);
  });

  it('is none for what IAM is not asked about, and not known for what can be no name of one', () => {
    expect(iamActions(call('sts', 'GetCallerIdentity'))).toEqual([]);
    expect(iamActions(call('sts', 'GetSessionToken'))).toEqual([]);
    expect(iamActions(call('s3', 'Put*'))).toBeUndefined();
    expect(iamActions(call('a b', 'Any'))).toBeUndefined();
    expect(iamActions(call('apigateway', 'Odd'))).toBeUndefined();
  });
});

/** Parameters as a record of each has them. */
const PARAMETERS = {
  bucketName: 'web-shop-artifacts',
  repositoryName: 'web-shop',
  functionName: 'web-shop',
  secretId: 'web-shop/db',
  name: '/web-shop/version',
  stackName: 'web-shop',
  tableName: 'web-shop',
  service: 'web-shop',
  cluster: 'production',
  distributionId: 'E1234567890',
  roleArn: 'arn:aws:iam::111122223333:role/deploy',
  stateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:web-shop',
};
const SECRET = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:web-shop/db';
const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000';

describe('the resource that a call is about', () => {
  it.each(Object.keys(NARROWED))('%s: is one of those that IAM has for it', async (action) => {
    const [service = '', name = ''] = action.split(':');
    const [arn = ''] = resourcesOf(
      action,
      call(service, name, { requestParameters: PARAMETERS, resources: [{ ARN: KEY }] }),
      PLACE,
    );
    const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: arn }] };
    const asked = arn.replace('-??????', '-AbCdEf').replace(/\/\*$/, '/00000000-0000-0000-0000-000000000000');
    expect(arn).not.toBe('*');
    expect(await may(policy, action, asked)).toBe(true);
    expect(
      await may(policy, action, asked.replace('web-shop', 'other').replace(/deploy$|E1\d+$|0{12}$/, 'other')),
    ).toBe(false);
  });

  it.each([
    [
      'ssm',
      'GetParameter',
      { name: '/web-shop/version:3' },
      'arn:aws:ssm:eu-west-1:111122223333:parameter/web-shop/version',
    ],
    ['ecs', 'UpdateService', { service: 'a' }, 'arn:aws:ecs:eu-west-1:111122223333:service/default/a'],
    ['secretsmanager', 'GetSecretValue', { secretId: `${SECRET}-AbCdEf` }, `${SECRET}-AbCdEf`],
    // Without what Secrets Manager puts behind the name it means the same secret, and is the ARN of none.
    ['secretsmanager', 'GetSecretValue', { secretId: SECRET }, `${SECRET}-??????`],
    [
      'ecr',
      'BatchGetImage',
      { repositoryName: 'base', registryId: '444455556666' },
      'arn:aws:ecr:eu-west-1:444455556666:repository/base',
    ],
    ['ecr', 'BatchGetImage', { repositoryName: 'base', registryId: '*' }, '*'],
    [
      'lambda',
      'GetFunction',
      { functionName: '444455556666:function:api' },
      'arn:aws:lambda:eu-west-1:444455556666:function:api',
    ],
    ['lambda', 'GetFunction', { functionName: 'api' }, 'arn:aws:lambda:eu-west-1:111122223333:function:api'],
    ['sts', 'TagSession', { roleArn: PARAMETERS.roleArn }, PARAMETERS.roleArn],
    ['sts', 'SetSourceIdentity', { roleArn: PARAMETERS.roleArn }, PARAMETERS.roleArn],
    ['ecr', 'GetAuthorizationToken', {}, '*'],
    ['ecr', 'PutImage', {}, '*'],
    ['ecr', 'PutImage', { repositoryName: { odd: 1 } }, '*'],
    ['ecr', 'PutImage', { repositoryName: '*' }, '*'],
    // A variable of a policy would be another name for each who asks.
    ['ecr', 'PutImage', { repositoryName: ['$', '{aws:username}'].join('') }, '*'],
    ['sts', 'AssumeRole', { roleArn: 'no ARN' }, '*'],
    // Whoever holds the key has written what stands in a record: where that is no plain name, the star is ours, and named.
    ['ssm', 'GetParameter', { name: '/a*:1' }, '*'],
    ['ecs', 'UpdateService', { service: 'a', cluster: '*' }, '*'],
    [
      'secretsmanager',
      'GetSecretValue',
      { secretId: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:x-??????' },
      '*',
    ],
  ])('%s %s %j: %s', (service, name, requestParameters, arn) => {
    expect(resourcesOf(`${service}:${name}`, call(service, name, { requestParameters }), PLACE)).toEqual([arn]);
  });
});

describe('the least policy', () => {
  const parameters = (requestParameters: object) => ({ requestParameters });
  const SEEN = [
    call('ecr', 'GetAuthorizationToken'),
    call('ecr', 'PutImage', parameters({ repositoryName: 'web-shop' })),
    call('ecr', 'UploadLayerPart', parameters({ repositoryName: 'web-shop' })),
    call('ecr', 'PutImage', parameters({ repositoryName: 'web-shop' })),
    call('ecs', 'UpdateService', parameters({ service: 'web-shop', cluster: 'production' })),
    call('sts', 'GetCallerIdentity'),
    call('ec2', 'TerminateInstances', { errorCode: 'Client.UnauthorizedOperation' }),
    call('iam', 'DeleteUser', { errorCode: 'AccessDenied' }),
    call('ecs', 'DescribeClusters', { errorCode: 'ClusterNotFoundException' }),
    call('odd', 'Put*'),
  ];

  it('has what was seen and allowed, once, and nothing else', () => {
    const { policy, wide, unmapped } = leastPolicy(SEEN, PLACE);
    expect(policy?.Statement.map(({ Sid: _sid, Effect: _effect, ...rest }) => rest)).toEqual([
      {
        Action: ['ecr:GetAuthorizationToken', 'ecs:DescribeClusters'],
        Resource: ['*'],
      },
      {
        Action: ['ecr:PutImage', 'ecr:UploadLayerPart'],
        Resource: ['arn:aws:ecr:eu-west-1:111122223333:repository/web-shop'],
      },
      {
        Action: ['ecs:UpdateService'],
        Resource: ['arn:aws:ecs:eu-west-1:111122223333:service/production/web-shop'],
      },
    ]);
    expect({ wide, unmapped }).toEqual({
      wide: ['ecr:GetAuthorizationToken', 'ecs:DescribeClusters'],
      unmapped: ['odd:Put*'],
    });
  });

  it('is read by an evaluator of IAM, allows what was seen, and nothing beside it', async () => {
    const { policy } = leastPolicy(SEEN, PLACE);
    const repository = 'arn:aws:ecr:eu-west-1:111122223333:repository/web-shop';
    const ask = (action: string, resource: string) => may(policy ?? {}, action, resource);
    expect(await ask('ecr:GetAuthorizationToken', '*')).toBe(true);
    expect(await ask('ecr:PutImage', repository)).toBe(true);
    expect(await ask('ecr:PutImage', `${repository}-other`)).toBe(false);
    expect(await ask('ecr:DeleteRepository', repository)).toBe(false);
    expect(await ask('iam:DeleteUser', 'arn:aws:iam::111122223333:user/bob')).toBe(false);
    expect(await ask('ec2:TerminateInstances', 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0')).toBe(false);
  });

  it('is none where nothing that was seen needs a right, and names no more resources than somebody reads', () => {
    expect(leastPolicy([call('sts', 'GetCallerIdentity')], PLACE).policy).toBeUndefined();
    const many = Array.from({ length: 21 }, (_, at) =>
      call('ecr', 'PutImage', parameters({ repositoryName: `r${at}` })),
    );
    expect(leastPolicy(many, PLACE)).toMatchObject({
      wide: ['ecr:PutImage'],
      policy: { Statement: [{ Resource: ['*'] }] },
    });
  });
});
