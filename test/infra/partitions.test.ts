import { App } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { iamRecordsRegion, PARTITION_NAMES, provingRegions } from '../../functions/core/partitions';
import { KeyturnStack } from '../../infra';
import { mayFunction, type Request, secretPolicyOf } from './access';
import { ACCOUNT, arnOfSecret, deployed, type Home } from './deployed';
import { bundles, errorsOf, ONE_KEY, resourcesOf, stackOf, synthesize, templateOf } from './synthesized';

/** Everything that has a host, a region or an ARN in it. */
const EVERYTHING: ConfigInput = {
  ...ONE_KEY,
  trail: 'create',
  encryption: 'customer-managed',
  notify: ['security@example.com'],
  audit: { archive: { years: 7 }, report: {} },
};
const template = synthesize(EVERYTHING);

const HOMES: readonly Home[] = [
  { partition: 'aws', region: 'eu-west-1', suffix: 'amazonaws.com' },
  { partition: 'aws-cn', region: 'cn-northwest-1', suffix: 'amazonaws.com.cn' },
  { partition: 'aws-us-gov', region: 'us-gov-east-1', suffix: 'amazonaws.com' },
  { partition: 'aws-eusc', region: 'eusc-de-east-1', suffix: 'amazonaws.eu' },
];

describe.each(HOMES)('in $partition', (home) => {
  const { partition, region, suffix } = home;
  const may = (name: Parameters<typeof mayFunction>[1], request: Request) => mayFunction(template, name, request, home);
  const through = (service: string, end = suffix) => ({ 'kms:ViaService': `${service}.${region}.${end}` });
  const keyPolicy = (part: string) => {
    const found = resourcesOf(template, 'AWS::KMS::Key').find(({ id }) => id.includes(part));
    return {
      resource: `arn:${partition}:kms:${region}:${ACCOUNT}:key/${found?.id}`,
      resourcePolicy: deployed(template, found?.Properties.KeyPolicy, home) as Request['resourcePolicy'],
    };
  };

  it('every function works with what is its own there', async () => {
    const secret = arnOfSecret('keyturn/web-shop', home);
    const resourcePolicy = secretPolicyOf(template, 'web-shop', home);
    const user = `arn:${partition}:iam::${ACCOUNT}:user/ci/bitbucket-web-shop`;
    const requests: readonly (readonly [Parameters<typeof mayFunction>[1], Request])[] = [
      ['rotate', { action: 'iam:CreateAccessKey', resource: user }],
      ['rotate', { action: 'secretsmanager:PutSecretValue', resource: secret, resourcePolicy }],
      ['deactivate', { action: 'iam:UpdateAccessKey', resource: user }],
      ['delete', { action: 'iam:DeleteAccessKey', resource: user }],
      ['sync', { action: 'secretsmanager:GetSecretValue', resource: secret, resourcePolicy }],
      [
        'sync',
        {
          action: 'logs:PutLogEvents',
          resource: `arn:${partition}:logs:${region}:${ACCOUNT}:log-group:/keyturn/audit:log-stream:sync/2026-04`,
        },
      ],
      [
        'sync',
        { action: 'ssm:GetParameter', resource: `arn:${partition}:ssm:${region}:${ACCOUNT}:parameter/keyturn/keys/a` },
      ],
    ];
    for (const [name, request] of requests) expect(await may(name, request), `${name} ${request.action}`).toBe(true);
  });

  it('each KMS key is used through the service’s host there, and through no host of another partition', async () => {
    const other = suffix === 'amazonaws.com' ? 'amazonaws.com.cn' : 'amazonaws.com';
    const uses = [
      ['rotate', 'kms:GenerateDataKey', 'Encryption', 'secretsmanager'],
      ['sync', 'kms:Decrypt', 'Encryption', 'secretsmanager'],
      ['rotate', 'kms:GenerateDataKey', 'Notifications', 'sns'],
    ] as const;
    for (const [name, action, key, service] of uses) {
      const request = { action, ...keyPolicy(key) };
      expect(await may(name, { ...request, context: through(service) }), `${name} ${action}`).toBe(true);
      expect(await may(name, { ...request, context: through(service, other) }), `${name} ${action}`).toBe(false);
    }
  });

  it('the suffix of its hosts is the CDK’s', () => {
    expect(RegionInfo.get(region)).toMatchObject({ partition, domainSuffix: suffix });
  });

  it('synthesizes for its regions, without a word of another partition', () => {
    const env = { account: ACCOUNT, region };
    const stack = stackOf(EVERYTHING, { env });
    expect(errorsOf(stack)).toEqual([]);

    const text = JSON.stringify(deployed(templateOf(stack), templateOf(stack).Resources, home));
    const arns = new Set([...text.matchAll(/\barn:(aws[a-z-]*):/g)].map(([, name]) => name));
    expect([...arns]).toEqual([partition]);
    // Principals of services are the same everywhere, and so is the source that CloudTrail names.
    const hosts = [...text.matchAll(/"([\w-]+\.[\w-]+\.amazonaws\.[a-z.]+)"/g)].map(([, host]) => host);
    expect(hosts.length).toBeGreaterThan(5);
    expect(hosts.filter((host) => host?.endsWith(`.${region}.${suffix}`) !== true)).toEqual([]);
  });
});

describe('a partition that Keyturn does not know', () => {
  const isolated = { account: ACCOUNT, region: 'us-iso-east-1' };
  const REFUSAL =
    /^region: expected one of the partitions aws, aws-cn, aws-us-gov, aws-eusc, found us-iso-east-1; nobody has said in which region CloudTrail records what is done in IAM there/;

  it('is refused at synthesis, with the reason', () => {
    expect(errorsOf(stackOf(ONE_KEY, { env: isolated }))).toEqual([expect.stringMatching(REFUSAL)]);
  });

  it('is refused where only the CDK’s credentials tell the region', () => {
    const before = process.env.CDK_DEFAULT_REGION;
    onTestFinished(() => {
      if (before === undefined) delete process.env.CDK_DEFAULT_REGION;
      else process.env.CDK_DEFAULT_REGION = before;
    });
    process.env.CDK_DEFAULT_REGION = isolated.region;
    const stack = new KeyturnStack(new App(), 'Keyturn', { bundles, config: ONE_KEY });

    expect(errorsOf(stack)).toEqual([expect.stringMatching(REFUSAL)]);
  });
});

it('IAM is recorded in one region of each partition', () => {
  const regions = ['mx-central-1', 'us-gov-east-1', 'cn-northwest-1', 'eusc-de-east-1', 'us-isof-south-1', 'nz-1', ''];

  expect(regions.map(iamRecordsRegion)).toEqual([
    'us-east-1',
    'us-gov-west-1',
    'cn-north-1',
    'eusc-de-east-1',
    undefined,
    undefined,
    undefined,
  ]);
  expect(HOMES.map(({ partition }) => partition)).toEqual(PARTITION_NAMES);
});

it('a key is proved in the function’s own region and in another one of its partition, where there is one', () => {
  const regions = ['eu-west-1', 'us-east-1', 'us-gov-west-1', 'cn-northwest-1', 'eusc-de-east-1', 'us-iso-east-1'];

  expect(regions.map(provingRegions)).toEqual([
    ['eu-west-1', 'us-east-1'],
    ['us-east-1', 'us-west-2'],
    ['us-gov-west-1', 'us-gov-east-1'],
    ['cn-northwest-1', 'cn-north-1'],
    ['eusc-de-east-1'],
    ['us-iso-east-1'],
  ]);
});
