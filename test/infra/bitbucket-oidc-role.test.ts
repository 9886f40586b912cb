import { App, Aspects, Duration, Fn, Stack } from 'aws-cdk-lib';
import {
  CfnPolicy,
  type CfnRole,
  CfnRolePolicy,
  type IManagedPolicy,
  ManagedPolicy,
  Policy,
  PolicyStatement,
  type Role,
} from 'aws-cdk-lib/aws-iam';
import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { ADMINISTRATOR_WORDS } from '../../functions/core/config/roles-config';
import { BitbucketOidcRole, type BitbucketOidcRoleProps } from '../../infra';
import { mayWith, type PolicyDocument } from './access';
import { ACCOUNT, deployed } from './deployed';
import { type CfnTemplate, ONE_KEY, resourcesOf, synthesize, templateOf } from './synthesized';

const WORKSPACE = '0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31';
const REPOSITORY = '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}';
const PRODUCTION = '{8c3e4a52-6a52-4d2b-9a53-0c2b7c1d9e11}';
const STEP = '{9d3e4a52-6a52-4d2b-9a53-0c2b7c1d9e12}';
const OTHER = '{1e3e4a52-6a52-4d2b-9a53-0c2b7c1d9e13}';
const PROVIDER = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const AUDIENCE = `ari:cloud:bitbucket::workspace/${WORKSPACE}`;
const place = { workspace: 'acme', workspaceUuid: `{${WORKSPACE}}`, repositoryUuid: REPOSITORY };
const deploys = { ...place, environmentUuids: [PRODUCTION] };

