import { type SpawnSyncReturns, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { folderWithPackage, PATH } from '../package/apps';
import { packInto } from '../package/pack';
import { REGION } from './emulator';
import { DAY, DeployWorld } from './world';

const WORKSPACE = 'acme';
const SECRET = 'keyturn/connections/new';
/** What people's terminals have. */
const COLUMNS = 80;

type Typed = Pick<SpawnSyncReturns<string>, 'stdout' | 'stderr'> & { readonly code: number | null };

let world: DeployWorld;
let folder: string;
beforeAll(async () => {
  const packed = mkdtempSync(join(tmpdir(), 'keyturn-packed-'));
  folder = folderWithPackage(packInto(packed), 'aws-cdk');
  rmSync(packed, { recursive: true });
  world = await DeployWorld.start();
  await world.addPipeline('web-shop');
  world.advance(400 * DAY);
  // On a busy machine it takes minutes to pack it.
}, 600_000);
afterAll(() => world.close());

/** A command of the folder, on the account's clock. @param stdin what is piped in */
async function typed(command: string, args: readonly string[], env: NodeJS.ProcessEnv, stdin = ''): Promise<Typed> {
  const child = spawn(command, args, { cwd: folder, env: { PATH, HOME: folder, ...env } });
  const heard = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      heard[name] += text;
    });
  }
  child.stdin.end(stdin);
  const [code] = await once(child, 'close');
  return { code, ...heard };
}

/** What a person sees of it, with nothing that is wider than a terminal but a command to copy, or a path. */
async function keyturn(...args: readonly string[]): Promise<Typed> {
  return keyturnWith('', ...args);
}

