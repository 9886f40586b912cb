import { App, Aws, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PolicyDocument as PolicyDocumentOfIam } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { parseRights, parseThings } from '../../functions/core/deployed-facts';
import { DEPLOYMENT_PARAMETERS } from '../../functions/core/names';
import { Connection, DeliveryTarget, type KeyRotation, SecretProvider, type SecretProviderProps } from '../../infra';
import { compilePattern } from '../../local/events/pattern';
import { mayAdministrator, type PolicyDocument, secretPolicyOf } from './access';
import { ACCOUNT, arnOfSecret, deployed, REGION, roleArn } from './deployed';
import { type CfnTemplate, errorsOf, resourcesOf, rotationIn, stackOf, synthesize, templateOf } from './synthesized';

const KMS_KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/web-shop-deploy`;
const WORKSPACE = {
  workspace: 'acme',
  workspaceUuid: '{0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31}',
};
const RULE = {
  name: 'shop',
  repositoryUuid: '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}',
  environmentUuids: ['{8c3e4a52-6a52-4d2b-9a53-0c2b7c1d9e11}'],
  branches: ['main'],
  keys: [{ id: 'web-shop' }],
  roles: [{ role: ROLE, accessKeyId: 'DEPLOY_ID', secretAccessKey: 'DEPLOY_SECRET', sessionToken: 'DEPLOY_TOKEN' }],
  secrets: [
    { secret: 'shop/db', variable: 'DB_PASSWORD', pointer: '/password', encryptionKey: KMS_KEY },
    { secret: 'shop/db', variable: 'DB_USER', pointer: '/user' },
    { secret: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:shop/api-AbCdEf`, variable: 'API_TOKEN' },
  ],
};

const OTHER = '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e99}';
/** A rule in code that gives a secret alone. */
const PLAIN = { ...RULE, keys: [], roles: [], secrets: [{ secret: 'shop/db', variable: 'DB_PASSWORD' }] };

function configOf(provider: object = {}, more: Partial<ConfigInput> = {}): ConfigInput {
  return {
    keys: [
      { id: 'web-shop', user: 'web-shop' },
      { id: 'other', user: 'other' },
    ],
    provider: { bitbucket: WORKSPACE, endpoint: true, rules: [RULE], ...provider },
    ...more,
  } as ConfigInput;
}

const template = synthesize(configOf());
const one = (type: string, of: CfnTemplate = template) => {
  const [found, ...others] = resourcesOf(of, type).filter(({ id }) => id.includes('Provider'));
  expect(others).toEqual([]);
  return found as NonNullable<typeof found>;
};

describe('without endpoint', () => {
  it('nothing of it is in the template', () => {
    const without = synthesize(configOf({ endpoint: undefined }));
    const types = Object.values(without.Resources).map(({ Type }) => Type);
    expect(types.filter((type) => /ApiGateway|DynamoDB/.test(type))).toEqual([]);
    expect(JSON.stringify(without)).not.toMatch(/KeyRotationProvider|UsedTokens/);
    expect(without).toEqual(synthesize({ keys: configOf().keys }));
  });
});

