import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { CloudWatchLogsClient, CreateLogGroupCommand, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateAccessKeyCommand, CreateRoleCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { READERS } from '../../infra/access/secret-policy';
import { World } from '../../local/world';
import { Enforcement } from '../permissions/enforcement';
import { IN_ONE_PROCESS, typed } from './typed';

const RUNNER = resolve(__dirname, '../provider/runner.mjs');
const folder = mkdtempSync(join(tmpdir(), 'keyturn-provider-'));

/** The rights of the process are those that its page names, and those of a reader of the key. */
const enforcement = new Enforcement();
const ROLE = 'arn:aws:iam::111122223333:role/provider';
const DEPLOY = 'arn:aws:iam::111122223333:role/web-shop-deploy';
/** Encrypts the secret that is none of Keyturn's, and leaves it to IAM who may decrypt. */
const SECRETS_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

let world: World;
let provider: ChildProcess;
let url: string;
let said = '';
let secret = '';
let access: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };

beforeAll(async () => {
  world = await World.start({
    start: new Date(),
    accountServer: { authorize: enforcement.authorize, allowedSkew: Number.POSITIVE_INFINITY },
  });
  enforcement.enforce(await world.deploy(roleOfPage()), world);
  const { bitbucket } = world.hosts;
  const { uuid: workspaceUuid } = bitbucket.addWorkspace('acme');
  const { uuid: repositoryUuid } = bitbucket.addRepository('acme', 'web-shop');
  bitbucket.addRepository('acme', 'other');
  const { uuid } = bitbucket.addEnvironment('acme', 'web-shop', 'Production');
  const { uuid: staging } = bitbucket.addEnvironment('acme', 'web-shop', 'Staging');
  const { uuid: test } = bitbucket.addEnvironment('acme', 'web-shop', 'Test');
  access = {
    endpoint: world.accountUrl,
    region: world.account.region,
    credentials: world.account.rootSession(),
  };
  await new CloudWatchLogsClient(access).send(new CreateLogGroupCommand({ logGroupName: '/keyturn/provider' }));
  const iam = new IAMClient(access);
  await iam.send(new CreateUserCommand({ UserName: 'web-shop' }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'web-shop' }));
  secret = AccessKey?.SecretAccessKey ?? '';
  const SecretString = JSON.stringify({
    accessKeyId: AccessKey?.AccessKeyId,
    secretAccessKey: secret,
    userName: 'web-shop',
    accountId: '111122223333',
    createdAt: '2027-01-01T00:00:00.000Z',
  });
  const created = new CreateSecretCommand({ Name: 'keyturn/web-shop', SecretString });
  const { ARN = '' } = await new SecretsManagerClient(access).send(created);
  enforcement.enforceElsewhere(ARN, {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { AWS: ROLE }, Action: READERS, Resource: '*' }],
  });
  const database = { Name: 'web-shop/database', SecretString: '{"password":"p4ssw0rd"}', KmsKeyId: SECRETS_KEY };
  await new SecretsManagerClient(access).send(new CreateSecretCommand(database));
  enforcement.enforceElsewhere(SECRETS_KEY, {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'kms:*', Resource: '*' },
    ],
  });
  const trust = blockOfPage('aws:RequestTag')
    .replace('7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10', repositoryUuid.slice(1, -1))
    .replace('8c3e4a52-6a52-4d2b-9a53-0c2b7c1d9e11', staging.slice(1, -1));
  await iam.send(new CreateRoleCommand({ RoleName: 'web-shop-deploy', AssumeRolePolicyDocument: trust }));
  enforcement.enforceElsewhere(DEPLOY, JSON.parse(trust));
  const rules = [
    {
      ...{ name: 'shop', repositoryUuid, environmentUuids: [uuid], branches: ['main'], keys: [{ id: 'web-shop' }] },
      secrets: [{ secret: database.Name, pointer: '/password', variable: 'DB_PASSWORD' }],
    },
    { name: 'role', repositoryUuid, environmentUuids: [staging, test], roles: [{ role: DEPLOY }] },
  ];
  const bitbucketOf = { workspace: 'acme', workspaceUuid, url: world.hostUrl('bitbucket') };
  const keys = [{ id: 'web-shop', user: 'web-shop' }];
  writeFileSync(
    join(folder, 'keyturn.yaml'),
    stringify({ connections: {}, keys, provider: { bitbucket: bitbucketOf, rules } }),
  );
  writeFileSync(join(folder, 'none.yaml'), stringify({ connections: {}, keys }));
  provider = spawn(process.execPath, [...IN_ONE_PROCESS, 'serve-provider', '--port', '0'], {
    cwd: folder,
    env: environment(),
  });
  provider.stderr?.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const [line] = (await once(provider.stdout ?? provider, 'data')) as [Buffer];
  url = /http:\S+(?=,)/.exec(String(line))?.[0] ?? '';
  // In its first half minute it takes no token; Bitbucket's clock may be ahead by as much, and each call takes it further.
  const listening = Date.now();
  await setTimeout(6_000);
  world.clock.advanceTo(listening + 31_000);
});
afterAll(async () => {
  provider?.kill('SIGKILL');
  await world?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A policy of the page, ready to paste: the one that has this text. */
function blockOfPage(text: string): string {
  const page = readFileSync(resolve(__dirname, '../../docs/start/provider.md'), 'utf8');
  const blocks = [...page.matchAll(/```json\n([^`]*)\n```/g)].map(([, block = '']) => block);
  return blocks.find((block) => block.includes(text)) ?? '';
}

/** A stack with the role, and with the key of a topic, which the enforcement looks for. */
function roleOfPage(): string {
  const rights = ['log-group:/keyturn/provider', '"Resource": ["arn:aws:iam'].flatMap((of) =>
    JSON.parse(blockOfPage(of)),
  );
  const document = (...Statement: readonly unknown[]) => ({ Version: '2012-10-17', Statement });
  const Policies = [{ PolicyName: 'own', PolicyDocument: document(...rights) }];
  const sns = { Effect: 'Allow', Action: 'kms:Decrypt', Resource: '*', Principal: { Service: 'sns.amazonaws.com' } };
  const Condition = { StringEquals: { 'kms:ViaService': 'sns.eu-west-1.amazonaws.com' } };
  const role = { RoleName: 'provider', AssumeRolePolicyDocument: document(), Policies };
  const Resources = {
    Role: { Type: 'AWS::IAM::Role', Properties: role },
    TopicKey: { Type: 'AWS::KMS::Key', Properties: { KeyPolicy: document({ ...sns, Condition }) } },
  };
  const assembly = join(folder, 'cdk.out');
  mkdirSync(assembly);
  writeFileSync(join(assembly, 'Provider.template.json'), JSON.stringify({ Resources }));
  writeFileSync(join(assembly, 'Provider.assets.json'), JSON.stringify({ version: '1.0', files: {} }));
  return assembly;
}

function environment(): NodeJS.ProcessEnv {
  const { accessKeyId, secretAccessKey, sessionToken } = world.account.roleSession(ROLE, 'provider');
  return {
    PATH: process.env.PATH,
    AWS_ENDPOINT_URL: world.accountUrl,
    AWS_REGION: world.account.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken }),
  };
}

/** Starts a step as the runner does. */
function step(token: string, method = 'GET', scheme = 'Bearer ') {
  const env = { PATH: process.env.PATH, SECRET_PROVIDER_URI: url, BITBUCKET_STEP_OIDC_TOKEN: token };
  const args = [
    RUNNER,
    method,
    scheme,
    'sh',
    '-c',
    'echo "$AWS_ACCESS_KEY_ID $(printf %s "$AWS_SECRET_ACCESS_KEY" | wc -c)"',
  ];
  return new Promise<{ out: string; err: string }>((done) => {
    execFile(process.execPath, args, { env }, (_error, out, err) => done({ out, err }));
  });
}

const tokenOf = (repository: string, environmentName?: string, branch?: string) =>
  world.hosts.bitbucket.stepToken('acme', repository, { environment: environmentName, branch });

describe('keyturn serve-provider', () => {
  it.each([
    ['GET', 'Bearer '],
    ['POST', ''],
  ])('gives the runner that asks by %s with "%s" the variables of the step', async (method, scheme) => {
    const { out, err } = await step(tokenOf('web-shop', 'Production'), method, scheme);
    expect({ out, err }).toEqual({ out: `$AWS_ACCESS_KEY_ID ${secret.length}\n`, err: '' });
  });

  it('gives nothing to another repository, another branch and no environment', async () => {
    for (const token of [tokenOf('other'), tokenOf('web-shop'), tokenOf('web-shop', 'Production', 'main-x')]) {
      expect(await step(token)).toEqual({ out: '', err: 'The secret provider answered 403.\n' });
    }
    expect(await step('x.y.z')).toEqual({ out: '', err: 'The secret provider answered 401.\n' });
  });

  it('gives a step a role that trusts it, by the rights of the page, and no other step', async () => {
    const { out } = await step(tokenOf('web-shop', 'Staging', 'feature/x'));
    expect(out).toMatch(/^\$AWS_ACCESS_KEY_ID \d+\n$/);
    expect(await step(tokenOf('web-shop', 'Test'))).toEqual({ out: '', err: 'The secret provider answered 403.\n' });
    expect(enforcement.denied.splice(0)).toEqual([`reader: sts:AssumeRole on ${DEPLOY}`]);
  });

  it("goes on when Bitbucket's keys roll over", async () => {
    world.hosts.bitbucket.oidc.rollOver();
    // Between two readings for the sake of a new key there are five seconds.
    await expect
      .poll(async () => (await step(tokenOf('web-shop', 'Production'))).out, { timeout: 10_000, interval: 500 })
      .toContain('$AWS_ACCESS_KEY_ID');
  });

  it('has said in its record and its log who got what, and no value (K6, K7), and ends when it is told to', async () => {
    const logs = new CloudWatchLogsClient(access);
    const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName: '/keyturn/provider' }));
    const told = events.map(({ message = '' }) => JSON.parse(message) as { event: string });
    expect(told.map(({ event }) => event)).toEqual([
      'run-started',
      'secrets-given',
      'secrets-given',
      'secrets-refused',
      'secrets-refused',
      'secrets-refused',
      'secrets-given',
      'secrets-refused',
      'secrets-given',
    ]);
    expect(enforcement.denied).toEqual([]);
    provider.kill('SIGTERM');
    expect(await once(provider, 'exit')).toEqual([0, null]);
    expect(said).toContain('"message":"given"');
    expect(`${said}${JSON.stringify(told)}`).not.toMatch(/eyJ[\w-]{20}/);
    expect(`${said}${JSON.stringify(told)}`).not.toContain(secret);
  });

  it('says what is missing', async () => {
    const none = await typed(['serve-provider', '-c', 'none.yaml'], { folder });
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('none.yaml has no "provider"') });
    expect((await typed(['serve-provider', '--port', '65536'])).code).toBe(2);
  });
});
