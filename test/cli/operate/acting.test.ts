import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Terminal } from '../../../cli/terminal';
import { DAY } from '../../../functions/core/duration';
import { Enforcement } from '../../permissions/enforcement';
import { DeployedWorld, synthesized } from '../../support/deployed-world';
import { typed } from '../typed';

const policy = (name: string) => JSON.parse(readFileSync(`docs/examples/${name}-policy.json`, 'utf8'));
const IDS = ['api', 'docs', 'shop'];
const CONFIG = {
  operators: true,
  connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
  keys: IDS.map((id) => ({
    id,
    user: `ci-${id}`,
    deliverTo: [{ connection: 'acme', repository: `acme/${id}`, environment: 'Production' }],
  })),
};

let deployed: DeployedWorld;
const enforcement = new Enforcement();
beforeAll(async () => {
  deployed = await DeployedWorld.open(synthesized(CONFIG), {
    onDeploy: (deployment, world) => enforcement.enforce(deployment, world),
    world: { accountServer: { authorize: enforcement.authorize, allowedSkew: Number.POSITIVE_INFINITY } },
  });
  await deployed.until(0, 4);
  const { iam } = deployed.world.account;
  for (const [person, names] of [
    ['carol', ['administrator', 'viewer']],
    ['alice', ['operator', 'viewer']],
    ['erin', ['operator']],
  ] as const) {
    iam.roles.create({ RoleName: person, AssumeRolePolicyDocument: '{}' });
    const Statement = names
      .flatMap((name) => withSecondFactor(policy(name)).Statement)
      .filter(({ Action }) => person !== 'erin' || !String(Action).includes('logs:'));
    enforcement.allow(iam.roles.get(person).arn, { Version: '2012-10-17', Statement });
  }
}, 60_000);
afterAll(() => deployed.close());

/** The local account knows no second factors: that they are asked for is what people.test.ts tries. */
function withSecondFactor(document: unknown) {
  return JSON.parse(
    JSON.stringify(document, (name, value) =>
      name === 'NumericLessThan' || (name === 'Bool' && 'aws:MultiFactorAuthPresent' in value) ? undefined : value,
    ),
  );
}

async function typedAs(person: string, ...args: readonly string[]) {
  return typedAt({}, person, ...args);
}

async function typedAt(terminal: Partial<Terminal>, person: string, ...args: readonly string[]) {
  const { account, accountUrl, clock } = deployed.world;
  const session = account.roleSession(account.iam.roles.get(person).arn, person);
  vi.stubEnv('AWS_ENDPOINT_URL', accountUrl);
  vi.stubEnv('AWS_REGION', account.region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', session.accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', session.secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', session.sessionToken ?? '');
  const sleep = (wait: number) => deployed.world.runUntil(new Date(clock.now() + wait));
  const done = await typed(args, { time: { now: () => new Date(clock.now()), sleep }, ...terminal });
  vi.unstubAllEnvs();
  return done;
}
const all = ['rotate', '--all', '--why', 'the build server was taken over'];
const keysOf = (id: string) => deployed.keys(`ci-${id}`).map((key) => key.id);

function removeAdopted(id: string): void {
  const AccessKeyId = deployed.keys(`ci-${id}`)[0]?.id ?? '';
  deployed.world.account.invoke(deployed.admin, 'iam', 'DeleteAccessKey', { UserName: `ci-${id}`, AccessKeyId });
}

it('shows an administrator what all of it comes to, and does nothing yet', async () => {
  const before = IDS.map(keysOf);
  const dry = await typedAs('carol', ...all, '--dry-run');
  expect([dry.code, dry.stdout.match(/What will be done\n {2}Key "\w+" is rotated now/g)?.length]).toEqual([0, 3]);
  expect(IDS.map(keysOf)).toEqual(before);
});

it('rotates wave by wave, stops at the first key that fails, and says which were not begun', async () => {
  removeAdopted('api');
  await deployed.until(0, 6);
  const { code, stdout } = await typedAs('carol', ...all, '--batch', '1', '--yes');
  expect(code).toBe(1);
  expect(stdout).toMatch(/\napi: Rotated, and delivered to every target\.\n/);
  expect(stdout).toMatch(/\ndocs: Something stands in the way\.\n/);
  expect(stdout).toMatch(/\nDone: api\.\nNot: docs\.\nNot begun: shop\.\n$/);
  const lines = stdout.split('\n');
  expect(lines.filter((line) => line.length > 80 && line.trim().includes(' '))).toEqual([]);
  expect([keysOf('api').length, keysOf('shop').length]).toEqual([2, 2]);
});

it('leaves nothing of what a person was waiting for on the lines of the answer', async () => {
  let screen = '';
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, written) => {
      screen += chunk.toString();
      written();
    },
  });
  const watched = { watched: true, stdout: stream, stderr: stream };
  const why = ['--why', 'x', '--yes'];
  await typedAt(watched, 'alice', 'resume', 'shop', ...why);
  await typedAt(watched, 'alice', 'pause', 'shop', '--until', '2100-01-01', ...why);
  await typedAt(
    watched,
    'alice',
    'pause',
    'shop',
    '--until',
    new Date(deployed.world.clock.now() + 5 * DAY).toISOString(),
    ...why,
  );
  await typedAt(watched, 'alice', 'resume', 'shop', ...why);
  const OVER = '\r\u001b[K';
  const lines = screen.split('\n').map((line) => stripVTControlCharacters(line.split(OVER).at(-1) ?? ''));
  const seen = lines.join('\n');
  expect(seen).toMatch(/^Nothing was done\n/m);
  expect(seen).toMatch(/^Done\n/m);
  expect(seen).not.toMatch(/Asking|Having it done/);
});

