import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { whoSchema } from '../../cli/documents/who';
import { reviewConfig } from '../../functions/aws/client-config';
import { roleUses } from '../../functions/aws/role-uses';
import { after, DAY, HOUR } from '../../functions/core/duration';
import type { AwsCall } from '../../local/account/principal';
import type { AwsFault } from '../../local/account/wire/server';
import { World } from '../../local/world';
import { typed } from './typed';

const ROLE = 'arn:aws:iam::111122223333:role/web-shop-deploy';
const ISSUER = 'api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';

let world: World;
let fault: ((call: AwsCall) => AwsFault | undefined) | undefined;
let repository: string;
let environment: string;

beforeAll(async () => {
  world = await World.start({
    start: new Date('2027-01-01T00:00:00Z'),
    accountServer: { allowedSkew: Infinity, fault: (call) => fault?.(call) },
  });
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

/** A token that anybody can write: nothing has signed it. */
function forged(sub: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const at = Math.floor(world.clock.now() / 1000);
  const claims = { iss: `https://${ISSUER}`, sub, aud: 'any', iat: at, exp: at + 60 };
  return `${part({ alg: 'RS256', kid: 'one' })}.${part(claims)}.AAAA`;
}

/** A step that takes a role over the wire, without a signature. */
function step(session: string, deploysTo: string | undefined, role = ROLE): Promise<number> {
  return take(
    session,
    world.hosts.bitbucket.stepToken('acme', 'web-shop', deploysTo ? { environment: deploysTo } : {}),
    role,
  );
}

async function take(session: string, token: string, role = ROLE): Promise<number> {
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
    const none = await who('--role', `${ROLE}-2`);
    expect(none.stdout).toContain('Taken 0 times');
    expect(none.stdout.replaceAll('\n', ' ')).toContain('It is not there now. It may have been deleted, or never have');
  });

  it.each([
    ['arn:aws:iam::444455556666:role/web-shop-deploy', 'ask with a --profile of 444455556666'],
    ['arn:aws-cn:iam::111122223333:role/web-shop-deploy', '(aws-cn), and who asks is of 111122223333 (aws)'],
  ])('refuses a role of which it knows nothing: %s', async (role, says) => {
    const { code, stdout, stderr } = await who('--role', role);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain(says);
  });

  it('says whether the role is there, and what of one that is gone CloudTrail has', async () => {
    const found = async (role: string) => whoSchema.parse(JSON.parse((await who('--role', role, '--json')).stdout));
    expect(await found(ROLE)).toMatchObject({ isThere: true });
    const moved = await found(ROLE.replace(':role/', ':role/ci/'));
    expect(moved).toMatchObject({ isThere: false, instead: ROLE, uses: [] });
    const gone = ROLE.replace('web-shop-deploy', 'gone');
    recorded({ requestParameters: { roleArn: gone, roleSessionName: 'any' } });
    expect(await found(gone)).toMatchObject({ isThere: false, uses: [{ session: 'any' }] });
    fault = ({ action }) => (action === 'GetRole' ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined);
    const denied = await who('--role', ROLE);
    fault = undefined;
    expect(denied.code).toBe(3);
    expect(denied.stdout).toContain('Whether it is there is not known');
    expect(denied.stdout).toContain('Taken 2 times');
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

  it('names the provider, and the access key of the session, which finds what it did', async () => {
    const { stdout } = await who('--role', ROLE, '--json');
    const [taken, refused] = whoSchema.parse(JSON.parse(stdout)).uses;
    const provider = `arn:aws:iam::111122223333:oidc-provider/${ISSUER}`;
    expect(taken).toMatchObject({ provider, accessKeyId: expect.stringMatching(/^ASIA/) });
    expect(taken).not.toHaveProperty('claimed');
    expect(refused).toMatchObject({ provider, claimed: true });
    expect(refused).not.toHaveProperty('accessKeyId');
    expect((await who('--role', ROLE)).stdout).toContain(`  access key  ${taken?.accessKeyId}\n`);
  });

  it('goes on over the pages of CloudTrail', async () => {
    for (let build = 0; build < 55; build += 1) await step(`many-${build}`, 'Production');
    const { stdout } = await who('--role', ROLE, '--json');
    expect(whoSchema.parse(JSON.parse(stdout)).uses).toHaveLength(58);
    world.clock.advanceBy(8 * DAY);
    expect((await who('--role', ROLE)).stdout).toContain('Taken 0 times');
  });
});

/** CloudTrail's record of a use, as it could be. */
function recorded(changes: Record<string, unknown>): void {
  const at = new Date(world.clock.now()).toISOString().replace(/\.\d+/, '');
  world.account.reads.push({
    eventVersion: '1.11',
    userIdentity: { type: 'WebIdentityUser', userName: 'somebody' },
    eventTime: at,
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRoleWithWebIdentity',
    awsRegion: 'eu-west-1',
    requestParameters: { roleArn: ROLE, roleSessionName: 'any' },
    responseElements: null,
    requestID: 'any',
    eventID: `${at}-${world.account.reads.length}`.padEnd(36, '0'),
    readOnly: true,
    ...changes,
  });
}

describe('keyturn who, of what nobody has proved', () => {
  const other = '{00000000-0000-4000-8000-000000000001}';

  beforeEach(() => {
    world.clock.advanceBy(8 * DAY);
  });

  it('calls what a refused call says of itself claimed: anybody can send it', async () => {
    expect(await take('innocent', forged(`${other}:${other}`))).toBe(400);
    const { stdout } = await who('--role', ROLE, '--json');
    const uses = whoSchema.parse(JSON.parse(stdout)).uses;
    expect(uses).toMatchObject([{ refused: 'InvalidIdentityToken', repository: other, claimed: true }]);
    const lines = (await who('--role', ROLE)).stdout.split('\n');
    expect(lines.some((line) => line.includes('claimed by whoever called'))).toBe(true);
    expect(lines.findIndex((line) => line.includes('claimed'))).toBeLessThan(
      lines.findIndex((line) => line.includes(other)),
    );
  });

  it("takes a subject for a step only of Bitbucket's provider", async () => {
    const userName = `${other}:${other}`;
    for (const provider of ['issuer.example', `evil.example/${ISSUER}`, `${ISSUER}/more`]) {
      const identityProvider = `arn:aws:iam::111122223333:oidc-provider/${provider}`;
      recorded({ userIdentity: { userName, identityProvider } });
    }
    recorded({ userIdentity: { userName } });
    const { uses } = whoSchema.parse(JSON.parse((await who('--role', ROLE, '--json')).stdout));
    expect(uses).toHaveLength(4);
    for (const use of uses) expect(use).not.toHaveProperty('repository');
    expect((await who('--role', ROLE)).stdout).toContain(`  subject     ${userName}\n`);
  });

  it('counts the calls of which CloudTrail does not say the role', async () => {
    recorded({ errorCode: 'ValidationError', requestParameters: null });
    recorded({ errorCode: 'InvalidIdentityToken', requestParameters: { roleSessionName: 'any' } });
    const { uses, unattributed } = whoSchema.parse(JSON.parse((await who('--role', ROLE, '--json')).stdout));
    expect({ uses, unattributed }).toEqual({ uses: [], unattributed: 2 });
    expect((await who('--role', ROLE)).stdout).toContain('2 more calls');
  });

  it('shows no control character, line break and turned direction of a record', async () => {
    const odd = 'a\u001b]0;title\u0007b\nc\u202Ed';
    const errorCode = odd;
    const parameters = { roleArn: ROLE, roleSessionName: odd };
    const identity = { userName: odd, identityProvider: odd };
    recorded({ userIdentity: identity, sourceIPAddress: odd, errorCode, requestParameters: parameters });
    recorded({
      userIdentity: identity,
      sourceIPAddress: odd,
      requestParameters: parameters,
      responseElements: { credentials: { accessKeyId: odd } },
    });
    const { stdout } = await who('--role', ROLE);
    expect(stdout.match(/a ]0;title b c d/g)?.length).toBeGreaterThanOrEqual(8);
    for (const unseen of ['\u001b', '\u0007', '\u202e']) expect(stdout).not.toContain(unseen);
    expect(stdout.split('\n').filter((line) => line.startsWith('c'))).toEqual([]);
    const { stdout: json } = await who('--role', ROLE, '--json');
    expect(json).not.toMatch(/\\u001b|\\u202e|\u202e/i);
  });
});

