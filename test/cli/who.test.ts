import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whoSchema } from '../../cli/documents/who';
import { DAY, HOUR } from '../../functions/core/duration';
import { World } from '../../local/world';
import { typed } from './typed';

const ROLE = 'arn:aws:iam::111122223333:role/web-shop-deploy';
const ISSUER = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';

let world: World;
let repository: string;
let environment: string;

beforeAll(async () => {
  world = await World.start({ start: new Date('2027-01-01T00:00:00Z'), accountServer: { allowedSkew: Infinity } });
  const { bitbucket } = world.hosts;
  const { uuid } = bitbucket.addWorkspace('acme');
  repository = bitbucket.addRepository('acme', 'web-shop').uuid;
  environment = bitbucket.addEnvironment('acme', 'web-shop', 'Production').uuid;
  const audience = `ari:cloud:bitbucket::workspace/${uuid.slice(1, -1)}`;
  const { arn } = world.account.iam.oidcProviders.create({ Url: `https://${ISSUER}`, ClientIDList: [audience] });
  const Statement = {
    Effect: 'Allow',
    Principal: { Federated: arn },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringLike: { [`${ISSUER}:sub`]: `${repository}:${environment}:*` } },
  };
  for (const RoleName of ['web-shop-deploy', 'other']) {
    world.account.iam.roles.create({ RoleName, AssumeRolePolicyDocument: JSON.stringify({ Statement }) });
  }
});
afterAll(() => world.close());

/** A step that takes a role over the wire, without a signature. */
async function step(session: string, deploysTo: string | undefined, role = ROLE): Promise<number> {
  const token = world.hosts.bitbucket.stepToken('acme', 'web-shop', deploysTo ? { environment: deploysTo } : {});
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: role,
    RoleSessionName: session,
    WebIdentityToken: token,
  });
  const { status } = await fetch(world.accountUrl, { method: 'POST', body });
  world.clock.advanceBy(HOUR);
  return status;
}

function who(...args: readonly string[]) {
  const { accessKeyId, secretAccessKey, sessionToken } = world.account.rootSession();
  const before = { ...process.env };
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_REGION: 'eu-west-1',
  });
  const time = { now: () => new Date(world.clock.now()), sleep: async () => {} };
  return typed(['who', '--endpoint-url', world.accountUrl, ...args], { time }).finally(() => {
    process.env = before;
  });
}

describe('keyturn who', () => {
  beforeAll(async () => {
    expect(await step('build-1', 'Production')).toBe(200);
    expect(await step('build-2', undefined)).toBe(403);
    expect(await step('elsewhere', 'Production', ROLE.replace('web-shop-deploy', 'other'))).toBe(200);
    expect(await step('build-3', 'Production')).toBe(200);
  });

  it('names repository, environment, step, address and time of each use, and what was refused', async () => {
    const { code, stdout } = await who('--role', ROLE, '--json');
    const { uses, ...about } = whoSchema.parse(JSON.parse(stdout));
    expect(code).toBe(0);
    expect(about).toMatchObject({ account: '111122223333', region: 'eu-west-1', role: ROLE });
    const uuid = expect.stringMatching(/^\{[0-9a-f-]{36}\}$/);
    expect(uses).toMatchObject([
      { session: 'build-3', repository, environment, step: uuid, from: '127.0.0.1' },
      { session: 'build-2', repository, step: uuid, refused: 'AccessDenied' },
      { session: 'build-1', repository, environment, step: uuid, at: '2027-01-01T00:00:00.000Z' },
    ]);
    expect(uses[1]).not.toHaveProperty('environment');
    expect(uses[0]).not.toHaveProperty('refused');
  });

  it('says so to people, in 80 columns', async () => {
    const { stdout } = await who('--role', ROLE, '--since', '2027-01-01');
    const lines = stdout.split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stdout).toContain('Taken 2 times, refused 1 time, by CloudTrail in eu-west-1');
    expect(stdout).toContain(`  repository  ${repository}\n  environment ${environment}\n`);
    expect(stdout).toContain('refused: AccessDenied\n');
  });

  it('shows what is since, and nothing of other roles', async () => {
    const { stdout } = await who('--role', ROLE, '--since', '2027-01-01T03:00:00Z', '--json');
    expect(whoSchema.parse(JSON.parse(stdout)).uses.map(({ session }) => session)).toEqual(['build-3']);
    expect((await who('--role', `${ROLE}-2`)).stdout).toContain('Taken 0 times');
  });

  it.each([
    [['--role', 'web-shop-deploy'], 'Expected the ARN of a role'],
    [['--role', ROLE, '--since', '2026-01-01'], 'Expected a --since of the last 90 days'],
    [['--role', ROLE, '--since', '2028-01-01'], 'Expected a --since of the last 90 days'],
    [[], "required option '--role <arn>'"],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await who(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });

  it('goes on over the pages of CloudTrail', async () => {
    for (let build = 0; build < 55; build += 1) await step(`many-${build}`, 'Production');
    const { stdout } = await who('--role', ROLE, '--json');
    expect(whoSchema.parse(JSON.parse(stdout)).uses).toHaveLength(58);
    world.clock.advanceBy(8 * DAY);
    expect((await who('--role', ROLE)).stdout).toContain('Taken 0 times');
  });
});