it('says what a person has to be allowed, where a function would say that it is to be deployed again', async () => {
  const { code, stderr } = await typedAs('alice', 'rotate', 'shop', '--why', 'x', '--administrator');
  expect(code).toBe(3);
  expect(stderr).toContain('lambda:GetFunctionUrlConfig');
  expect(stderr).toContain('Your own policies have to allow it: docs/operate/permissions.md has one for each task.');
  expect(stderr).not.toContain('Deploy');
});

it('is nothing that an operator may ask for, or that is asked in two ways', async () => {
  expect((await typedAs('alice', ...all, '--yes')).code).toBe(3);
  const byFront = await typedAs('alice', ...all, '--front', 'Keyturn-KeyRotationOperator', '--yes');
  expect([byFront.code, byFront.stdout]).toEqual([1, expect.stringContaining('beyond-level')]);
  for (const args of [
    ['rotate', '--why', 'x'],
    [...all, 'shop'],
  ]) {
    const { code, stderr } = await typedAs('carol', ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining('one of the two')]);
  }
});

it('is told what stands in the way of a rotation, and that it is tried again (K14)', async () => {
  await deployed.until(0, 10);
  const done = await typedAs('alice', 'rotate', 'api', '--why', 'again', '--yes');
  expect(done.code).toBe(1);
  const said = done.stdout.replaceAll(/\s+/g, ' ');
  expect(said).toContain('two-keys User ci-api of key "api" has two access keys, which is IAM\'s limit');
  expect(said).toContain('Something stands in the way. It stands for a day');
  expect(said).toContain('keyturn status api shows how far it is.');
});

it('has a key delivered again, and its targets compared (K13)', async () => {
  const delivered = await typedAs('alice', 'deliver', 'api', '--why', 'a red pipeline', '--yes');
  expect([delivered.code, delivered.stdout]).toEqual([0, expect.stringContaining('\nDelivered to every target.\n')]);
  const compared = await typedAs('alice', 'deliver', 'api', '--verify', '--why', 'is it there?', '--yes', '--json');
  expect(compared.code).toBe(0);
  expect(JSON.parse(compared.stdout)).toMatchObject({
    outcome: 'done',
    followed: { outcome: 'done', events: [{ event: 'check-recorded', key: 'api' }] },
  });
});

it('goes on to no further wave when what came of the last one cannot be read', async () => {
  const done = await typedAs('erin', 'deliver', 'api', 'docs', '--batch', '1', '--why', 'a red pipeline', '--yes');
  expect(done.stdout.replaceAll(/\s+/g, ' ')).toContain('your policy does not let you read the record');
  expect([done.code, done.stdout]).toEqual([1, expect.stringContaining('\nNot begun: docs.\n')]);
});

it('follows a leaked key until it is Inactive', async () => {
  const [old] = deployed.keys('ci-api');
  const leak = ['rotate', 'api', '--compromised', '--key', old?.id ?? '', '--why', 'it is in a build log'];
  const done = await typedAs('carol', ...leak, '--yes');
  expect([done.code, done.stdout]).toEqual([0, expect.stringContaining('\nThe leaked key is Inactive.\n')]);
  expect(done.stdout).toContain(`${old?.id} is Inactive now`);
  expect(deployed.keys('ci-api').find(({ id }) => id === old?.id)?.status).toBe('Inactive');
});

it('acts once by a command that is repeated under the same ID, and follows it all the same', async () => {
  const named = ['deliver', 'api', '--why', 'a red pipeline', '--yes', '--request-id', 'deploy-2026-01-01-0001'];
  const [once, again] = [await typedAs('alice', ...named), await typedAs('alice', ...named)];
  expect([once.code, again.code]).toEqual([0, 0]);
  expect(again.stdout).not.toContain('What will be done');
  expect(again.stdout).toMatch(/^Done\n {2}It was done before, .*\n(.*\n)*Delivered to every target\.\n$/);
  const marks = deployed.history().filter((each) => each === 'sync version-delivered').length;
  const other = await typedAs('alice', ...named.map((word) => (word === 'a red pipeline' ? 'another reason' : word)));
  expect([other.code, other.stdout]).toEqual([1, expect.stringContaining('id-taken')]);
  expect(deployed.history().filter((each) => each === 'sync version-delivered')).toHaveLength(marks);
  expect((await typedAs('alice', ...[...named.slice(0, -1), 'short'])).stderr).toContain('expected 16 to 64 letters');
});