describe('the function of the endpoint (K12)', () => {
  const role = one('AWS::IAM::Role');
  const [policy, ...others] = role.Properties.Policies as readonly { readonly PolicyDocument: unknown }[];
  const arn = (service: string, rest: string) => `arn:aws:${service}:${REGION}:${ACCOUNT}:${rest}`;

  it('may do exactly this', () => {
    expect(others).toEqual([]);
    expect(JSON.stringify(resourcesOf(template, 'AWS::IAM::Policy'))).not.toContain(role.id);
    expect(JSON.stringify(resourcesOf(template, 'AWS::IAM::ManagedPolicy'))).not.toContain(role.id);
    const { Statement } = deployed(template, policy?.PolicyDocument) as PolicyDocument;
    const own = resourcesOf(template, 'AWS::Logs::LogGroup').find(({ id }) => id.startsWith('KeyRotationProviderLogs'));
    const logs = ['logs:CreateLogStream', 'logs:PutLogEvents'];
    expect(Statement).toEqual([
      { Sid: 'WriteOwnLog', Effect: 'Allow', Action: logs, Resource: expect.stringContaining(own?.id ?? 'none') },
      {
        Sid: 'KeepRecord',
        Effect: 'Allow',
        Action: logs,
        Resource: arn('logs', 'log-group:/keyturn/provider:log-stream:endpoint/*'),
      },
      {
        Sid: 'ReadRules',
        Effect: 'Allow',
        Action: 'ssm:GetParameters',
        // CloudFormation changes the role before the function: one that starts in between reads the rules before.
        Resource: arn('ssm', 'parameter/keyturn/provider/*'),
      },
      {
        Sid: 'RememberTokens',
        Effect: 'Allow',
        Action: 'dynamodb:UpdateItem',
        Resource: expect.stringContaining('UsedTokens'),
      },
      {
        Sid: 'ReadSecrets',
        Effect: 'Allow',
        Action: 'secretsmanager:GetSecretValue',
        Resource: [arn('secretsmanager', 'secret:shop/db-??????'), arn('secretsmanager', 'secret:shop/api-AbCdEf')],
      },
      { Sid: 'TakeRoles', Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession'], Resource: ROLE },
      {
        Sid: 'DecryptSecrets',
        Effect: 'Allow',
        Action: 'kms:Decrypt',
        Resource: KMS_KEY,
        Condition: { StringEquals: { 'kms:ViaService': `secretsmanager.${REGION}.amazonaws.com` } },
      },
    ]);
  });

  it('reads the managed secrets of its rules by their own policies, and no other one', async () => {
    const read = (id: string) => ({
      action: 'secretsmanager:GetSecretValue',
      resource: arnOfSecret(`keyturn/${id}`),
      resourcePolicy: secretPolicyOf(template, id),
    });
    expect(await mayAdministrator(roleArn(role.id), read('web-shop'))).toBe(true);
    expect(await mayAdministrator(roleArn(role.id), read('other'))).toBe(false);
    const put = { ...read('web-shop'), action: 'secretsmanager:PutSecretValue' };
    expect(await mayAdministrator(roleArn(role.id), put)).toBe(false);
  });

  it("decrypts them by the stack's own KMS key, where it has one", () => {
    const managed = synthesize(configOf({}, { encryption: 'customer-managed' }));
    const key = resourcesOf(managed, 'AWS::KMS::Key').find(({ id }) => id.includes('Encryption'));
    expect(JSON.stringify(key?.Properties.KeyPolicy)).toContain(one('AWS::IAM::Role', managed).id);
  });

  it('seals by a key that signs for nobody else; only the report function may read its record and its public half', () => {
    const audit = { archive: { years: 1 }, report: {} };
    const of = (made: CfnTemplate) => JSON.stringify(resourcesOf(made, 'AWS::IAM::Role'));
    const made = synthesize(configOf({}, { audit }));
    const key = resourcesOf(made, 'AWS::KMS::Key').find(({ id }) => id.startsWith('KeyRotationProviderSealKey'));
    const { Statement } = deployed(made, key?.Properties.KeyPolicy) as PolicyDocument;
    const own = roleArn(one('AWS::IAM::Role', made).id);
    expect(Statement.map(({ Sid, Effect, Action, Principal }) => [Sid, Effect, Action, Principal]).slice(1)).toEqual([
      ['Seal', 'Allow', 'kms:Sign', { AWS: own }],
      ['NobodyElseSeals', 'Deny', ['kms:Sign', 'kms:CreateGrant'], { AWS: '*' }],
    ]);
    const rights = (sid: string) =>
      resourcesOf(made, 'AWS::IAM::Role').filter(({ Properties }) => JSON.stringify(Properties).includes(sid));
    for (const sid of ['CheckProviderSeals', 'ReadProviderRecord']) {
      expect(rights(sid).map(({ id }) => id)).toEqual([expect.stringContaining('ReportRole')]);
      expect(of(synthesize({ ...configOf({}, { audit }), provider: undefined }))).not.toContain(sid);
    }
  });

  it('is among those whose rights a report shows', () => {
    const [facts] = resourcesOf(template, 'AWS::SSM::Parameter').filter(
      ({ Properties }) => Properties.Name === DEPLOYMENT_PARAMETERS.rights,
    );
    const rights = parseRights(DEPLOYMENT_PARAMETERS.rights, String(facts?.Properties.Value));
    const own = rights.filter(({ who }) => who.includes('provider')).map(({ may }) => may);
    expect(own).toEqual(expect.arrayContaining(['write into its own log', "read the provider's rules"]));
    expect(own).toHaveLength(8);
  });

  it('has a role of another name under another path: CloudFormation makes the one before it deletes the other', () => {
    const nameUnder = (rolePath: string) =>
      one('AWS::IAM::Role', synthesize(configOf({}, { deployment: { rolePath } }))).Properties.RoleName;
    expect(one('AWS::IAM::Role').Properties.RoleName).toBe('Keyturn-KeyRotationProvider');
    const [first, second] = ['/security/', '/security/keyturn/'].map((path) => String(nameUnder(path)));
    expect(first).toMatch(/^Keyturn-KeyRotationProvider-[0-9a-f]{6}$/);
    expect(second).not.toBe(first);
  });

  it('has other rules only when they are there, and what they name admits it', () => {
    const { DependsOn } = one('AWS::Lambda::Function') as { readonly DependsOn?: readonly string[] };
    const parameter = resourcesOf(template, 'AWS::SSM::Parameter').find(({ id }) => id.includes('Provider'));
    const [secret] = resourcesOf(template, 'AWS::SecretsManager::ResourcePolicy');
    expect(DependsOn).toEqual(expect.arrayContaining([parameter?.id, secret?.id]));
  });

  it('runs so many times at once, for less than API Gateway waits', () => {
    const { Properties } = one('AWS::Lambda::Function');
    expect(Properties).toMatchObject({ Runtime: 'nodejs24.x', ReservedConcurrentExecutions: 20, Timeout: 25 });
    expect(Properties.DeadLetterConfig).toBeUndefined();
  });

  it('is the same where the secret is in a stack of its own, which imports nothing from this one', () => {
    const stack = stackOf({ ...configOf(), keys: [{ id: 'web-shop', user: 'web-shop', stack: 1 }] });
    const app = stack.node.root as App;
    const keys = app.node.findAll().find((child): child is Stack => child instanceof Stack && child !== stack) as Stack;
    const policy_ = Template.fromStack(keys).toJSON() as CfnTemplate;
    const [secret] = resourcesOf(policy_, 'AWS::SecretsManager::ResourcePolicy');
    const text = JSON.stringify(deployed(policy_, secret?.Properties.ResourcePolicy));
    const name = one('AWS::IAM::Role', templateOf(stack)).Properties.RoleName;
    expect(text).toContain(`arn:aws:iam::${ACCOUNT}:role/${name}`);
    expect(errorsOf(stack)).toEqual([]);
    const imported = JSON.stringify(policy_).match(/"Fn::ImportValue":"[^"]*"/g) ?? [];
    expect(imported.filter((value) => value.includes('Provider'))).toEqual([]);
  });
});

describe('the API of the endpoint', () => {
  it('has two routes to one function, no CORS and no other way in', () => {
    const api = one('AWS::ApiGatewayV2::Api');
    expect(Object.keys(api.Properties).sort()).toEqual(['Description', 'Name', 'ProtocolType']);
    const routes = resourcesOf(template, 'AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties.RouteKey);
    expect(routes.sort()).toEqual(['GET /', 'POST /']);
    expect(one('AWS::ApiGatewayV2::Integration').Properties).toMatchObject({
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
    });
    expect(deployed(template, one('AWS::Lambda::Permission').Properties)).toMatchObject({
      Principal: 'apigateway.amazonaws.com',
      SourceArn: expect.stringMatching(new RegExp(`^arn:aws:execute-api:${REGION}:${ACCOUNT}:.*${api.id}.*/\\*/\\*/$`)),
    });
  });

  it('is throttled, and logs no header, no path, no body and no token', () => {
    const { Properties } = one('AWS::ApiGatewayV2::Stage');
    expect(Properties).toMatchObject({
      StageName: '$default',
      DefaultRouteSettings: { ThrottlingRateLimit: 20, ThrottlingBurstLimit: 20 },
    });
    // Of more at once than are answered at a time the rest would get 503.
    expect(one('AWS::Lambda::Function').Properties.ReservedConcurrentExecutions).toBe(20);
    const { Format } = Properties.AccessLogSettings as { readonly Format: string };
    expect(JSON.parse(Format)).toEqual({
      requestId: '$context.requestId',
      time: '$context.requestTimeEpoch',
      address: '$context.identity.sourceIp',
      route: '$context.routeKey',
      status: '$context.status',
      milliseconds: '$context.responseLatency',
    });
  });

  it('lets in, answers and reserves as many as the configuration says, or reserves none', () => {
    const of = (more: object) => {
      const made = synthesize(configOf(more));
      const { ReservedConcurrentExecutions } = one('AWS::Lambda::Function', made).Properties;
      return [ReservedConcurrentExecutions, one('AWS::ApiGatewayV2::Stage', made).Properties.DefaultRouteSettings];
    };
    const throttle = (most: number) => ({ ThrottlingRateLimit: most, ThrottlingBurstLimit: most });
    expect(of({ concurrency: 50 })).toEqual([50, throttle(50)]);
    expect(of({ reserveConcurrency: false })).toEqual([undefined, throttle(20)]);
  });

  it('is told to whoever deploys, for each kind of runner', () => {
    const outputs = Object.entries(template.Outputs ?? {}).filter(([name]) => name.includes('Provider'));
    const texts = outputs.map(([, output]) => JSON.stringify(deployed(template, (output as { Value: unknown }).Value)));
    const settings = texts.find((text) => text.includes('SECRET_PROVIDER_URI') && text.includes('-secretProviderUri'));
    expect(settings).toContain('Tell one runner first: every step with oidc asks');
  });

  it('keeps its logs for as long as the others, and the record for as long as the record', () => {
    const kept = synthesize(configOf({}, { logRetentionDays: 30, audit: { retentionDays: 731 } }));
    const groups = resourcesOf(kept, 'AWS::Logs::LogGroup').filter(({ id }) => id.includes('Provider'));
    const days = groups.map(({ Properties, DeletionPolicy }) => [
      Properties.LogGroupName ?? '',
      Properties.RetentionInDays,
      DeletionPolicy,
    ]);
    expect(new Set(days.map(String))).toEqual(new Set([`,30,RetainExceptOnCreate`, '/keyturn/provider,731,Retain']));
    const record = groups.find(({ Properties }) => Properties.LogGroupName === '/keyturn/provider');
    expect(record?.Properties.DeletionProtectionEnabled).toBe(true);
    const used = synthesize(configOf({ logGroup: 'existing' }));
    expect(JSON.stringify(resourcesOf(used, 'AWS::Logs::LogGroup'))).not.toContain('/keyturn/provider');
  });
});

describe('the table of used tokens', () => {
  it('is paid by use, forgets by itself, and goes with the stack: nothing of worth is in it', () => {
    const { Properties, DeletionPolicy } = one('AWS::DynamoDB::Table');
    expect(Properties).toEqual({
      AttributeDefinitions: [{ AttributeName: 'digest', AttributeType: 'S' }],
      KeySchema: [{ AttributeName: 'digest', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      TimeToLiveSpecification: { AttributeName: 'endsAt', Enabled: true },
    });
    expect(DeletionPolicy).toBe('Delete');
  });
});

describe('the rules of the endpoint', () => {
  const partsOf = (of: CfnTemplate) =>
    resourcesOf(of, 'AWS::SSM::Parameter').filter(({ Properties }) =>
      String(Properties.Name).startsWith('/keyturn/provider/'),
    );

  it('stand in as many parameters as they need, and have other names when they change', () => {
    const many = Array.from({ length: 25 }, (_, at) => ({
      ...RULE,
      name: `rule-${at}`,
      branches: [`m\u00fcll-${at}`],
      keys: [],
    }));
    const parts = partsOf(synthesize(configOf({ rules: many })));
    expect(parts.length).toBeGreaterThan(1);
    for (const { Properties } of parts) expect(String(Properties.Value)).toMatch(/^[\x20-\x7e]{1,4096}$/);
    const names = [template, synthesize(configOf({ tokenMinutes: 5 }))].map((of) => partsOf(of)[0]?.Properties.Name);
    expect(new Set(names).size).toBe(2);
    const ids = [template, synthesize(configOf({ tokenMinutes: 5 }))].map((of) => partsOf(of)[0]?.id);
    expect(new Set(ids).size).toBe(2);
  });

  it('are refused where they are more than a function reads', () => {
    const huge = Array.from({ length: 150 }, (_, at) => ({
      ...RULE,
      name: `rule-${at}`,
      branches: [`b-${at}`],
      keys: [],
    }));
    expect(() => stackOf(configOf({ rules: huge }))).toThrow(/provider: expected at most 40960 bytes of rules/);
  });

  it('are refused where only the deployment knows them', () => {
    const rules = [{ ...RULE, branches: [Aws.STACK_NAME] }];
    expect(errorsOf(stackOf(configOf({ rules })))).toContainEqual(
      expect.stringContaining('provider.rules.0.branches.0: expected plain text'),
    );
  });
});

describe('SecretProvider in code', () => {
  const scene = () => {
    const stack = new Stack(new App(), 'Keyturn', { env: { account: ACCOUNT, region: REGION } });
    const rotation = rotationIn(stack);
    return { stack, rotation, key: rotation.manage('web-shop', { user: 'web-shop' }) };
  };
  const propsOf = (rotation: KeyRotation, more: Partial<SecretProviderProps> = {}): SecretProviderProps => ({
    rotation,
    ...WORKSPACE,
    rules: [{ ...RULE, keys: [], roles: [] }],
    ...more,
  });

  it('makes what keyturn.yaml makes', () => {
    const { stack, rotation, key } = scene();
    const provider = new SecretProvider(
      stack,
      'Provider',
      propsOf(rotation, { rules: [{ ...RULE, keys: [{ key }], roles: [] }] }),
    );
    const made = templateOf(stack);
    expect(errorsOf(stack)).toEqual([]);
    expect(partsText(made)).toBe(partsText(synthesize(configOf({ rules: [{ ...RULE, roles: [] }] }))));
    const role = one('AWS::IAM::Role', made);
    expect(JSON.stringify(secretPolicyOf(made, 'web-shop'))).toContain(roleArn(role.id));
    expect(stack.resolve(provider.runnerSettings)).toBeDefined();
    expect(made.Resources[role.id]?.Properties.RoleName).toBe('Keyturn-KeyRotationProvider');
  });

  it('K7: what changes it is told and reported, wherever the construct stands', () => {
    const { stack, rotation } = scene();
    new SecretProvider(stack, 'Provider', propsOf(rotation));
    const made = templateOf(stack);
    const [rule] = resourcesOf(made, 'AWS::Events::Rule').filter(({ id }) => id.includes('OwnChangesProvider'));
    const [facts] = resourcesOf(made, 'AWS::SSM::Parameter').filter(
      ({ Properties }) => Properties.Name === DEPLOYMENT_PARAMETERS.things,
    );
    const { provider } = parseThings('it', String(deployed(made, facts?.Properties.Value)));
    const groups = resourcesOf(made, 'AWS::Logs::LogGroup').filter(({ id }) => id.startsWith('Provider'));
    const own = groups.filter(({ Properties }) => Properties.LogGroupName === undefined).map(({ id }) => id);
    expect(own).toHaveLength(2);
    expect(provider?.logs).toEqual(expect.arrayContaining(own));
    const matches = compilePattern(
      (deployed(made, rule?.Properties) as { readonly EventPattern: unknown }).EventPattern,
    );
    const told = (requestParameters: object) =>
      matches({
        source: 'aws.logs',
        'detail-type': 'AWS API Call via CloudTrail',
        detail: { eventName: 'X', readOnly: false, managementEvent: true, requestParameters, sourceIPAddress: '::1' },
      });
    expect(own.every((logGroupName) => told({ logGroupName }))).toBe(true);
    expect(told({ apiId: provider?.api })).toBe(true);
    expect(told({ apiId: 'another' })).toBe(false);
    expect(told({ keyId: `arn:aws:kms:${REGION}:${ACCOUNT}:key/${provider?.key}` })).toBe(true);
    expect(told({ aliasName: 'alias/keyturn-provider-seal' })).toBe(true);
  });

  it('is refused in another region than the rotation: what happens there is not watched', () => {
    const { stack, rotation } = scene();
    const other = new Stack(stack.node.root as App, 'Other', { env: { account: ACCOUNT, region: 'eu-central-1' } });
    expect(() => new SecretProvider(other, 'Provider', propsOf(rotation))).toThrow(/account and region/);
  });

  it('refuses a secret of another region, of which each step would get 503', () => {
    const { stack, rotation } = scene();
    const secret = `arn:aws:secretsmanager:us-east-1:${ACCOUNT}:secret:shop/api-AbCdEf`;
    const rules = [{ ...RULE, keys: [], roles: [], secrets: [...RULE.secrets, { secret, variable: 'OTHER' }] }];
    expect(() => new SecretProvider(stack, 'Provider', propsOf(rotation, { rules }))).toThrow(
      /provider\.rules\.0\.secrets\.3\.secret: expected a secret of eu-west-1, where the stack is, found one of us-east-1/,
    );
    vi.stubEnv('CDK_DEFAULT_REGION', REGION);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(() => stackOf(configOf({ rules }))).toThrow(/found one of us-east-1/);
  });

  it('lets in and reserves as many as its props say', () => {
    const { stack, rotation } = scene();
    new SecretProvider(stack, 'Provider', propsOf(rotation, { concurrency: 3, reserveConcurrency: false }));
    const made = templateOf(stack);
    expect(one('AWS::Lambda::Function', made).Properties.ReservedConcurrentExecutions).toBeUndefined();
    expect(one('AWS::ApiGatewayV2::Stage', made).Properties.DefaultRouteSettings).toMatchObject({
      ThrottlingBurstLimit: 3,
    });
  });

  it('stands in a stack of its own, too', () => {
    const { stack, rotation, key } = scene();
    const other = new Stack(stack.node.root as App, 'Other', { env: { account: ACCOUNT, region: REGION } });
    new SecretProvider(other, 'Provider', propsOf(rotation, { rules: [{ ...RULE, keys: [{ key }], roles: [] }] }));
    expect(errorsOf(stack)).toEqual([]);
    const things = resourcesOf(templateOf(stack), 'AWS::SSM::Parameter').find(
      ({ Properties }) => Properties.Name === DEPLOYMENT_PARAMETERS.things,
    );
    expect(JSON.stringify(things?.Properties.Value)).toContain('Other');
  });

  it('takes roles with a policy for their sessions', () => {
    const { stack, rotation } = scene();
    const sessionPolicy = PolicyDocumentOfIam.fromJson({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::releases/*' }],
    });
    const roles = [{ roleArn: ROLE, sessionMinutes: 30, sessionPolicy }];
    new SecretProvider(stack, 'Provider', propsOf(rotation, { rules: [{ ...RULE, keys: [], secrets: [], roles }] }));
    const rules = JSON.parse(partsText(templateOf(stack))).rules as readonly { readonly roles: unknown }[];
    expect(rules[0]?.roles).toMatchObject([
      { role: ROLE, sessionMinutes: 30, sessionPolicy: { Statement: [{ Action: 's3:PutObject' }] } },
    ]);
  });

  it.each<[string, Partial<SecretProviderProps>, RegExp]>([
    ['no rules', { rules: [] }, /Provider: rules/],
    ['more at once than Lambda keeps for one', { concurrency: 901 }, /Provider: concurrency/],
    ['none at once', { concurrency: 0 }, /Provider: concurrency/],
    ['a rule for whoever', { rules: [{ ...RULE, keys: [], roles: [], environmentUuids: undefined }] }, /anyStep/],
    ['a token of the CDK', { workspace: Aws.STACK_NAME }, /workspace: expected plain text/],
    [
      'a variable of two rules that one step may get',
      { rules: [PLAIN, { ...PLAIN, name: 'b', branches: undefined }] },
      /Keyturn\/Provider: rules\[1\].name: expected variables of its own, found "DB_PASSWORD"/,
    ],
    [
      "half of a role's session in one rule, and the rest in another",
      {
        rules: [
          { ...PLAIN, secrets: [], roles: [{ roleArn: ROLE }] },
          { ...PLAIN, name: 'b', secrets: [{ secret: 'x', variable: 'AWS_PROFILE' }] },
        ],
      },
      /rules\[1\].name: expected no AWS_PROFILE beside a key/,
    ],
    ['two rules of one name', { rules: [PLAIN, { ...PLAIN, repositoryUuid: OTHER }] }, /expected a name of its own/],
    [
      'a secret by two names',
      {
        rules: [
          {
            ...PLAIN,
            secrets: [
              { secret: 'shop/db', variable: 'A' },
              { secret: `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:shop/db-AbCdEf`, variable: 'B' },
            ],
          },
        ],
      },
      /rules\[0\].secrets\[1\].secret: expected one secret by one name/,
    ],
    [
      'a policy that is none',
      { rules: [{ ...PLAIN, roles: [{ roleArn: ROLE, policyArns: ['x'] }] }] },
      /rules\[0\].roles\[0\].policyArns\[0\]/,
    ],
  ])('refuses %s', (_name, more, message) => {
    const { stack, rotation } = scene();
    expect(
      () => new SecretProvider(stack, 'Provider', propsOf(rotation, more as Partial<SecretProviderProps>)),
    ).toThrow(message);
  });
});

describe('SecretProvider beside others', () => {
  const start = () => {
    const stack = new Stack(new App(), 'Keyturn', { env: { account: ACCOUNT, region: REGION } });
    const rotation = rotationIn(stack);
    return { stack, rotation, props: { rotation, ...WORKSPACE, rules: [PLAIN] } };
  };

  it('is one for a stack', () => {
    const { stack, rotation, props } = start();
    new SecretProvider(rotation, 'First', props);
    expect(() => new SecretProvider(stack, 'Second', props)).toThrow(
      'Keyturn/Second: expected one SecretProvider in a stack, found Keyturn/KeyRotation/First beside it',
    );
  });

  it.each([true, false])(
    'gives no token of a host to a step (K12), where its target is added before: %s',
    (isBefore) => {
      const { stack, rotation, props } = start();
      const connection = Connection.bitbucket('acme', { secret: 'shop/db' });
      const add = () =>
        rotation.manage('other', {
          user: 'other',
          deliverTo: [DeliveryTarget.bitbucketRepository({ connection, repository: 'acme/web-shop' })],
        });
      if (isBefore) add();
      new SecretProvider(stack, 'Provider', props);
      if (!isBefore) add();
      expect(() => errorsOf(stack)).toThrow(
        '[Keyturn/Provider] rules[0].secrets[0].secret: expected a secret that no connection uses, found that of "acme"',
      );
    },
  );

  it('gives credentials of a role under other names, narrowed by managed policies, as keyturn.yaml does', () => {
    const { stack, props } = start();
    const { role: roleArn, ...names } = RULE.roles[0] as (typeof RULE.roles)[number];
    const policyArns = [`arn:aws:iam::${ACCOUNT}:policy/narrow`];
    const rule = { ...PLAIN, secrets: [] };
    new SecretProvider(stack, 'Provider', {
      ...props,
      rules: [{ ...rule, roles: [{ roleArn, policyArns, ...names }] }],
    });
    const rules = [{ ...rule, roles: [{ role: roleArn, policyArns, ...names }] }];
    expect(partsText(templateOf(stack))).toBe(partsText(synthesize(configOf({ rules }))));
  });
});

function partsText(of: CfnTemplate): string {
  return resourcesOf(of, 'AWS::SSM::Parameter')
    .filter(({ Properties }) => String(Properties.Name).startsWith('/keyturn/provider/'))
    .map(({ Properties }) => String(Properties.Value))
    .join('');
}
