import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { IAMClient, ListAccessKeysCommand } from '@aws-sdk/client-iam';
import { DescribeSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Bitbucket } from 'bitbucket';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AS_A_PROCESS, typedInAShell } from './typed';

interface Served {
  readonly bitbucketUrl: string;
  readonly token: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly environmentFile: string;
  readonly commands: readonly string[];
}

/** Real ms until the stack is synthesized, deployed and served, on a machine that does other things too. */
const DEPLOYS = 120_000;
const DAY = 86_400_000;

let child: ChildProcess;
let served: Served;

beforeAll(async () => {
  const process_ = spawn(process.execPath, [...AS_A_PROCESS, 'simulate', '--serve', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child = process_;
  served = await new Promise<Served>((resolve, reject) => {
    let text = '';
    process_.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.trimEnd().endsWith('}')) resolve(JSON.parse(text));
    });
    process_.once('exit', () => reject(new Error('it ended before it served')));
  });
}, DEPLOYS);

afterAll(() => child.kill('SIGKILL'));

/** A command of `keyturn` in another terminal, with what serve says to export there. */
const keyturn = (...args: readonly string[]) =>
  typedInAShell(args, { cwd: process.cwd(), env: { PATH: process.env.PATH ?? '', ...served.environment } });

const administrator = () => ({
  endpoint: served.environment.AWS_ENDPOINT_URL,
  region: served.environment.AWS_REGION,
  credentials: {
    accessKeyId: served.environment.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: served.environment.AWS_SECRET_ACCESS_KEY ?? '',
    sessionToken: served.environment.AWS_SESSION_TOKEN,
  },
});

const now = async (): Promise<number> => Date.parse(JSON.parse((await keyturn('clock', '--json')).stdout).now);

it('serves Bitbucket to other clients', async () => {
  const client = new Bitbucket({ baseUrl: served.bitbucketUrl, auth: { token: served.token } });
  const place = { workspace: 'acme', repo_slug: 'web-shop' };
  const environments = await client.deployments.listEnvironments(place);
  const environment_uuid = environments.data.values?.[0]?.uuid ?? '';
  const { data } = await client.pipelines.listDeploymentVariables({ ...place, environment_uuid });
  expect(data.values?.map(({ key, secured }) => [key, secured]).sort()).toEqual([
    ['AWS_ACCESS_KEY_ID', false],
    ['AWS_SECRET_ACCESS_KEY', true],
  ]);
  expect(served.commands.join('\n')).toContain('aws iam list-access-keys --user-name bitbucket-web-shop');
  expect(served.commands).toContain('npm run --silent keyturn -- report');
});

it('keeps a managed secret closed to everybody but sync, to root too, as the deployed policy says (K12)', async () => {
  const secrets = new SecretsManagerClient(administrator());
  const SecretId = 'keyturn/web-shop-production';
  await expect(secrets.send(new GetSecretValueCommand({ SecretId }))).rejects.toMatchObject({
    name: 'AccessDeniedException',
    message: expect.stringMatching(/:root is not authorized .* with an explicit deny in a resource-based policy$/),
  });
  expect(await secrets.send(new DescribeSecretCommand({ SecretId }))).toMatchObject({ Name: SecretId });
});

it('has a file for a shell with everything that other commands need', () => {
  const said = execFileSync('bash', ['-c', '. "$1"; env', 'bash', served.environmentFile], { encoding: 'utf8' });
  const lines = Object.entries(served.environment).map(([name, value]) => `${name}=${value}`);
  expect(said.split('\n')).toEqual(expect.arrayContaining(lines));
});

it('is where keyturn finds Bitbucket too: a token is tried at the local one, under its own name', async () => {
  const { code, stdout, stderr } = await keyturn('doctor', '--json');
  expect(code).toBe(1);
  expect(stderr.replaceAll('\n', ' ')).toMatch(
    /^The account, the clock and api\.bitbucket\.org.* are those of the local world of KEYTURN_LOCAL\. $/,
  );
  expect(stderr.split('\n').filter((line) => line.length > 80)).toEqual([]);
  const { checks } = JSON.parse(stdout);
  const hosts = checks.filter(({ group }: { group: string }) => group === 'hosts');
  expect(hosts.length).toBeGreaterThan(2);
  expect(hosts.filter(({ status }: { status: string }) => status === 'fail')).toEqual([]);
}, 30_000);

