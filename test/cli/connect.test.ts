import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectSchema } from '../../cli/documents/connect';
import type { Terminal } from '../../cli/terminal';
import { Scene } from '../support/scene';
import { type Typed, typed } from './typed';

const SECRET = 'keyturn/connections/acme';
let scene: Scene;
let folder: string;

/** An account with two managed keys, whose connection's secret nobody but sync may read, and which can be read here. */
beforeEach(async () => {
  scene = await new Scene({ start: Date.now() }).start();
  scene.manage('shop');
  scene.manage('api');
  folder = mkdtempSync(join(tmpdir(), 'keyturn-connect-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
  await scene.close();
});

function tokenWith(...scopes: readonly string[]): string {
  const token = scene.bitbucket.addAccessToken({ workspace: 'acme', scopes });
  scene.material.push(token);
  return token;
}

async function connect(token: string, first: string | Partial<Terminal>, ...more: readonly string[]): Promise<Typed> {
  const [args, terminal] = typeof first === 'string' ? [[first, ...more], {}] : [more, first];
  const { accessKeyId, secretAccessKey, sessionToken } = scene.account.rootSession();
  vi.stubEnv('AWS_ENDPOINT_URL', scene.accountUrl);
  vi.stubEnv('AWS_REGION', scene.account.region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', sessionToken);
  const ended = await typed(['connect', ...args], { folder, stdin: Readable.from([`${token}\n`]), ...terminal });
  for (const secret of scene.material) expect(`${ended.stdout}${ended.stderr}`).not.toContain(secret);
  return ended;
}

const stored = () =>
  scene.account.invoke(scene.admin, 'secretsmanager', 'GetSecretValue', { SecretId: SECRET }).SecretString;
const before = () =>
  scene.account.invoke(scene.admin, 'secretsmanager', 'GetSecretValue', {
    SecretId: SECRET,
    VersionStage: 'AWSPREVIOUS',
  }).SecretString;
const described = () => scene.account.invoke(scene.admin, 'secretsmanager', 'DescribeSecret', { SecretId: SECRET });
const written = () => scene.hostRequests.filter(({ method, path }) => method !== 'GET' && !path.includes('00000000-'));

describe('keyturn connect', () => {
  it('tries a token at every place without a change, and puts it in place of the one before', async () => {
    const token = tokenWith('pipeline', 'pipeline:variable');
    const { code, stdout } = await connect(token, 'acme', '--token-stdin', '--expires', '2099-01-31');

    expect(code).toBe(0);
    expect(stdout).toContain('ok         bitbucket acme/shop environment Production\n');
    expect(stdout).toContain('ok         bitbucket acme/api environment Production\n');
    expect(stdout).toContain('Scopes   pipeline, pipeline:variable\n');
    expect(stored()).toBe(JSON.stringify({ accessToken: token }));
    expect(before()).toBe(JSON.stringify({ accessToken: scene.token }));
    expect(described().Tags).toContainEqual({ Key: 'keyturn:expires', Value: '2099-01-31' });
    expect(written()).toEqual([]);
  });

  it('asks for a token on a terminal, and shows nothing of it (K6)', async () => {
    const token = tokenWith('pipeline:variable');
    const [stdin, stderr] = [Object.assign(new PassThrough(), { isTTY: true }), new PassThrough()];
    let shown = '';
    stderr.on('data', (chunk: Buffer) => {
      if (shown === '') setTimeout(() => stdin.write(`${token}\r`), 50);
      shown += chunk.toString();
    });
    const { code } = await connect('', { stdin, stderr }, 'acme', '--expires', '2099-01-31');

    expect(code).toBe(0);
    expect(shown).toContain('Paste the access token of acme:');
    expect(shown).not.toContain(token);
    expect(shown).not.toContain('toggle');
    expect(stored()).toBe(JSON.stringify({ accessToken: token }));
  });

  it('stores nothing with --dry-run', async () => {
    const { code, stdout } = await connect(tokenWith('pipeline:variable'), 'acme', '--token-stdin', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('Not stored: because of --dry-run.');
    expect(stored()).toContain(scene.token);
  });

  it('refuses a token that works less than the one before, and names each place and scope that it lacks', async () => {
    const token = tokenWith('pipeline');
    const { code, stdout } = await connect(token, 'acme', '--token-stdin', '--json');

    expect(code).toBe(1);
    expect(connectSchema.parse(JSON.parse(stdout))).toMatchObject({
      token: { kind: 'access token', scopes: ['pipeline'], lacks: ['pipeline:variable'] },
      places: [
        { target: 'bitbucket acme/api environment Production', state: 'refused', code: 'scope-missing' },
        { target: 'bitbucket acme/shop environment Production', state: 'refused', code: 'scope-missing' },
      ],
      before: 'better',
      stored: 'no',
      because: 'works-less',
    });
    expect(stored()).toContain(scene.token);

    expect((await connect(token, 'acme', '--token-stdin', '--force')).code).toBe(1);
    expect(stored()).toContain(token);
  });

  it('takes one that lacks what the one before lacked too', async () => {
    scene.bitbucket.removeEnvironment('acme', 'api', 'Production');
    const token = tokenWith('pipeline:variable');
    const { code, stdout } = await connect(token, 'acme', '--token-stdin');
    expect(code).toBe(1);
    expect(stdout).toContain('refused    bitbucket acme/api environment Production');
    expect(stored()).toContain(token);
  });

  it('says where it stays unproved that a token may write, which is not the same as proved', async () => {
    const tries = ({ method, path }: { readonly method: string; readonly path: string }) =>
      method === 'PUT' && path.includes('00000000-') && path.includes('/acme/api/');
    scene.hostFault = (request) => (tries(request) ? { kind: 'status', status: 400 } : undefined);
    const token = tokenWith('pipeline:variable');
    const { code, stdout } = await connect(token, 'acme', '--token-stdin', '--dry-run', '--json');
    const dry = connectSchema.parse(JSON.parse(stdout));
    expect({ code, dry }).toMatchObject({ code: 1, dry: { proved: false, because: 'dry-run' } });
    expect(dry.places).toMatchObject([
      {
        target: 'bitbucket acme/api environment Production',
        state: 'unproved',
        message: expect.stringMatching(/shows it/),
      },
      { state: 'writable' },
    ]);
    // What worked there before stays; where nobody knows that, the new one is taken, and not called one that works.
    let times = 1;
    scene.hostFault = (request) => (tries(request) && times-- > 0 ? { kind: 'status', status: 400 } : undefined);
    expect((await connect(token, 'acme', '--token-stdin')).stdout).toContain('Not stored: it works less');
    scene.hostFault = (request) => (tries(request) ? { kind: 'status', status: 400 } : undefined);
    const taken = await connect(token, 'acme', '--token-stdin');
    expect(taken.code).toBe(1);
    expect(taken.stdout).toContain('unproved   bitbucket acme/api environment Production\n');
    expect(taken.stdout).toMatch(/Stored in .*but\s+not\s+every\s+one/s);
    scene.hostFault = undefined;
    const proved = await connect(token, 'acme', '--token-stdin', '--json');
    expect(connectSchema.parse(JSON.parse(proved.stdout))).toMatchObject({ proved: true, because: 'same' });
    expect(proved.code).toBe(0);
  });

  it('makes the secret of a connection that is only in the configuration, in each documented form', async () => {
    const secret = 'keyturn/connections/other';
    const encryptionKey = 'arn:aws:kms:eu-west-1:111122223333:key/5ea15ea1-0000-4000-8000-000000000002';
    writeFileSync(
      join(folder, 'keyturn.yaml'),
      `connections: { other: { bitbucket: { secret: ${secret}, url: "${scene.bitbucketUrl}", encryptionKey: "${encryptionKey}" } } }
keys: [{ id: shop, user: ci-shop, deliverTo: [{ connection: other, repository: acme/shop }] }]
`,
    );
    const scopes = ['admin:pipeline:bitbucket', 'read:pipeline:bitbucket', 'read:user:bitbucket'];
    const apiToken = scene.bitbucket.addApiToken({ email: 'ci@example.com', scopes });
    scene.material.push(apiToken);
    const made = await connect(apiToken, 'other', '--token-stdin', '--email', 'ci@example.com');
    expect(made).toMatchObject({ code: 0 });
    expect(made.stdout).toContain('API token of ci@example.com');
    const read = () =>
      scene.account.invoke(scene.admin, 'secretsmanager', 'GetSecretValue', { SecretId: secret }).SecretString;
    expect(read()).toBe(JSON.stringify({ email: 'ci@example.com', apiToken }));
    expect(scene.account.invoke(scene.admin, 'secretsmanager', 'DescribeSecret', { SecretId: secret })).toMatchObject({
      KmsKeyId: encryptionKey,
    });

    const consumer = scene.bitbucket.addOAuthConsumer({ workspace: 'acme', scopes: ['pipeline:variable'] });
    scene.material.push(consumer.secret);
    const replaced = await connect(consumer.secret, 'other', '--token-stdin', '--client-id', consumer.clientId);
    expect(replaced).toMatchObject({ code: 0 });
    expect(read()).toBe(JSON.stringify({ clientId: consumer.clientId, clientSecret: consumer.secret }));
  });

  it('says that a host cannot be reached, and stores nothing', async () => {
    scene.hostFault = () => ({ kind: 'status', status: 503 });
    const { code, stdout } = await connect(tokenWith('pipeline:variable'), 'acme', '--token-stdin');
    expect(code).toBe(3);
    expect(stdout).toContain('no answer  bitbucket acme/shop environment Production');
    expect(stored()).toContain(scene.token);
  });

  it('takes the word away that told of the token before, and says so', async () => {
    const tags = { SecretId: SECRET, Tags: [{ Key: 'keyturn:expires', Value: '2026-01-01' }] };
    scene.account.invoke(scene.admin, 'secretsmanager', 'TagResource', tags);
    const { code, stdout } = await connect(tokenWith('pipeline:variable'), 'acme', '--token-stdin');
    expect(code).toBe(0);
    expect(stdout).toContain('was taken away: say with');
    expect(described().Tags ?? []).toEqual([]);
  });

  it('goes by no entry of the registry that no deployment wrote (K6)', async () => {
    const entry = scene.entry('shop');
    const theirs = { host: 'bitbucket' as const, url: 'http://127.0.0.1:9/2.0', secret: 'keyturn/connections/theirs' };
    scene.parameter('shop', JSON.stringify({ ...entry, connections: { acme: theirs } }));
    const { code, stdout } = await connect(tokenWith('pipeline:variable'), 'acme', '--token-stdin', '--json');
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, url: scene.bitbucketUrl, secret: SECRET });
    const { SecretList } = scene.account.secretsManager.listSecrets({});
    expect(SecretList.map(({ Name }) => Name)).not.toContain('keyturn/connections/theirs');
  });

  it('puts no token over a live key, nor over what is no token', async () => {
    const file = (secret: string) =>
      writeFileSync(
        join(folder, 'c.yaml'),
        `connections: { acme: { bitbucket: { url: '${scene.bitbucketUrl}', secret: ${secret} } } }\nkeys: [{ id: shop, user: ci-shop, deliverTo: [{ connection: acme, repository: acme/shop, environment: Production }] }]\n`,
      );
    const args = ['--token-stdin', '--config', 'c.yaml'];
    file('keyturn/shop');
    const live = await connect(tokenWith('pipeline:variable'), 'acme', ...args);
    expect(live).toMatchObject({ code: 1, stderr: expect.stringContaining('that of a managed key') });

    scene.secret('database', JSON.stringify({ password: 'theirs' }));
    file('database');
    const other = await connect(tokenWith('pipeline:variable'), 'acme', ...args);
    expect(other).toMatchObject({ code: 1, stdout: expect.stringContaining('what the secret holds is no token') });
    const value = scene.account.invoke(scene.admin, 'secretsmanager', 'GetSecretValue', { SecretId: 'database' });
    expect(value.SecretString).toContain('theirs');
  });

  it('writes down when the token ends that is there already', async () => {
    const { code } = await connect(scene.token, 'acme', '--token-stdin', '--expires', '2099-01-31');
    expect(code).toBe(0);
    expect(described().Tags).toContainEqual({ Key: 'keyturn:expires', Value: '2099-01-31' });
    expect(before).toThrow();
  });

  it.each([
    [
      ['nobody', '--token-stdin'],
      'x',
      'There is no connection "nobody" in what a deployment has registered. There are: acme.',
    ],
    [['acme', '--token-stdin'], 'two words', 'holds a blank'],
    [['acme'], 'x', 'standard input is no terminal. Pipe the token in, with --token-stdin.'],
    [['acme', '--token-stdin', '--expires', '2020-01-01'], 'x', 'has passed'],
    [['acme', '--token-stdin', '--email', 'a@b', '--client-id', 'c'], 'x', 'A token has one form'],
    [['acme', '--token-stdin', '--config', 'none.yaml'], 'x', 'found no such file'],
  ])('refuses what means nothing: %s', async (args, token, says) => {
    const { code, stderr } = await connect(token, args[0] ?? '', ...args.slice(1));
    expect(stderr).toContain(says);
    expect(code).toBe(2);
    expect(stored()).toContain(scene.token);
  });

  it('never says a token back, whatever the host answers or AWS refuses (K6)', async () => {
    const token = tokenWith('pipeline:variable');
    scene.hostFault = () => ({
      kind: 'status',
      status: 403,
      body: { error: { message: token } },
      headers: { 'x-oauth-scopes': `${token}, ${Buffer.from(token).toString('base64')}` },
    });
    expect((await connect(token, 'acme', '--token-stdin')).code).toBe(1);
    scene.hostFault = undefined;
    scene.awsFault = ({ action }) =>
      action === 'PutSecretValue'
        ? { kind: 'error', status: 400, code: 'AccessDeniedException', message: `not allowed to put ${token}` }
        : undefined;
    const refused = await connect(token, 'acme', '--token-stdin');
    expect(refused).toMatchObject({ code: 3 });
    expect(stored()).toContain(scene.token);
    const unknown = await connect(JSON.stringify({ accessToken: token, more: token }), 'acme', '--token-stdin');
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('has other fields');
  });
});
