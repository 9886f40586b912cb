import { AssumeRoleWithWebIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { ADMINISTRATOR_WORDS } from '../../functions/core/config/roles-config';
import { World } from '../../local/world';
import { read } from '../docs/documents';
import { GENERATED_FILES } from '../docs/generated-files';

const ANY_STEP = 'yes, any step of any branch may take the role';
const PROVIDER =
  'arn:aws:iam::111122223333:oidc-provider/api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const AWS_POLICY = 'arn:aws:iam::aws:policy/';
const AWS_READ = `${AWS_POLICY}ReadOnlyAccess`;
const AWS_ALL = `${AWS_POLICY}AdministratorAccess`;
const template = read('docs/examples/bitbucket-oidc-role.template.json');

let world: World;
let given: { Workspace: string; WorkspaceUuid: string; RepositoryUuid: string; EnvironmentUuid: string };
let address = '104.192.137.9';
let stacks = 0;

beforeAll(async () => {
  world = await World.start({
    start: new Date('2026-01-01T00:00:00Z'),
    accountServer: { allowedSkew: Number.POSITIVE_INFINITY, sourceIp: () => address },
  });
  const { bitbucket } = world.hosts;
  const WorkspaceUuid = bitbucket.addWorkspace('acme').uuid;
  bitbucket.addWorkspace('umbrella');
  const RepositoryUuid = bitbucket.addRepository('acme', 'web-shop').uuid;
  bitbucket.addRepository('acme', 'blog');
  bitbucket.addRepository('umbrella', 'web-shop');
  const EnvironmentUuid = bitbucket.addEnvironment('acme', 'web-shop', 'Production').uuid;
  bitbucket.addEnvironment('acme', 'web-shop', 'Staging');
  bitbucket.addEnvironment('acme', 'blog', 'Production');
  given = { Workspace: 'acme', WorkspaceUuid, RepositoryUuid, EnvironmentUuid };
});
afterAll(() => world.close());

/** Deploys it beside those before it, whose provider it reuses. */
async function deploy(more: Readonly<Record<string, string>> = {}) {
  stacks += 1;
  const RoleName = `pipeline-${stacks}`;
  const existing: Readonly<Record<string, string>> =
    world.account.iam.oidcProviders.all().length > 0 ? { ProviderExists: 'yes' } : {};
  const { outputs } = await world.deployTemplate(RoleName, template, { ...given, ...existing, RoleName, ...more });
  return { outputs, role: world.account.iam.roles.get(RoleName) };
}

type Step = Parameters<World['hosts']['bitbucket']['stepToken']>[2];
const tokenOf = (workspace: string, repository: string, step?: Step) =>
  world.hosts.bitbucket.stepToken(workspace, repository, step);

async function take(RoleArn: string, token: string): Promise<string> {
  const client = new STSClient({
    endpoint: world.accountUrl,
    region: 'eu-west-1',
    credentials: world.account.rootSession(),
    maxAttempts: 1,
  });
  const command = new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'build', WebIdentityToken: token });
  return client.send(command).then(
    () => 'taken',
    (error: unknown) => (error instanceof Error ? error.name : 'unknown'),
  );
}

it('is what the code makes of it: npm run docs writes it again', () => {
  for (const { file, make } of GENERATED_FILES) expect(read(file)).toBe(make());
});

it('needs no bootstrap, no asset and no other stack', () => {
  expect(template).not.toMatch(/BootstrapVersion|cdk-hnb659fds|CDKMetadata|Fn::ImportValue|ForAllValues|IfExists/);
  expect(Object.keys(JSON.parse(template).Resources)).toEqual(['Provider', 'Role']);
});

