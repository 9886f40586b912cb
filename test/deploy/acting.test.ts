import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Typed, typedInAShell } from '../cli/typed';
import { bootstrap } from './cdk';
import { keyOf } from './configuration';
import { ACCOUNT_ID, REGION } from './emulator';
import { DAY, DeployWorld } from './world';

/** What people's terminals have. */
const COLUMNS = 80;
const KEYS = ['web-shop', 'api', 'images', 'leaky'];

/** Where AWS Health tells of what is of no region. */
const IN_NO_REGION = 'us-east-1';

let world: DeployWorld;
beforeAll(async () => {
  world = await DeployWorld.start();
  for (const key of KEYS) await world.addPipeline(key);
  world.advance(400 * DAY);
  await bootstrap(world.emulator, IN_NO_REGION);
  const keys = KEYS.map((key) => keyOf(key));
  const config = { connections: world.connections, keys, operators: true, exposed: true };
  await world.deploy(config, { env: { account: ACCOUNT_ID, region: REGION } });
  // Until what people made long ago is gone there is no room for another key. The first day delivers what the first
  // hour left: while several functions wait, each moves the clock, and one may run out of time to prove its key.
  for (const days of [1, 11, 11]) await world.passDays(days);
});
afterAll(() => world.close());

/** What a person sees of it, with nothing that is wider than a terminal but a command to copy. */
async function keyturn(...args: readonly string[]): Promise<Typed> {
  const { NODE_OPTIONS = '', DEPLOY_CLOCK = '', ...environment } = world.emulator.environment;
  const [clock = ''] = NODE_OPTIONS.split(' ');
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '', PATH = '', HOME = '' } = environment;
  const account = {
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    AWS_REGION: REGION,
    AWS_ENDPOINT_URL: world.emulator.url,
  };
  const env = { PATH, HOME, NODE_OPTIONS: clock, DEPLOY_CLOCK, ...account };
  const said = await typedInAShell(args, { cwd: world.emulator.folder, env });

  const wide = said.stdout.split('\n').filter((line) => line.length > COLUMNS && !/^ +(npx|aws) /.test(line));
  expect(wide, args.join(' ')).toEqual([]);
  await world.emulator.quiet();
  return said;
}

/** A command that comes to its end; what it said stands in the failure. */
async function done(...args: readonly string[]): Promise<Typed> {
  const said = await keyturn(...args);
  expect(said.code, `${args.join(' ')}\n${said.stdout}\n${said.stderr}`).toBe(0);
  return said;
}

const MINUTE = 60_000;
const WHY = ['--why', 'a developer left', '--yes'];

describe('a person acts, in an account that this project did not write', () => {
  it('rotates a key, followed to its receipt (K1)', async () => {
    const before = world.heldBy('web-shop');
    expect((await done('rotate', 'web-shop', ...WHY)).stderr).not.toContain('Error');
    expect(world.heldBy('web-shop')).not.toBe(before);
    expect(await world.currentOf('web-shop')).toEqual({ accessKeyId: world.heldBy('web-shop'), delivered: true });
    await world.login('web-shop');
  });

  it('looks first: a dry run changes nothing', async () => {
    const before = await world.currentOf('api');
    await done('rotate', 'api', '--why', 'only a look', '--dry-run');
    expect(await world.currentOf('api')).toEqual(before);
  });

  it('pauses a key, which a rotation respects, and lets it go on (K14)', async () => {
    const until = new Date(world.emulator.now() + 5 * DAY).toISOString().slice(0, 10);
    await done('pause', 'api', '--until', until, '--why', 'a release freeze', '--yes');
    expect(await keyturn('rotate', 'api', ...WHY)).toMatchObject({ code: 1 });
    expect((await keyturn('status', 'api')).stdout.replace(/\s+/g, ' ')).toContain('by root (a release freeze)');
    await done('resume', 'api', '--why', 'it is released', '--yes');
  });

  it('delivers again, and compares', async () => {
    await done('deliver', 'images', '--why', 'a red pipeline', '--yes');
    await done('deliver', 'images', '--verify', '--why', 'is it there?', '--yes');
  });

  it('takes a key back: pipelines have the one before it again (K1)', async () => {
    const [before] = (await world.keysOf('web-shop')).filter(
      ({ accessKeyId }) => accessKeyId !== world.heldBy('web-shop'),
    );
    await done('rollback', 'web-shop', '--administrator', '--why', 'it lacks a policy', '--yes');
    expect(world.heldBy('web-shop')).toBe(before?.accessKeyId);
    await world.login('web-shop');
    expect((await keyturn('status', 'web-shop')).stdout).toContain('withdrawn');
  });

  it('makes a leaked key harmless, after its successor is delivered (K1)', async () => {
    const leaked = world.heldBy('api');
    await done('rotate', 'api', '--compromised', '--administrator', '--why', 'it is on a paste site', '--yes');
    expect(await world.keysOf('api')).toContainEqual({ accessKeyId: leaked, active: false });
    await world.login('api');
  });

  it('needs nobody where AWS says that a key has leaked: it is heard in its region, and handed on (K1)', async () => {
    const leaked = world.heldBy('leaky') ?? '';
    const said = world.emulator.now();
    await world.happens(IN_NO_REGION, 'aws.health', 'AWS Health Event', {
      service: 'RISK',
      eventTypeCode: 'AWS_RISK_CREDENTIALS_EXPOSED',
      eventTypeCategory: 'issue',
      affectedEntities: [{ entityValue: leaked }],
    });
    expect(await world.keysOf('leaky')).toContainEqual({ accessKeyId: leaked, active: false });
    expect(world.heldBy('leaky')).not.toBe(leaked);
    await world.login('leaky');
    expect(world.emulator.now() - said).toBeLessThan(15 * MINUTE);
  });

  it('exempts a key from a verdict, and says how each key is handed back', async () => {
    const until = new Date(world.emulator.now() + 60 * DAY).toISOString().slice(0, 10);
    const by = ['--approved-by', 'the security board', '--why', 'the vendor needs until then'];
    await done('exempt', 'web-shop', '--until', until, ...by, '--administrator', '--yes');
    const said = await keyturn('uninstall');
    for (const key of KEYS) expect(said.stdout).toContain(key);
  });

  it('never asked for what its policies do not allow (K12)', () => {
    expect(world.emulator.denied()).toEqual([]);
  });
});
