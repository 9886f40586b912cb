import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreatePolicyCommand, GetRoleCommand, IAMClient, ListAttachedRolePoliciesCommand } from '@aws-sdk/client-iam';
import { AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { generateKeyPair, SignJWT } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import { ACCOUNT_ID, REGION, startEmulator } from './emulator';

const TEMPLATE = readFileSync(join(__dirname, '../../docs/examples/bitbucket-oidc-role.template.json'), 'utf8');
const WORKSPACE = '0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31';
const REPOSITORY = '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}';
const PRODUCTION = '{8c3e4a52-6a52-4d2b-9a53-0c2b7c1d9e11}';
const STEP = '{9d3e4a52-6a52-4d2b-9a53-0c2b7c1d9e12}';
const OTHER = '{1e3e4a52-6a52-4d2b-9a53-0c2b7c1d9e13}';
const ISSUER = 'https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const AUDIENCE = `ari:cloud:bitbucket::workspace/${WORKSPACE}`;
const GIVEN = {
  Workspace: 'acme',
  WorkspaceUuid: `{${WORKSPACE}}`,
  RepositoryUuid: REPOSITORY,
  EnvironmentUuid: PRODUCTION,
};

const emulator = await startEmulator();
afterAll(() => emulator.close());

/** A call of CloudFormation, which checks no signature there. */
async function cloudFormation(Action: string, parameters: Readonly<Record<string, string>>): Promise<string> {
  const scope = `${ACCOUNT_ID}/20270101/${REGION}/cloudformation/aws4_request`;
  const answer = await fetch(emulator.url, {
    method: 'POST',
    headers: { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0` },
    body: new URLSearchParams({ Action, Version: '2010-05-15', ...parameters }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(/<Message>([^<]*)/.exec(text)?.[1] ?? text);
  return text;
}

/** Deploys it, and waits until it is there. @returns what DescribeStacks says */
async function deploy(StackName: string, more: Readonly<Record<string, string>> = {}): Promise<string> {
  const given = Object.entries({ ...GIVEN, RoleName: StackName, ...more }).flatMap(([key, value], at) => [
    [`Parameters.member.${at + 1}.ParameterKey`, key],
    [`Parameters.member.${at + 1}.ParameterValue`, value],
  ]);
  const Capabilities = { 'Capabilities.member.1': 'CAPABILITY_NAMED_IAM' };
  await cloudFormation('CreateStack', {
    StackName,
    TemplateBody: TEMPLATE,
    ...Capabilities,
    ...Object.fromEntries(given),
  });
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const stack = await cloudFormation('DescribeStacks', { StackName });
    if (stack.includes('<StackStatus>CREATE_COMPLETE')) return stack;
    if (/<StackStatus>\w*(FAILED|ROLLBACK)/.test(stack)) throw new Error(stack);
    await sleep(100);
  }
  throw new Error(`${StackName} did not come`);
}

const { privateKey } = await generateKeyPair('RS256');
const token = (claims: Readonly<Record<string, string>>) =>
  new SignJWT({ iss: ISSUER, aud: AUDIENCE, sub: `${REPOSITORY}:${PRODUCTION}:${STEP}`, ...claims })
    .setProtectedHeader({ alg: 'RS256', kid: 'any' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);

const take = async (role: string, claims: Readonly<Record<string, string>>) =>
  new STSClient({ endpoint: emulator.url, region: REGION, maxAttempts: 1 }).send(
    new AssumeRoleWithWebIdentityCommand({
      RoleArn: `arn:aws:iam::${ACCOUNT_ID}:role/${role}`,
      RoleSessionName: 'build-7',
      WebIdentityToken: await token(claims),
    }),
  );
const outcome = (taking: ReturnType<typeof take>) =>
  taking.then(
    () => 'taken',
    (error: unknown) => (error instanceof Error ? error.name : 'unknown'),
  );

/** MiniStack asks a role's own policy of a token's claims, and checks no signature. */
describe('the plain template in an account that this project did not write', () => {
  it('is deployed as a stack, and its role can be taken by the step that deploys there', async () => {
    const stack = await deploy('pipeline');
    expect(stack).toContain(`arn:aws:iam::${ACCOUNT_ID}:role/pipeline`);
    const { Credentials } = await take('pipeline', {});
    const credentials = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    const session = new STSClient({ endpoint: emulator.url, region: REGION, credentials, maxAttempts: 1 });
    const { Arn } = await session.send(new GetCallerIdentityCommand({}));
    expect(Arn).toBe(`arn:aws:sts::${ACCOUNT_ID}:assumed-role/pipeline/build-7`);
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['another repository', { sub: `${OTHER}:${PRODUCTION}:${STEP}` }],
    ['another environment', { sub: `${REPOSITORY}:${OTHER}:${STEP}` }],
    ['no environment', { sub: `${REPOSITORY}:${STEP}` }],
    ['another audience', { aud: 'sts.amazonaws.com' }],
  ])('its trust refuses %s', async (_what, claims) => {
    expect(await outcome(take('pipeline', claims))).toBe('AccessDenied');
  });

  it('its trust refuses another workspace, although the account has its provider', async () => {
    await deploy('of-umbrella', { Workspace: 'umbrella' });
    const claims = { iss: ISSUER.replace('acme', 'umbrella') };
    expect(await outcome(take('of-umbrella', claims))).toBe('taken');
    expect(await outcome(take('pipeline', claims))).toBe('AccessDenied');
  });

  it('is deployed with addresses, whose list its trust has', async () => {
    await deploy('from-there', { ProviderExists: 'yes', Addresses: '104.192.136.0/21,2401:1d80:3000::/36' });
    const credentials = { accessKeyId: ACCOUNT_ID, secretAccessKey: 'any' };
    const iam = new IAMClient({ endpoint: emulator.url, region: REGION, maxAttempts: 1, credentials });
    const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'from-there' }));
    const [statement] = JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '')).Statement;
    const name = ISSUER.slice('https://'.length);
    expect(statement.Condition).toEqual({
      StringEquals: { [`${name}:aud`]: AUDIENCE },
      StringLike: { [`${name}:sub`]: [`${REPOSITORY}:${PRODUCTION}:*`] },
      IpAddress: { 'aws:SourceIp': ['104.192.136.0/21', '2401:1d80:3000::/36'] },
    });
  });

  it('reuses the provider that the account has, and may trust any step of a repository', async () => {
    const words = 'yes, any step of any branch may take the role';
    await deploy('any-step', { ProviderExists: 'yes', EnvironmentUuid: '', AnyStep: words });
    expect(await outcome(take('any-step', { sub: `${REPOSITORY}:${STEP}` }))).toBe('taken');
    expect(await outcome(take('any-step', { sub: `${OTHER}:${STEP}` }))).toBe('AccessDenied');
  });

  it('takes a policy of the account by its name, with a boundary, which this account keeps of users alone', async () => {
    const credentials = { accessKeyId: ACCOUNT_ID, secretAccessKey: 'any' };
    const iam = new IAMClient({ endpoint: emulator.url, region: REGION, maxAttempts: 1, credentials });
    const document = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: '*' }] };
    for (const PolicyName of ['deploy', 'most']) {
      const PolicyDocument = JSON.stringify(document);
      await iam.send(new CreatePolicyCommand({ PolicyName, Path: '/team/', PolicyDocument }));
    }
    const read = 'arn:aws:iam::aws:policy/ReadOnlyAccess';
    const more = { OwnPolicy: 'team/deploy', OwnBoundary: 'team/most', ManagedPolicies: read };
    await deploy('own', { ProviderExists: 'yes', ...more });
    const { AttachedPolicies = [] } = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: 'own' }));
    const arn = (name: string) => `arn:aws:iam::${ACCOUNT_ID}:policy/team/${name}`;
    expect(AttachedPolicies.map(({ PolicyArn }) => PolicyArn).sort()).toEqual([arn('deploy'), read].sort());
  });

  it('is refused by its own rule and patterns', async () => {
    await expect(deploy('neither', { EnvironmentUuid: '' })).rejects.toThrow(/EnvironmentUuid|EnvironmentOrAnyStep/);
    await expect(deploy('wildcard', { RepositoryUuid: '*' })).rejects.toThrow('RepositoryUuid');
    const everything = 'arn:aws:iam::aws:policy/AdministratorAccess';
    await expect(deploy('everything', { ManagedPolicies: everything })).rejects.toThrow('ManagedPolicies');
    const among = `arn:aws:iam::aws:policy/ReadOnlyAccess,${everything}`;
    await expect(deploy('among', { ManagedPolicies: among })).rejects.toThrow('ManagedPolicies');
    await expect(deploy('step-up', { Workspace: '..' })).rejects.toThrow('Workspace');
    const foreign = { Audience: AUDIENCE.replace('0f9b', '1f9b') };
    await expect(deploy('foreign', foreign)).rejects.toThrow('Audience');
    await expect(deploy('none', { Addresses: '999.999.999.999' })).rejects.toThrow('Addresses');
    await expect(deploy('internet', { Addresses: '0.0.0.0/0' })).rejects.toThrow('Addresses');
  });
});