describe('deployed', () => {
  it('makes provider and role, and says what to paste', async () => {
    const { outputs, role } = await deploy();
    expect(world.account.iam.oidcProviders.all()).toMatchObject([{ arn: PROVIDER, thumbprints: [] }]);
    expect(outputs.RoleArn).toBe(role.arn);
    expect([...role.policies.attached]).toEqual([]);
    expect(role.maxSessionDuration).toBe(3600);
    const [item] = parse(outputs.PipelineStep ?? '') as [{ step: { script: string[] } }];
    expect(item.step).toMatchObject({ oidc: true, deployment: 'Production' });
    expect(item.step.script).toContain(`export AWS_ROLE_ARN=${role.arn}`);
  });

  it('lets the steps that deploy there take the role, and nobody else', async () => {
    const { arn } = (await deploy({ Addresses: '104.192.136.0/21,2401:1d80:3000::/36' })).role;
    const environment = 'Production';
    expect(await take(arn, tokenOf('acme', 'web-shop', { environment }))).toBe('taken');
    const refused = [
      tokenOf('acme', 'web-shop', { environment: 'Staging' }),
      tokenOf('acme', 'web-shop'),
      tokenOf('acme', 'blog', { environment }),
      tokenOf('acme', 'web-shop', { environment, audiences: ['deploy'] }),
    ];
    for (const token of refused) expect(await take(arn, token)).toMatch(/AccessDenied|InvalidIdentityToken/);
    address = '8.8.8.8';
    expect(await take(arn, tokenOf('acme', 'web-shop', { environment }))).toMatch('AccessDenied');
    address = '2401:1d80:3000::1';
    expect(await take(arn, tokenOf('acme', 'web-shop', { environment }))).toBe('taken');
  });

  it("lets no step of another workspace's issuer, whatever its token says and although the account knows the issuer", async () => {
    const { arn } = (await deploy()).role;
    const other = (await deploy({ Workspace: 'umbrella', ProviderExists: 'no' })).role;
    const token = world.hosts.bitbucket.oidc.token({
      workspace: 'umbrella',
      workspaceUuid: given.WorkspaceUuid,
      repositoryUuid: given.RepositoryUuid,
      environmentUuid: given.EnvironmentUuid,
    });
    expect(await take(other.arn, token)).toBe('taken');
    expect(await take(arn, token)).toMatch('AccessDenied');
    expect(await take(arn, tokenOf('acme', 'web-shop', { environment: 'Production' }))).toBe('taken');
  });

  it('lets any step of the repository only where that is chosen in words', async () => {
    const { outputs, role } = await deploy({ EnvironmentUuid: '', AnyStep: ANY_STEP });
    expect(await take(role.arn, tokenOf('acme', 'web-shop'))).toBe('taken');
    expect(await take(role.arn, tokenOf('acme', 'web-shop', { environment: 'Staging' }))).toBe('taken');
    expect(await take(role.arn, tokenOf('acme', 'blog'))).toMatch('AccessDenied');
    expect(outputs.PipelineStep).not.toContain('deployment:');
  });

  it('takes policies, a boundary, hours, and everything only in words', async () => {
    const policy = 'arn:aws:iam::111122223333:policy/deploy';
    const everything = 'arn:aws:iam::aws:policy/AdministratorAccess';
    const policies = async (more: Readonly<Record<string, string>>) => [...(await deploy(more)).role.policies.attached];
    expect(await policies({ ManagedPolicies: `${policy},${policy}-2` })).toEqual([policy, `${policy}-2`]);
    expect(await policies({ AdministratorAccess: ADMINISTRATOR_WORDS })).toEqual([everything]);
    expect(await policies({ AdministratorAccess: ADMINISTRATOR_WORDS, ManagedPolicies: policy })).toEqual([
      policy,
      everything,
    ]);
    const { role } = await deploy({ SessionSeconds: '7200', PermissionsBoundary: policy });
    expect([role.maxSessionDuration, role.permissionsBoundary]).toEqual([7200, policy]);
    expect((await deploy()).role.permissionsBoundary).toBeUndefined();
  });

  it.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['one of its own', { OwnPolicy: 'team/deploy' }, ['own:team/deploy']],
    ['one of its own among others', { OwnPolicy: 'deploy', ManagedPolicies: AWS_READ }, [AWS_READ, 'own:deploy']],
    [
      'everything, and one of its own',
      { OwnPolicy: 'deploy', AdministratorAccess: ADMINISTRATOR_WORDS },
      ['own:deploy', AWS_ALL],
    ],
    [
      'all three',
      { OwnPolicy: 'deploy', ManagedPolicies: AWS_READ, AdministratorAccess: ADMINISTRATOR_WORDS },
      [AWS_READ, 'own:deploy', AWS_ALL],
    ],
  ])('takes %s in each account of a set, with the same parameters', async (_what, more, policies) => {
    for (const accountId of ['444455556666', '777788889999']) {
      const own = await World.start({ start: new Date('2026-01-01T00:00:00Z'), account: { accountId } });
      onTestFinished(() => own.close());
      const parameters = { ...given, RoleName: 'first', OwnBoundary: 'team/most', ...more };
      await own.deployTemplate('first', template, parameters);
      const role = own.account.iam.roles.get('first');
      const arnOf = (name: string) => name.replace(/^own:/, `arn:aws:iam::${accountId}:policy/`);
      expect([...role.policies.attached]).toEqual(policies.map(arnOf));
      expect(role.permissionsBoundary).toBe(arnOf('own:team/most'));
    }
  });

  it('trusts what an update names, and no longer what was named before', async () => {
    const { role } = await deploy();
    const update = { ...given, ProviderExists: 'yes', RoleName: role.name };
    const { uuid } = world.hosts.bitbucket.addEnvironment('acme', 'web-shop', 'Canary');
    await world.deployTemplate(role.name, template, { ...update, EnvironmentUuid: uuid });
    expect(await take(role.arn, tokenOf('acme', 'web-shop', { environment: 'Canary' }))).toBe('taken');
    expect(await take(role.arn, tokenOf('acme', 'web-shop', { environment: 'Production' }))).toMatch('AccessDenied');
  });

  it('leaves the provider to the roles of other stacks, when its stack is told that the account has it and when it goes', async () => {
    const own = await World.start({ start: new Date('2026-01-01T00:00:00Z') });
    onTestFinished(() => own.close());
    const { oidcProviders } = own.account.iam;
    const parameters = { ...given, RoleName: 'first' };
    await own.deployTemplate('first', template, parameters);
    await own.deployTemplate('first', template, { ...parameters, ProviderExists: 'yes' });
    expect(oidcProviders.all()).toMatchObject([{ arn: PROVIDER }]);
    await own.account.cloudFormation.deleteStack({ StackName: 'first' });
    await own.deployTemplate('second', template, { ...parameters, RoleName: 'second', ProviderExists: 'yes' });
    await expect(own.deployTemplate('third', template, { ...parameters, RoleName: 'third' })).rejects.toThrow(
      'already exists',
    );
    expect(oidcProviders.all()).toMatchObject([{ arn: PROVIDER }]);
  });

  it('is rolled out with the same parameters in accounts that have the provider, each of which has its own', async () => {
    for (const accountId of ['444455556666', '777788889999']) {
      const own = await World.start({ start: new Date('2026-01-01T00:00:00Z'), account: { accountId } });
      onTestFinished(() => own.close());
      for (const [RoleName, ProviderExists] of [
        ['first', 'no'],
        ['second', 'yes'],
      ] as const) {
        await own.deployTemplate(RoleName, template, { ...given, RoleName, ProviderExists });
        const trust = own.account.iam.roles.get(RoleName).assumeRolePolicyDocument;
        expect(trust).toContain(PROVIDER.replace('111122223333', accountId));
      }
    }
  });

  it('asks for an audience of its own', async () => {
    const { outputs } = await deploy({ Audience: 'deploy' });
    const [item] = parse(outputs.PipelineStep ?? '') as [{ step: object }];
    expect(item.step).toMatchObject({ oidc: { audiences: ['deploy'] } });
  });

  it.each(['@acme', '#x', '[a]', '{a', '&a', "it's", 'a:'])(
    'writes the audience %s as a text of YAML',
    async (Audience) => {
      const { outputs } = await deploy({ Audience });
      const [item] = parse(outputs.PipelineStep ?? '') as [{ step: object }];
      expect(item.step).toMatchObject({ oidc: { audiences: [Audience] } });
    },
  );

  it.each<[string, Readonly<Record<string, string>>, string]>([
    ['everything by its ARN', { ManagedPolicies: 'arn:aws:iam::aws:policy/AdministratorAccess' }, 'ManagedPolicies'],
    [
      'everything among others',
      { ManagedPolicies: 'arn:aws:iam::aws:policy/ReadOnlyAccess,arn:aws:iam::aws:policy/IAMFullAccess' },
      'ManagedPolicies',
    ],
    ['nearly everything', { ManagedPolicies: `${AWS_POLICY}AdministratorAccess-Amplify` }, 'ManagedPolicies'],
    ['everything in other letters', { ManagedPolicies: `${AWS_POLICY}administratorACCESS` }, 'ManagedPolicies'],
    ['everything under a path', { ManagedPolicies: `${AWS_POLICY}a/b/IAMFullAccess` }, 'ManagedPolicies'],
    ['everything in other words', { AdministratorAccess: 'yes' }, 'AdministratorAccess'],
    ['a wildcard for the repository', { RepositoryUuid: '*' }, 'RepositoryUuid'],
    ['a wildcard for the environment', { EnvironmentUuid: '*' }, 'EnvironmentUuid'],
    ['a wildcard for the workspace', { Workspace: '*' }, 'Workspace'],
    ['a wildcard for the audience', { Audience: '*' }, 'Audience'],
    [
      "another workspace's audience",
      { Audience: 'ari:cloud:bitbucket::workspace/7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10' },
      'Audience',
    ],
    ['a workspace that is a step up', { Workspace: '..' }, 'Workspace'],
    ['an address that is none', { Addresses: '999.999.999.999' }, 'Addresses'],
    ['a range that is none', { Addresses: '104.192.136.0/21,104.192.136.0/33' }, 'Addresses'],
    ['letters as an address', { Addresses: 'abc' }, 'Addresses'],
    ['an address of IPv6 that is none', { Addresses: '2401:1d80:3000' }, 'Addresses'],
    ['more addresses than fit', { Addresses: Array(31).fill('104.192.136.1').join() }, 'Addresses'],
    [
      'more policies than a role has',
      { ManagedPolicies: Array.from({ length: 11 }, (_, at) => `${AWS_POLICY}Some${at}`).join() },
      'ManagedPolicies',
    ],
    ['an ARN as a policy of its own', { OwnPolicy: AWS_ALL }, 'OwnPolicy'],
    ['two of its own', { OwnPolicy: `deploy,${AWS_ALL}` }, 'OwnPolicy'],
    ['a boundary of its own in another account', { OwnBoundary: ':444455556666:policy/most' }, 'OwnBoundary'],
    ['two boundaries', { OwnBoundary: 'most', PermissionsBoundary: AWS_READ }, 'OneBoundary'],
    ['quotes that end a text of the policy', { Audience: '"],"x":["' }, 'Audience'],
    ['the whole internet', { Addresses: '0.0.0.0/0' }, 'Addresses'],
    ['the whole of IPv6', { Addresses: '104.192.136.0/21,::/0' }, 'Addresses'],
    ['neither environment nor any step', { EnvironmentUuid: '' }, 'EnvironmentOrAnyStep'],
    ['both', { AnyStep: ANY_STEP }, 'EnvironmentOrAnyStep'],
    ['a day', { SessionSeconds: '86400' }, 'SessionSeconds'],
  ])('refuses %s', async (_what, more, named) => {
    await expect(deploy(more)).rejects.toThrow(named);
  });
});