function made(...all: readonly BitbucketOidcRoleProps[]) {
  const stack = new Stack(new App(), 'Pipelines');
  const roles = all.map((props, at) => new BitbucketOidcRole(stack, `Role${at}`, props));
  return { stack, roles, template: templateOf(stack) };
}
const refusal = (props: object): string => {
  try {
    made({ ...deploys, ...props } as BitbucketOidcRoleProps);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
};
const rolesIn = (template: CfnTemplate) => resourcesOf(template, 'AWS::IAM::Role').map(({ Properties }) => Properties);
const providersIn = (template: CfnTemplate) =>
  resourcesOf(template, 'AWS::IAM::OIDCProvider').map(({ Properties }) => Properties);
const trustIn = (template: CfnTemplate) =>
  deployed(template, rolesIn(template)[0]?.AssumeRolePolicyDocument) as PolicyDocument;

describe('a role for the steps of Bitbucket Pipelines', () => {
  const { template } = made(deploys);

  it('names audience and subject, and nothing that holds for a token without them', () => {
    expect(trustIn(template).Statement).toEqual([
      {
        Effect: 'Allow',
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: expect.any(String) },
        Condition: {
          StringEquals: { [`${PROVIDER}:aud`]: AUDIENCE },
          StringLike: { [`${PROVIDER}:sub`]: [`${REPOSITORY}:${PRODUCTION}:*`] },
        },
      },
    ]);
    expect(JSON.stringify(template)).not.toMatch(/ForAllValues|IfExists/);
  });

  it('has a provider without a thumbprint, an hour, and no policy', () => {
    expect(providersIn(template)).toEqual([{ Url: `https://${PROVIDER}`, ClientIdList: [AUDIENCE] }]);
    expect(rolesIn(template)).toEqual([expect.objectContaining({ MaxSessionDuration: 3600 })]);
    expect(rolesIn(template)[0]).not.toHaveProperty('ManagedPolicyArns');
    expect(resourcesOf(template, 'AWS::IAM::Policy')).toEqual([]);
  });

  it('shares the provider of its workspace with the other roles of the stack', () => {
    const shared = made(
      deploys,
      { ...place, anyStep: true, audience: 'deploy' },
      { ...deploys, workspace: 'umbrella' },
    );
    expect(providersIn(shared.template).map(({ ClientIdList }) => ClientIdList)).toEqual([
      [AUDIENCE, 'deploy'],
      [AUDIENCE],
    ]);
    expect(rolesIn(shared.template)).toHaveLength(3);
  });

  it('leaves the provider to the account, whose other roles trust it too, and takes it back where it was not made', () => {
    const [provider] = resourcesOf(template, 'AWS::IAM::OIDCProvider').map(({ id }) => template.Resources[id]);
    expect(provider).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
  });

  it('reuses a provider that the account has', () => {
    const existingProviderArn = `arn:aws:iam::${ACCOUNT}:oidc-provider/${PROVIDER}`;
    const reused = made({ ...deploys, existingProviderArn }).template;
    expect(providersIn(reused)).toEqual([]);
    expect(JSON.stringify(trustIn(reused))).toContain(`"Federated":"${existingProviderArn}"`);
  });

  it('refuses a provider of another account, in which STS would not look, where the own one is known', () => {
    const of = (account: string) => `arn:aws:iam::${account}:oidc-provider/${PROVIDER}`;
    const make = (existingProviderArn: string, account?: string) => () => {
      const stack = new Stack(new App(), 'Pipelines', account === undefined ? {} : { env: { account } });
      return new BitbucketOidcRole(stack, 'Role', { ...deploys, existingProviderArn });
    };
    expect(make(of('444455556666'), ACCOUNT)).toThrow(
      `Pipelines/Role: provider: expected a provider of the account ${ACCOUNT}, in which the role is, found ` +
        `${of('444455556666')}: STS looks for it there, and no step could take the role`,
    );
    expect(make(of(ACCOUNT), ACCOUNT)).not.toThrow();
    expect(make(Fn.importValue('Provider'), ACCOUNT)).not.toThrow();
    expect(make(of('444455556666'))).not.toThrow();
    vi.stubEnv('CDK_DEFAULT_ACCOUNT', ACCOUNT);
    try {
      expect(make(of('444455556666'))).toThrow('expected a provider of the account');
      expect(make(of(ACCOUNT))).not.toThrow();
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('takes thumbprints, a name, hours, policies and a boundary', () => {
    const stack = new Stack(new App(), 'Pipelines');
    const policy = ManagedPolicy.fromManagedPolicyName(stack, 'Deploy', 'deploy');
    new BitbucketOidcRole(stack, 'Role', {
      ...deploys,
      thumbprints: ['a031c46782e6e6c662c2c87c76da9aa62ccabd8e'],
      roleName: 'web-shop-deploy',
      path: '/pipelines/',
      sessionDuration: Duration.hours(2),
      managedPolicies: [policy],
      permissionsBoundary: policy,
    });
    const all = templateOf(stack);
    expect(providersIn(all)[0]).toHaveProperty('ThumbprintList', ['a031c46782e6e6c662c2c87c76da9aa62ccabd8e']);
    expect(rolesIn(all)[0]).toMatchObject({
      RoleName: 'web-shop-deploy',
      Path: '/pipelines/',
      MaxSessionDuration: 7200,
      ManagedPolicyArns: [expect.anything()],
      PermissionsBoundary: expect.anything(),
    });
  });

  it.each<[string, object, string]>([
    ['neither environment nor any step', { environmentUuids: undefined }, 'write "anyStep: true"'],
    ['both', { anyStep: true }, 'found both'],
    ['a wildcard', { repositoryUuid: '*' }, 'expected the UUID of the repository'],
    [
      'everything, by its ARN',
      { managedPolicies: [{ managedPolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }] },
      'allowAdministrator',
    ],
    [
      'everything, by its name',
      { managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess')] },
      'allowAdministrator',
    ],
    [
      'everything, by an ARN that only the deployment knows',
      {
        managedPolicies: [
          {
            managedPolicyArn: Fn.sub(`arn:${'$'}{AWS::Partition}:iam::aws:policy/${'$'}{Name}`, {
              Name: 'AdministratorAccess',
            }),
          },
        ],
      },
      'allowAdministrator',
    ],
    ['thirteen hours', { sessionDuration: Duration.hours(13) }, 'sessionHours: expected at most 12'],
    ['the whole internet', { addresses: ['0.0.0.0/0'] }, 'write the ranges'],
    [
      'more than a trust policy holds',
      {
        environmentUuids: Array.from({ length: 10 }, (_, at) => PRODUCTION.replace('8c', `8${at}`)),
        addresses: Array.from({ length: 30 }, (_, at) => `2401:1d80:${3000 + at}:aaaa:bbbb::/80`),
      },
      'expected a trust policy of at most 2048 characters',
    ],
  ])('refuses %s', (_what, props, cure) => {
    expect(refusal(props)).toContain(cure);
  });

  it('may do everything where that is written in words', () => {
    const managedPolicies = [ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess')];
    expect(refusal({ managedPolicies, allowAdministrator: ADMINISTRATOR_WORDS })).toBe('');
  });

  it.each<[string, (scope: Stack) => IManagedPolicy]>([
    ['its name', () => ManagedPolicy.fromAwsManagedPolicyName('IAMFullAccess')],
    [
      'its ARN in parts',
      (scope) =>
        ManagedPolicy.fromManagedPolicyArn(
          scope,
          'Everything',
          Fn.join('/', ['arn:aws:iam::aws:policy', 'AdministratorAccess']),
        ),
    ],
  ])('refuses everything that is added later, by %s', (_how, policy) => {
    const added = (more: object) => {
      const stack = new Stack(new App(), 'Pipelines');
      const { role } = new BitbucketOidcRole(stack, 'Role', { ...deploys, ...more });
      role.addManagedPolicy(policy(stack));
      return () => templateOf(stack);
    };
    expect(added({})).toThrow('allowAdministrator');
    expect(added({ allowAdministrator: ADMINISTRATOR_WORDS })).not.toThrow();
  });

  const EVERYTHING = 'arn:aws:iam::aws:policy/AdministratorAccess';
  it.each<[string, (role: CfnRole) => void]>([
    ['of the property', (role) => role.addPropertyOverride('ManagedPolicyArns', [EVERYTHING])],
    ['of one item', (role) => role.addPropertyOverride('ManagedPolicyArns.0', EVERYTHING)],
    ['of the resource', (role) => role.addOverride('Properties.ManagedPolicyArns', [EVERYTHING])],
    [
      'by an aspect',
      (role) =>
        Aspects.of(role).add({
          visit: (node) => void (node === role && role.addPropertyOverride('ManagedPolicyArns', [EVERYTHING])),
        }),
    ],
  ])('refuses everything that comes by an override %s, as the template has it', (_how, override) => {
    const overridden = (more: object) => {
      const stack = new Stack(new App(), 'Pipelines');
      const managedPolicies = [ManagedPolicy.fromManagedPolicyArn(stack, 'Own', `arn:aws:iam::${ACCOUNT}:policy/own`)];
      const { role } = new BitbucketOidcRole(stack, 'Role', { ...deploys, managedPolicies, ...more });
      override(role.node.defaultChild as CfnRole);
      return () => templateOf(stack);
    };
    expect(overridden({})).toThrow('allowAdministrator');
    expect(overridden({ allowAdministrator: ADMINISTRATOR_WORDS })).not.toThrow();
  });

  const everything = () => new PolicyStatement({ actions: ['*'], resources: ['*'] });
  const document = { Statement: [{ Effect: 'Allow', Action: 'iam:*', Resource: '*' }] };
  it.each<[string, (role: Role, stack: Stack) => void]>([
    ['a statement that is added', (role) => role.addToPolicy(everything())],
    [
      'an override of such a statement',
      (role) => {
        role.addToPolicy(new PolicyStatement({ actions: ['s3:PutObject'], resources: ['*'] }));
        const policy = role.node.findChild('DefaultPolicy').node.defaultChild as CfnPolicy;
        policy.addPropertyOverride('PolicyDocument.Statement.0.Action', '*');
      },
    ],
    [
      "an override of the role's policies",
      (role) => {
        const policies = [{ PolicyName: 'all', PolicyDocument: document }];
        (role.node.defaultChild as CfnRole).addPropertyOverride('Policies', policies);
      },
    ],
    ['a policy', (role, stack) => new Policy(stack, 'All', { statements: [everything()], roles: [role] })],
    [
      'a policy of another stack',
      (role, stack) => {
        const other = new Stack(stack.node.root as App, 'Others');
        new CfnPolicy(other, 'All', { policyName: 'all', policyDocument: document, roles: [role.roleName] });
      },
    ],
    [
      'a policy that names it',
      (_role, stack) =>
        new CfnPolicy(stack, 'All', { policyName: 'all', policyDocument: document, roles: ['web-shop-deploy'] }),
    ],
    [
      'a policy of the role alone',
      (role, stack) =>
        new CfnRolePolicy(stack, 'All', { policyName: 'all', policyDocument: document, roleName: role.roleName }),
    ],
    [
      'a managed policy of the stack',
      (role, stack) => role.addManagedPolicy(new ManagedPolicy(stack, 'All', { statements: [everything()] })),
    ],
    [
      'a managed policy that names it',
      (role, stack) => new ManagedPolicy(stack, 'All', { statements: [everything()], roles: [role] }),
    ],
  ])('refuses everything that comes by %s', (_how, give) => {
    const given = (more: object) => {
      const stack = new Stack(new App(), 'Pipelines');
      const { role } = new BitbucketOidcRole(stack, 'Role', { ...deploys, roleName: 'web-shop-deploy', ...more });
      give(role, stack);
      return () => templateOf(stack);
    };
    expect(given({})).toThrow(/Pipelines.*allowAdministrator/);
    expect(given({ allowAdministrator: ADMINISTRATOR_WORDS })).not.toThrow();
  });

  it.each<[string, object, boolean]>([
    ['everything', { Action: '*', Resource: '*' }, true],
    ['everything, among others', { Action: ['s3:GetObject', '*:*'], Resource: ['arn:aws:s3:::one/*', '*'] }, true],
    ['all of IAM', { Action: 'IAM:*', Resource: '*' }, true],
    ['all that begins so', { Action: 'i*', Resource: 'arn:aws:*' }, true],
    [
      'everything where it asks',
      { Action: '*', Resource: '*', Condition: { Bool: { 'aws:SecureTransport': true } } },
      true,
    ],
    ['everything but S3', { NotAction: 's3:*', Resource: '*' }, true],
    ['everything but one bucket', { Action: '*', NotResource: 'arn:aws:s3:::one' }, true],
    ['everything but IAM', { NotAction: ['organizations:*', 'iam:*'], Resource: '*' }, false],
    ['one service', { Action: 's3:*', Resource: '*' }, false],
    ['one call of IAM', { Action: 'iam:PassRole', Resource: '*' }, false],
    ['all of IAM on one role', { Action: 'iam:*', Resource: 'arn:aws:iam::111122223333:role/one' }, false],
    ['everything, denied', { Effect: 'Deny', Action: '*', Resource: '*' }, false],
  ])('takes a statement of %s for everything or not', (_what, statement, isRefused) => {
    const stack = new Stack(new App(), 'Pipelines');
    const { role } = new BitbucketOidcRole(stack, 'Role', deploys);
    const policyDocument = { Statement: { Effect: 'Allow', ...statement } };
    new CfnPolicy(stack, 'Own', { policyName: 'own', policyDocument, roles: [role.roleName] });
    // Another role has nothing of it.
    new BitbucketOidcRole(stack, 'Other', deploys);
    const synthesizing = expect(() => templateOf(stack));
    if (isRefused) synthesizing.toThrow(/^(?!.*Pipelines\/Other).*Pipelines\/Role\].*allowAdministrator/s);
    else synthesizing.not.toThrow();
  });

  it('takes a policy of the same stack, whatever it is called', () => {
    const stack = new Stack(new App(), 'Pipelines');
    const own = new ManagedPolicy(stack, 'AdministratorAccess', { statements: [] });
    own.addStatements(new PolicyStatement({ actions: ['s3:PutObject'], resources: ['*'] }));
    new BitbucketOidcRole(stack, 'Role', { ...deploys, managedPolicies: [own] });
    expect(() => templateOf(stack)).not.toThrow();
  });
});

/** The library knows the claims of a provider by name, and ignores those of any other: ours stands for one that it knows. */
const asLibrarySpells = <T>(value: T): T =>
  JSON.parse(JSON.stringify(value).replaceAll(`"${PROVIDER}:`, '"accounts.google.com:'));

describe('its trust', () => {
  const good = { [`${PROVIDER}:aud`]: AUDIENCE, [`${PROVIDER}:sub`]: `${REPOSITORY}:${PRODUCTION}:${STEP}` };
  const mayTake = (props: BitbucketOidcRoleProps, context: Readonly<Record<string, string>>) => {
    const Statement = trustIn(made(props).template).Statement.map(({ Principal: _principal, ...rest }) => ({
      ...rest,
      Resource: '*',
    }));
    const resource = `arn:aws:iam::${ACCOUNT}:role/web-shop-deploy`;
    const action = 'sts:AssumeRoleWithWebIdentity';
    return mayWith(asLibrarySpells([{ Statement }]), { action, resource, context: asLibrarySpells(context) });
  };
  const with_ = (more: Readonly<Record<string, string>>) => ({ ...good, ...more });

  it.each<[string, Readonly<Record<string, string>>, boolean]>([
    ['the step that deploys there', good, true],
    ['another repository', with_({ [`${PROVIDER}:sub`]: `${OTHER}:${PRODUCTION}:${STEP}` }), false],
    ['another environment', with_({ [`${PROVIDER}:sub`]: `${REPOSITORY}:${OTHER}:${STEP}` }), false],
    ['a step that deploys nowhere', with_({ [`${PROVIDER}:sub`]: `${REPOSITORY}:${STEP}` }), false],
    ['another audience', with_({ [`${PROVIDER}:aud`]: 'sts.amazonaws.com' }), false],
    ['no audience', { [`${PROVIDER}:sub`]: `${REPOSITORY}:${PRODUCTION}:${STEP}` }, false],
    ['no subject', { [`${PROVIDER}:aud`]: AUDIENCE }, false],
    [
      'another workspace',
      {
        [`${PROVIDER.replace('acme', 'evil')}:aud`]: AUDIENCE,
        [`${PROVIDER.replace('acme', 'evil')}:sub`]: good[`${PROVIDER}:sub`] ?? '',
      },
      false,
    ],
  ])('of %s', async (_who, context, may) => {
    expect(await mayTake(deploys, context)).toBe(may);
  });

  it('covers deployments and other steps alike where any step may', async () => {
    const any = { ...place, anyStep: true };
    expect(await mayTake(any, good)).toBe(true);
    expect(await mayTake(any, with_({ [`${PROVIDER}:sub`]: `${REPOSITORY}:${STEP}` }))).toBe(true);
    expect(await mayTake(any, with_({ [`${PROVIDER}:sub`]: `${OTHER}:${STEP}` }))).toBe(false);
  });

  it('is held to addresses', async () => {
    const held = { ...deploys, addresses: ['104.192.136.0/21'] };
    expect(await mayTake(held, with_({ 'aws:SourceIp': '104.192.137.9' }))).toBe(true);
    expect(await mayTake(held, with_({ 'aws:SourceIp': '8.8.8.8' }))).toBe(false);
  });
});

describe('the step that is pasted', () => {
  const stepOf = (props: BitbucketOidcRoleProps) => {
    const { stack, roles } = made(props);
    return String(stack.resolve(roles[0]?.pipelineStep)['Fn::Join'][1].map(String).join('ARN'));
  };

  it('asks for a token, and deploys to the environment', () => {
    const [item] = parse(stepOf(deploys)) as [{ step: Record<string, unknown> }];
    expect(item.step).toMatchObject({ oidc: true, deployment: 'Production' });
    expect(item.step.script).toContain('export AWS_WEB_IDENTITY_TOKEN_FILE=$(mktemp)');
  });

  it('asks for as long a session as the role lets it last', () => {
    expect(stepOf({ ...deploys, sessionDuration: Duration.hours(2) })).toContain('--duration-seconds 7200 ');
    expect(stepOf(deploys)).not.toContain('--duration-seconds');
  });

  it.each(['@acme', '#x', '[a]', 'a:', '"a"', 'a\\b'])('writes the audience %s as a text of YAML', (audience) => {
    const [item] = parse(stepOf({ ...deploys, audience })) as [{ step: object }];
    expect(item.step).toMatchObject({ oidc: { audiences: [audience] } });
  });

  it('asks for an audience of its own, and deploys nowhere, where that is so', () => {
    const [item] = parse(stepOf({ ...place, anyStep: true, audience: 'deploy' })) as [{ step: object }];
    expect(item.step).toMatchObject({ oidc: { audiences: ['deploy'] } });
    expect(item.step).not.toHaveProperty('deployment');
  });
});

describe('roles in keyturn.yaml', () => {
  const role = { name: 'web-shop-deploy', bitbucket: deploys, sessionHours: 2 };
  const template = synthesize({ ...ONE_KEY, roles: [role, { ...role, name: 'web-shop-plan' }] });

  it('are made beside the keys, with one provider of the workspace and the path of all roles', () => {
    const names = rolesIn(template).flatMap(({ RoleName }) => (RoleName === undefined ? [] : [RoleName]));
    expect(names).toEqual(['web-shop-deploy', 'web-shop-plan']);
    expect(providersIn(template)).toHaveLength(1);
    const withPath = synthesize({ ...ONE_KEY, roles: [role], deployment: { rolePath: '/keyturn/' } });
    expect(rolesIn(withPath)).toContainEqual(expect.objectContaining({ RoleName: role.name, Path: '/keyturn/' }));
  });

  it('change nothing for whoever has none', () => {
    const without = synthesize(ONE_KEY);
    const added = Object.keys(template.Resources).filter((id) => !(id in without.Resources));
    // The provider, two roles, and two saved queries.
    expect(added).toHaveLength(5);
    for (const [id, resource] of Object.entries(without.Resources))
      expect(template.Resources[id], id).toEqual(resource);
  });
});