describe('keyturn who, of a history that is too long', () => {
  let slept: number[];
  beforeEach(() => {
    world.clock.advanceBy(8 * DAY);
    slept = [];
    for (let call = 0; call < 101; call += 1) {
      recorded({ requestParameters: { roleArn: ROLE, roleSessionName: `call-${call}` } });
      world.clock.advanceBy(1_000);
    }
  });
  const sleep = async (ms: number) => {
    slept.push(ms);
  };
  const read = (mostPages?: number) => {
    const until = new Date(world.clock.now());
    const credentials = world.account.rootSession();
    return roleUses(
      ROLE,
      { since: after(until, -DAY), until, mostPages },
      { now: () => new Date(world.clock.now()), sleep },
      { ...reviewConfig(), endpoint: world.accountUrl, region: 'eu-west-1', credentials },
    );
  };

  it('asks once a second, which leaves the other half of the account to the runs', async () => {
    const { uses, unread } = await read();
    expect(uses).toHaveLength(101);
    expect(unread).toBeUndefined();
    // From one request to the next: what the answer took is no pause.
    expect(slept).toHaveLength(2);
    for (const wait of slept) expect(wait).toBeGreaterThan(500);
    expect(Math.max(...slept)).toBeLessThanOrEqual(1_000);
  });

  it('ends after so many pages, and says from when on all was read', async () => {
    const { uses, unread } = await read(2);
    expect(uses.map(({ session }) => session).at(-1)).toBe('call-1');
    expect(unread).toMatchObject({ before: uses.at(-1)?.at, why: expect.stringContaining('2 pages') });
  });

  it('keeps what was read where a later page fails, and says so to people and programs', async () => {
    let page = 0;
    fault = ({ action }) => {
      page += action === 'LookupEvents' ? 1 : 0;
      return page > 2 ? { kind: 'error', status: 400, code: 'AccessDeniedException', message: 'no' } : undefined;
    };
    const json = await who('--role', ROLE, '--json');
    page = 0;
    const { code, stdout } = await who('--role', ROLE);
    fault = undefined;
    const { uses, unread } = whoSchema.parse(JSON.parse(json.stdout));
    expect(json.code).toBe(3);
    expect(uses).toHaveLength(100);
    expect(unread).toMatchObject({ before: uses.at(-1)?.at });
    expect(code).toBe(3);
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain('Not all was read');
  });
});