it('is left alone by a command that is to look at another account, and is not mixed with one (K6)', async () => {
  const other = 'http://127.0.0.1:9';
  const elsewhere = await keyturn('doctor', '--endpoint-url', other);
  expect(elsewhere.code).toBe(3);
  expect(elsewhere.stderr).not.toContain('local world');
  const env = { PATH: process.env.PATH ?? '', ...served.environment, AWS_ENDPOINT_URL_SECRETS_MANAGER: other };
  const mixed = await typedInAShell(['doctor'], { cwd: process.cwd(), env });
  expect(mixed.code).toBe(2);
  expect(mixed.stderr).toMatch(/^AWS_ENDPOINT_URL_SECRETS_MANAGER is not at http:/);
}, 60_000);

it('has an event history, in which nobody but Keyturn has used the key yet', async () => {
  const { code, stdout } = await keyturn('exits', '--json');
  const { keys, unread } = JSON.parse(stdout);
  expect({ code, unread }).toEqual({ code: 0, unread: [] });
  expect(keys).toMatchObject([{ id: 'web-shop-production', role: 'unknown', readers: [], isWhole: true }]);
}, 30_000);

describe('its clock', () => {
  it('is moved on, and every run until then takes place: the old key is retired after its overlap', async () => {
    const before = await now();
    expect(Math.abs(before - Date.now())).toBeLessThan(60_000);
    const { code, stdout } = await keyturn('clock', '+12d', '--json');
    expect(code).toBe(0);
    const lived = JSON.parse(stdout);
    expect(lived).toMatchObject({ rotations: 0, deactivations: 1, deletions: 0, findings: 0 });
    // One of each daily rule, and one of the hourly one.
    expect(lived.runs).toBeGreaterThanOrEqual(12 * (24 + 3));
    expect(lived.timeline).toMatchObject([{ event: 'deactivated', key: 'web-shop-production' }]);
    expect((await now()) - before).toBeGreaterThanOrEqual(12 * DAY);

    const iam = new IAMClient(administrator());
    const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName: 'bitbucket-web-shop' }));
    expect(AccessKeyMetadata.map(({ Status }) => Status)).toEqual(['Inactive', 'Active']);
  }, 60_000);

  it('is the one that every other command goes by', async () => {
    const { stdout } = await keyturn('report', '--format', 'json', '--output', '-');
    expect(Math.abs(Date.parse(JSON.parse(stdout).until) - (await now()))).toBeLessThan(60_000);
  }, 30_000);

  it('tells people what happened in lines of 80 columns', async () => {
    const { stdout } = await keyturn('clock', '+10d');
    expect(stdout).toMatch(/^20\S+ \d\d:\d\d {2}deleted {8}AKIA\w{16} {2}web-shop-production\n\n/);
    expect(stdout).toMatch(/ UTC: \d+ runs, 0 rotations,\n0 deliveries, 0 deactivations, 1 deletion, 0 findings\.\n$/);
    expect(Math.max(...stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
  }, 60_000);

  it.each([
    ['2020-01-01', /^2020-01-01T00:00:00\.000Z has passed: it is 20\S+Z in the local world, .* forward only\. Give/],
    ['+tomorrow', /^\+tomorrow is no time to move on to: expected \+10d, \+36h or \+90m, or a date such as/],
  ])('refuses %s', async (time, message) => {
    const { code, stdout, stderr } = await keyturn('clock', time);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  it('is nobody else’s: without the token, or by another name than its address, it does not answer', async () => {
    const [url = '', token = ''] = (served.environment.KEYTURN_LOCAL ?? '').split('#');
    const ask = (authorization: string, init = {}) => fetch(`${url}/clock`, { ...init, headers: { authorization } });
    expect((await ask(`Bearer ${token}`)).status).toBe(200);
    expect((await ask('')).status).toBe(401);
    expect((await ask(`Bearer ${token}x`, { method: 'POST', body: '{"to":"2099-01-01T00:00:00Z"}' })).status).toBe(401);
    expect((await ask(`Bearer ${token}`, { method: 'POST', body: '{"to":"soon"}' })).status).toBe(400);
  });
});

it('ends when it is told to, and with it the clock', async () => {
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  expect(await exited).toBe(0);
  expect(existsSync(served.environmentFile)).toBe(false);
  const { code, stderr } = await keyturn('clock');
  expect(code).toBe(3);
  expect(stderr).toMatch(
    /^Nothing answers at http:\/\/127\.0\.0\.1:\d+\/clock: the local world of KEYTURN_LOCAL has ended/,
  );
}, 30_000);