async function keyturnWith(stdin: string, ...args: readonly string[]): Promise<Typed> {
  const { NODE_OPTIONS = '', DEPLOY_CLOCK, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = world.emulator.environment;
  // Of what else the `cdk` command is given, `keyturn` needs nothing: it waits as everywhere.
  const [clock] = NODE_OPTIONS.split(' ');
  const env = { NODE_OPTIONS: clock, DEPLOY_CLOCK, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION: REGION };
  const offline = ['validate', 'simulate'].includes(args[0] ?? '');
  const where = offline ? [] : ['--endpoint-url', world.emulator.url];
  const said = await typed(join(folder, 'node_modules', '.bin', 'keyturn'), [...args, ...where], env, stdin);
  const copied = /^ +(npx|aws|sed) |^\/|^file:/;
  const seen = args.includes('--json') ? '' : said.stdout;
  const wide = seen.split('\n').filter((line) => line.length > COLUMNS && !copied.test(line));
  expect(wide, args.join(' ')).toEqual([]);
  // Whoever runs an older Node.js is not told so by a part of the package.
  expect(said.stderr, args.join(' ')).not.toContain('Warning');
  return said;
}

/** The statuses of the doctor's checks but for those that are fine. */
async function doctored(): Promise<{ readonly code: number | null; readonly found: readonly string[] }> {
  const { code, stdout } = await keyturn('doctor', '--json');
  const { checks } = JSON.parse(stdout) as { checks: readonly { id: string; status: string }[] };
  return { code, found: checks.filter(({ status }) => status !== 'ok').map(({ id, status }) => `${id} ${status}`) };
}

describe('a new user, in an empty folder with the package alone', () => {
  it('makes a configuration that is sound, and a cdk.json that names its app', async () => {
    const place = `web-shop=${WORKSPACE}/web-shop:Production`;
    const flags = ['--user', 'web-shop', '--deliver-to', place, '--notify', 'security@example.com'];
    const local = ['--bitbucket-url', world.bitbucketUrl, '--secret', SECRET];
    const made = await keyturn('init', ...flags, ...local);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toContain('keyturn.yaml is written, and a cdk.json for "npx cdk".\n');
    expect(made.stdout).toContain('       npx keyturn connect acme --config keyturn.yaml\n');
    expect(made.stdout).toContain('       npx cdk deploy -c config=keyturn.yaml\n');
    expect(readFileSync(join(folder, 'keyturn.yaml'), 'utf8')).toContain('# Active key, 400 days old, never used.');
    expect(JSON.parse(readFileSync(join(folder, 'cdk.json'), 'utf8'))).toEqual({
      app: 'node node_modules/keyturn/dist/lib/app.js',
    });
    const validated = await keyturn('validate');
    expect(validated).toMatchObject({ code: 0, stderr: '' });
    expect(validated.stdout).toContain('keyturn.yaml is sound: 1 managed key. 1 warning.');
  });

  it('stores a token that works, which is shown nowhere (K6)', async () => {
    const token = world.bitbucket.addAccessToken({ workspace: WORKSPACE, scopes: ['pipeline', 'pipeline:variable'] });
    const said = await keyturnWith(token, 'connect', 'acme', '--token-stdin');
    expect(said.code).toBe(0);
    expect(said.stdout).toContain(`Stored in the new secret ${SECRET} of 111122223333`);
    expect(JSON.stringify(said)).not.toContain(token);
  });

  it('sees what is missing and what would happen, before anything is deployed', async () => {
    const { code: unwell, found } = await doctored();
    expect(unwell).toBe(1);
    expect(found.filter((check) => !check.endsWith(' unknown'))).toEqual(['identity warn', 'trail fail']);
    expect(found).toContain('stack unknown');
    const { code, stdout } = await keyturn('plan', '-c', 'keyturn.yaml', '--days', '30');
    expect(code).toBe(0);
    expect(stdout).toContain('+ web-shop: rotate (first)');
    expect(stdout).toContain('1 rotation, 1 deactivation, 1 deletion.');
    const status = await keyturn('status');
    expect(status.code).toBe(3);
    expect(status.stdout).toContain('0 managed keys in 111122223333 eu-west-1');
    expect(status.stdout).toContain('No key is managed here. Roles and a provider need none');
  });

  it('deploys with the command that it was told, and has the first key at its place (K1)', async () => {
    const args = ['deploy', '-c', 'config=keyturn.yaml', '--require-approval', 'never', '--ci', '--no-notices'];
    const cdk = join(folder, 'node_modules', '.bin', 'cdk');
    const { PATH: _, ...environment } = world.emulator.environment;
    const { code, stdout, stderr } = await typed(cdk, args, { ...environment, CDK_VALIDATION: 'false' });
    expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' });
    await world.emulator.quiet();
    expect(await world.currentOf('web-shop')).toEqual({ accessKeyId: world.heldBy('web-shop'), delivered: true });
    await world.login('web-shop');
  });

  it('finds everything well afterwards, but for what is written down as still to be done', async () => {
    expect(await doctored()).toEqual({ code: 0, found: ['identity warn', 'tokens-closed warn'] });
    const { code, stdout } = await keyturn('doctor');
    expect(code).toBe(0);
    expect(stdout).toContain('0 failed, 2 to look at, 0 unknown, ');
    // What it names is there.
    const named = stdout.match(/node_modules\/keyturn\/[\w/.-]+/g) ?? [];
    expect(named).toHaveLength(2);
    for (const path of named) expect(existsSync(join(folder, path)), path).toBe(true);
  });

  it('sees where the key stands and what comes next, and the lives of the old and the new one', async () => {
    const [old] = (await world.keysOf('web-shop')).map(({ accessKeyId }) => accessKeyId);
    const current = world.heldBy('web-shop');
    const status = await keyturn('status');
    expect(status).toMatchObject({ code: 0, stderr: '' });
    expect(status.stdout).toContain(`${current}, 0 days old, delivered to 1 place; 1 key beside it`);
    expect(status.stdout).toContain('Nothing needs a person.');
    expect((await keyturn('status', 'web-shop')).stdout).toContain('took');
    expect((await keyturn('plan')).stdout).toContain('1 rotation, 2 deactivations, 2 deletions.');
    const why = await keyturn('why', current ?? '');
    expect(why).toMatchObject({ code: 0 });
    expect(why.stdout).toContain(`${current} is the current key; Active`);
    expect(why.stdout).toContain('key-created  first; by rotate');
    const before = await keyturn('why', old ?? '');
    expect(before.stdout).toContain('is superseded: a younger key is current; Active');
    expect(before.stdout).not.toContain('key-created');
    const nobody = await keyturn('why', 'AKIAIOSFODNN7EXAMPLE');
    expect(nobody).toMatchObject({ code: 1 });
    expect(nobody.stdout).not.toContain('web-shop');
  });

  it('lives through the first days, and has a report of them that can be opened', async () => {
    const old = (await world.keysOf('web-shop')).find(({ accessKeyId }) => accessKeyId !== world.heldBy('web-shop'));
    for (const days of [10, 10]) await world.passDays(days);
    const { code, stdout } = await keyturn('why', old?.accessKeyId ?? '');
    expect(code).toBe(0);
    expect(stdout).toContain('is not in IAM (any more)');
    expect(stdout).toContain('key-deleted');
    const report = await keyturn('report', '--output', 'report.html');
    expect(report.code).toBe(0);
    expect(report.stdout).toContain(`file://${join(folder, 'report.html')}`);
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('web-shop');
    expect(await doctored()).toEqual({ code: 0, found: ['identity warn', 'tokens-closed warn'] });
    expect(world.emulator.denied()).toEqual([]);
  });
});
