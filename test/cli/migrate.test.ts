import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type MigrateDocument, migrateSchema } from '../../cli/documents/migrate';
import { createEventWriter } from '../../functions/aws/audit-record';
import { keySchema } from '../../functions/core/config/key-config';
import { providerSchema } from '../../functions/core/config/provider-config';
import { roleSchema } from '../../functions/core/config/roles-config';
import { DAY } from '../../functions/core/duration';
import { PROVIDER_LOG_GROUP } from '../../functions/core/names';
import { DecisionRecord } from '../../functions/provider/decision-record';
import { issuerOf } from '../../local/hosts/bitbucket/oidc-issuer';
import { publicPage } from '../../local/hosts/bitbucket/start';
import { Scene } from '../support/scene';
import { typed } from './typed';

const ROLE = 'arn:aws:iam::111122223333:role/shop';

let scene: Scene;
beforeEach(async () => {
  scene = await new Scene().start();
  scene.account.webIdentities.reach((page) => publicPage(scene.bitbucket, page));
  scene.manage('shop');
  await scene.day();
  return () => scene.close();
});

async function migrate(
  ...args: readonly string[]
): Promise<MigrateDocument & { readonly code: number; readonly text: string }> {
  const time = { now: () => new Date(scene.clock.now()), sleep: async () => {} };
  const { code, stdout, stderr } = await typed(['migrate', 'shop', ...args, '--json'], { time });
  expect(stderr).toBe('');
  const { stdout: text } = await typed(['migrate', 'shop', ...args], { time });
  for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(100);
  return { code, text, ...migrateSchema.parse(JSON.parse(stdout)) };
}

/** The repository's pipeline uses its key, as any of AWS's services records it. */
function usesKey(accessKeyId = scene.currentKey('shop') ?? ''): void {
  const at = new Date(scene.clock.now()).toISOString().replace(/\.\d+/, '');
  scene.account.iam.accessKeys.recordUse(accessKeyId, 'ecr', 'eu-west-1');
  scene.account.reads.push({
    eventVersion: '1.11',
    userIdentity: { type: 'IAMUser', userName: 'ci-shop', accessKeyId },
    eventTime: at,
    eventSource: 'ecr.amazonaws.com',
    eventName: 'GetAuthorizationToken',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '34.199.54.113',
    userAgent: 'aws-cli/2.15.30 os/linux#5.15.0',
    requestParameters: null,
    responseElements: null,
    requestID: 'any',
    eventID: `${at}`.padEnd(36, '0'),
    readOnly: true,
  });
}

/** The role is made as the lines say, once the UUIDs stand there. */
function makeRole(trust: object, RoleName = 'shop'): void {
  scene.account.iam.roles.create({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) });
}

/** As the policy of the key's secret says. */
function isDeployedUnder(path: string): void {
  const { secretsManager } = scene.account;
  const { ResourcePolicy = '' } = secretsManager.getResourcePolicy({ SecretId: 'keyturn/shop' });
  const policy = JSON.parse(ResourcePolicy);
  policy.Statement[0].Principal = { AWS: `arn:aws:iam::111122223333:role${path}Keyturn-KeyRotationSyncRole` };
  secretsManager.putResourcePolicy({ SecretId: 'keyturn/shop', ResourcePolicy: JSON.stringify(policy) });
}

function makeOidcRole(): void {
  const issuer = issuerOf('acme').slice('https://'.length);
  const audience = `ari:cloud:bitbucket::workspace/${scene.workspace.slice(1, -1)}`;
  const { arn } = scene.account.iam.oidcProviders.create({ Url: `https://${issuer}`, ClientIDList: [audience] });
  makeRole({
    Statement: {
      Effect: 'Allow',
      Principal: { Federated: arn },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: { StringLike: { [`${issuer}:sub`]: `${scene.repositoryOf('shop')}:*` } },
    },
  });
}

/** CloudTrail's record of a taking: of a step of Bitbucket's, or of whoever else a provider knows. */
function taken(role: string, subject: string, provider = issuerOf('acme').slice('https://'.length)): void {
  scene.clock.advanceBy(1_000);
  const at = new Date(scene.clock.now()).toISOString().replace(/\.\d+/, '');
  scene.account.reads.push({
    eventVersion: '1.11',
    userIdentity: {
      type: 'WebIdentityUser',
      userName: subject,
      identityProvider: `arn:aws:iam::111122223333:oidc-provider/${provider}`,
    },
    eventTime: at,
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRoleWithWebIdentity',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '34.199.54.113',
    userAgent: 'aws-cli/2.15.30 os/linux#5.15.0',
    requestParameters: { roleArn: role, roleSessionName: 'any' },
    responseElements: { credentials: { accessKeyId: 'ASIAEXAMPLE' } },
    requestID: 'any',
    eventID: `taken-${scene.account.reads.length}`.padEnd(36, '0'),
    readOnly: true,
  });
}

const uuid = (digit: number) => `{00000000-0000-4000-8000-00000000000${digit}}`;

/** A step takes the role, and calls AWS with what it got. */
async function step(token = scene.bitbucket.stepToken('acme', 'shop', { environment: 'Production' })): Promise<number> {
  const body = new URLSearchParams({
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: ROLE,
    RoleSessionName: 'build-1',
    WebIdentityToken: token,
  });
  const answer = await fetch(scene.accountUrl, { method: 'POST', body });
  const text = await answer.text();
  const part = (name: string) => new RegExp(`<${name}>([^<]+)</${name}>`).exec(text)?.[1] ?? '';
  if (answer.ok)
    await whoAmI({
      accessKeyId: part('AccessKeyId'),
      secretAccessKey: part('SecretAccessKey'),
      sessionToken: part('SessionToken'),
    });
  return answer.status;
}

async function whoAmI(credentials: {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string | undefined;
}) {
  const client = new STSClient({ credentials, maxAttempts: 1 });
  await client.send(new GetCallerIdentityCommand({}));
  client.destroy();
}

const withUuids = (text: string) =>
  text
    .replaceAll('UUID OF THE WORKSPACE', scene.workspace)
    .replaceAll('UUID OF THE REPOSITORY', scene.repositoryOf('shop'))
    .replaceAll('UUID OF THE ENVIRONMENT', '{00000000-0000-4000-8000-000000000001}');

describe('keyturn migrate --to role', () => {
  it('goes with a key from its variables to its end, and writes at each step what is to be written', async () => {
    scene.toDay(1);
    usesKey();
    const first = await migrate('--to', 'role');
    expect(first).toMatchObject({
      stage: 'write',
      code: 0,
      roles: [{ role: ROLE, repository: 'acme/shop', isThere: false }],
    });
    const [yaml, pipeline] = first.write;
    expect(yaml?.into).toBe('keyturn.yaml');
    expect(roleSchema.parse(parse(withUuids(yaml?.text ?? '')).roles[0])).toMatchObject({ name: 'shop' });
    expect(pipeline?.text).toContain(`export AWS_ROLE_ARN=${ROLE}`);
    expect(first.text).toContain('What it cannot have, because it is not to be seen');

    makeOidcRole();
    expect(await step('forged.token.AAAA')).toBe(400);
    const second = await migrate('--to', 'role');
    expect(second).toMatchObject({ stage: 'switch', roles: [{ isThere: true }], code: 0 });
    expect(second.write.map(({ into }) => into)).toEqual(['bitbucket-pipelines.yml']);
    expect(await step()).toBe(200);
    scene.toDay(2);
    const third = await migrate('--to', 'role', '--idle-for', '10');
    expect(third).toMatchObject({ stage: 'retire', roles: [{ taken: [{ repository: scene.repositoryOf('shop') }] }] });
    expect(third.roles[0]?.used).toBeDefined();
    expect(third.notBefore).toBe(new Date(Date.parse(third.lastUsed ?? '') + 10 * DAY).toISOString());
    const lines = parse(`keys:\n  - id: shop\n    user: ci-shop\n${third.write[0]?.text}`);
    const { replacedBy } = keySchema.parse(lines.keys[0]);
    expect(replacedBy).toEqual({ roles: [ROLE], idleFor: 10 });

    scene.register(scene.entry('shop', { replacedBy: replacedBy ?? undefined }));
    const waits = await migrate('--to', 'role', '--region', 'eu-west-1');
    expect(waits).toMatchObject({ stage: 'waits', idleFor: 10, write: [] });
    expect(waits.text).toContain('"keyturn status shop --region eu-west-1"');
    expect(await migrate('--to', 'role', '--role', ROLE)).toMatchObject({ stage: 'waits', roles: [{ role: ROLE }] });
    // Of others it would say nothing: the key waits for those of its entry.
    const other = await typed(['migrate', 'shop', '--to', 'role', '--role', `${ROLE},${ROLE}-2`]);
    expect([other.code, other.stdout, other.stderr]).toEqual([2, '', expect.stringContaining(`found ${ROLE}-2`)]);
    scene.toDay(11);
    await step();
    scene.toDay(13);
    await scene.day();
    expect(await migrate('--to', 'role')).toMatchObject({ stage: 'inactive', write: [], code: 0 });
    scene.toDay(24);
    await scene.day();
    const last = await migrate('--to', 'role');
    expect(last.stage).toBe('gone');
    expect(last.text.replaceAll(/\s+/g, ' ')).toMatch(
      /Delete .*, then take "shop" out of the configuration, where the last one leaves "keys: \[\]", and deploy/,
    );
  });

  it('waits for steps of every place that holds the key, whatever the role is called', async () => {
    scene.register(
      scene.entry('shop', {
        deliverTo: [{}, { environment: 'Staging' }, { repository: 'acme/docs', environment: undefined }],
      }),
    );
    usesKey();
    const role = 'arn:aws:iam::111122223333:role/other';
    makeRole({ Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] }, 'other');
    const args = ['--to', 'role', '--role', role];
    const [shop, docs, production, staging, step_] = [1, 2, 3, 4, 5].map(uuid);
    for (const subject of [`${shop}:${production}:${step_}`, `${shop}:${staging}:${step_}`]) {
      taken(role, subject);
      expect(await migrate(...args)).toMatchObject({ stage: 'switch', places: 3, code: 0 });
    }
    taken(role, `${docs}:${step_}`);
    const last = await migrate(...args);
    expect(last).toMatchObject({
      stage: 'retire',
      roles: [{ taken: [{ repository: docs }, { environment: staging }, { environment: production }] }],
    });
    expect(last.write[0]?.text).toContain(role);
  });

  it('says which repositories may be one that is named in two ways, of which it waits for two', async () => {
    const shop = scene.repositoryOf('shop');
    scene.register(scene.entry('shop', { deliverTo: [{}, { repository: `acme/${shop}`, environment: 'Staging' }] }));
    usesKey();
    makeRole({ Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] });
    for (const environment of [uuid(1), uuid(2)]) taken(ROLE, `${shop}:${environment}:${uuid(3)}`);
    const mixed = await migrate('--to', 'role', '--role', ROLE);
    expect(mixed).toMatchObject({ stage: 'switch', twiceNamed: [['acme/shop', `acme/${shop}`]] });
    expect(mixed.text.replaceAll(/\s+/g, ' ')).toContain(
      `acme/shop and acme/${shop} may be one repository, and are waited for as two`,
    );
    scene.register(scene.entry('shop', { deliverTo: [{}, { environment: 'Staging' }] }));
    const one = await migrate('--to', 'role', '--role', ROLE);
    expect(one).toMatchObject({ stage: 'retire', twiceNamed: [] });
    expect(one.text).not.toContain('may be one repository');
  });

  it('counts no one but steps: a pod that takes the role is none', async () => {
    scene.register(scene.entry('shop', { deliverTo: [{ environment: undefined }] }));
    usesKey();
    makeRole({ Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] });
    taken(ROLE, 'system:serviceaccount:shop:deploy', 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE');
    expect(await migrate('--to', 'role')).toMatchObject({ stage: 'switch', roles: [{ taken: [] }] });
    taken(ROLE, `${uuid(1)}:${uuid(2)}`);
    expect(await migrate('--to', 'role')).toMatchObject({ stage: 'retire' });
  });

  it('says what nobody could see of who uses the key, and retires nothing while it could not be read', async () => {
    scene.register(scene.entry('shop', { deliverTo: [{ environment: undefined }] }));
    usesKey();
    makeRole({ Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] });
    taken(ROLE, `${uuid(1)}:${uuid(2)}`);
    scene.account.iam.accessKeys.recordUse(scene.currentKey('shop') ?? '', 's3', 'eu-west-1');
    scene.toDay(1);
    scene.awsFault = ({ action }) =>
      action === 'GetResourcePolicy' ? { kind: 'error', status: 400, code: 'AccessDeniedException' } : undefined;
    const unread = await migrate('--to', 'role');
    expect(unread).toMatchObject({ stage: 'unread', code: 3, write: [], exit: { role: 'unknown' } });
    expect(unread.text.replaceAll(/\s+/g, ' ')).toContain('could not be read: it is not retired before that is known');
    scene.awsFault = undefined;
    const told = await migrate('--to', 'role');
    expect(told).toMatchObject({ stage: 'retire', exit: { role: 'perhaps' } });
    expect(told.text).toMatch(/at\s+s3\s+in\s+eu-west-1/);
    expect(told.text).toContain('perhaps: who of them is a pipeline is a guess');
  });

  it('retires by what was called since the first step took a role: what is older IAM judges by when it was used last', async () => {
    scene.register(
      scene.entry('shop', {
        deliverTo: [{ environment: undefined }, { repository: 'acme/docs', environment: undefined }],
      }),
    );
    makeRole({ Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] });
    const calls = (times: number) => {
      for (let call = 0; call < times; call += 1) {
        scene.clock.advanceBy(1_000);
        usesKey();
      }
    };
    const args = ['--to', 'role', '--role', ROLE, '--most-calls', '50'];
    calls(60);
    taken(ROLE, `${uuid(1)}:${uuid(2)}`);
    calls(10);
    taken(ROLE, `${uuid(3)}:${uuid(2)}`);
    expect(await migrate(...args)).toMatchObject({ stage: 'retire', code: 3, exit: { isWhole: false } });
    // The first of them is not among what was read since.
    calls(41);
    expect(await migrate(...args)).toMatchObject({ stage: 'unread', write: [] });
    // However often they have taken it since: who used the key when they took it first is what was not read.
    taken(ROLE, `${uuid(1)}:${uuid(2)}`);
    taken(ROLE, `${uuid(3)}:${uuid(2)}`);
    expect(await migrate(...args)).toMatchObject({ stage: 'unread', write: [] });
    expect(await migrate(...args.slice(0, -1), '200')).toMatchObject({ stage: 'retire', code: 0 });
  });

  it('does not know when the first step took it where earlier ones were not read: only all calls are enough', async () => {
    scene.register(scene.entry('shop', { deliverTo: [{ environment: undefined }] }));
    makeRole({ Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] });
    for (let call = 0; call < 60; call += 1) usesKey();
    for (let call = 0; call < 60; call += 1) taken(ROLE, `${uuid(1)}:${uuid(2)}`);
    scene.awsFault = ({ action, input: { LookupAttributes, NextToken } }) => {
      const isOlder = action === 'LookupEvents' && NextToken !== undefined;
      return isOlder && JSON.stringify(LookupAttributes).includes('WebIdentity')
        ? { kind: 'error', status: 400, code: 'InvalidNextTokenException' }
        : undefined;
    };
    const older = { source: 'who took roles in eu-west-1' };
    const some = await migrate('--to', 'role', '--most-calls', '50');
    expect(some).toMatchObject({ stage: 'unread', unread: expect.arrayContaining([expect.objectContaining(older)]) });
    expect(await migrate('--to', 'role')).toMatchObject({ stage: 'retire', code: 3, unread: [older] });
  });

  it('says what has to be moved before, and ends with 1', async () => {
    scene.toDay(1);
    usesKey();
    scene.manage('api', { deliverTo: [] });
    await scene.day();
    const time = { now: () => new Date(scene.clock.now()), sleep: async () => {} };
    const { code, stdout } = await typed(['migrate', 'api', '--to', 'role', '--json'], { time });
    expect(code).toBe(1);
    expect(migrateSchema.parse(JSON.parse(stdout))).toMatchObject({ stage: 'blocked', write: [], roles: [] });
  });

  it('writes constructs, for roles of other names too', async () => {
    scene.toDay(1);
    usesKey();
    const { write } = await migrate('--to', 'role', '--cdk');
    expect(write[0]).toMatchObject({ into: 'the CDK app' });
    expect(write[0]?.text).toMatch(
      /^new BitbucketOidcRole\(this, 'shop', \{\n {2}roleName: 'shop',\n {2}workspace: 'acme',/,
    );
    const role = 'arn:aws:iam::111122223333:role/ci/other';
    const other = await migrate('--to', 'role', '--role', role);
    expect(other).toMatchObject({ stage: 'write', roles: [{ role, repository: 'acme/shop', isThere: false }] });
    expect(other.write.map(({ text }) => text)).toEqual([
      expect.stringContaining('- name: other '),
      expect.stringContaining(`export AWS_ROLE_ARN=${role}\n`),
    ]);
    expect(other.text).toContain('aws iam create-policy --policy-name other');
    const given = await migrate('--to', 'provider', '--role', role);
    expect(given.text).toContain('aws iam create-role --role-name other --path /ci/ \\\n');
    const asked = await migrate('--to', 'role', '--most-calls', '500', '--region', 'eu-west-1');
    expect(asked.text).toContain('keyturn exits shop --json --most-calls 500 --region eu-west-1 \\\n  | jq ');
    expect(given.write[0]?.text).toContain(`- role: ${role}\n`);
    const two = await typed(['migrate', 'shop', '--to', 'role', '--role', `${role},${ROLE}`]);
    expect([two.code, two.stderr]).toEqual([2, expect.stringMatching(/in this order: acme\/shop; found 2/)]);
    const { code, stderr } = await typed(['migrate', 'shop', '--to', 'role', '--role', 'other']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('expected ARNs of roles')]);
    expect((await typed(['migrate', 'shop'])).stderr).toContain("required option '--to <way>' not specified");
  });

  it("says whose one role for several is: of several repositories it is their owner's, of many environments there are more", async () => {
    usesKey();
    const many = Array.from({ length: 12 }, (_, at) => ({ environment: `E${at}` }));
    scene.register(scene.entry('shop', { deliverTo: many }));
    const one = await migrate('--to', 'role', '--role', ROLE);
    expect(one).toMatchObject({ stage: 'write', roles: [{ role: ROLE, repository: 'acme/shop', isThere: false }] });
    const words = one.text.replaceAll(/\s+/g, ' ');
    expect(words).toContain('a role of the stack trusts 10 environments at most: name 2 with --role, or none');
    expect(words).not.toMatch(/several|one repository each|create-role/);
    expect((await migrate('--to', 'role', '--role', `${ROLE},${ROLE}-2`)).write).toHaveLength(14);

    scene.register(scene.entry('shop', { deliverTo: [...many, { repository: 'acme/docs', environment: undefined }] }));
    const all = await migrate('--to', 'role', '--role', ROLE);
    expect(all.roles.map(({ repository }) => repository)).toEqual([undefined]);
    expect(all.text).toContain(`  ${ROLE}: not there\n`);
    expect(all.text.replaceAll(/\s+/g, ' ')).toContain('the stack makes roles of one repository each');
    expect(all.text).toContain('aws iam create-role --role-name shop \\\n');
  });

  it('knows the path of the deployment, and takes a role as IAM has it, whatever its path', async () => {
    scene.register(scene.entry('shop', { deliverTo: [{ environment: undefined }] }));
    usesKey();
    isDeployedUnder('/keyturn/');
    const role = 'arn:aws:iam::111122223333:role/keyturn/shop';
    const first = await migrate('--to', 'role');
    expect(first).toMatchObject({ stage: 'write', roles: [{ role, isThere: false }], code: 0 });
    expect(first.write[1]?.text).toContain(`export AWS_ROLE_ARN=${role}\n`);
    const [, trust] = (await migrate('--to', 'provider')).write;
    // As the stack names it under this path.
    expect(trust?.text).toContain('"arn:aws:iam::111122223333:role/keyturn/Keyturn-KeyRotationProvider-c514dd"');

    // A construct may have a path of its own.
    const made = 'arn:aws:iam::111122223333:role/ci/shop';
    const AssumeRolePolicyDocument = JSON.stringify({ Statement: [] });
    scene.account.iam.roles.create({ RoleName: 'shop', Path: '/ci/', AssumeRolePolicyDocument });
    taken(made, `${uuid(1)}:${uuid(2)}`);
    expect(await migrate('--to', 'role')).toMatchObject({ stage: 'retire', roles: [{ role: made, isThere: true }] });
    const other = await migrate('--to', 'role', '--role', role);
    expect(other).toMatchObject({ stage: 'write', roles: [{ role, isThere: false, instead: made }] });
    expect(other.text.replaceAll(/\s+/g, ' ')).toContain(`not there, IAM has ${made}`);
  });

  it.each(['arn:aws:iam::444455556666:role/shop', 'arn:aws-cn:iam::111122223333:role/shop'])(
    'refuses a role that it cannot see: %s',
    async (role) => {
      const { code, stderr } = await typed(['migrate', 'shop', '--to', 'role', '--role', role]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(`found ${role}`)]);
    },
  );

  it('tells what it could not read, and ends with 3', async () => {
    scene.toDay(1);
    usesKey();
    scene.awsFault = ({ action }) =>
      action === 'GetRole' ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined;
    expect(await migrate('--to', 'role')).toMatchObject({ code: 3, unread: [{ source: `the role ${ROLE}` }] });
  });
});

describe('keyturn migrate --to provider', () => {
  const PROVIDER = 'arn:aws:iam::111122223333:role/Keyturn-KeyRotationProvider';

  let isLogged: boolean;
  beforeEach(() => {
    isLogged = false;
  });

  /** A provider gives a step credentials of the role, as it writes that down. */
  async function give(accessKeyId: string, environment = uuid(1)): Promise<void> {
    const { account, clock } = scene;
    if (!isLogged) account.logs.createLogGroup({ logGroupName: PROVIDER_LOG_GROUP });
    isLogged = true;
    const record = new DecisionRecord({
      as: 'endpoint',
      run: 'a-process',
      origin: { account: account.accountId, region: account.region, functionVersion: 'test' },
      time: { now: () => new Date(clock.now()) },
      append: createEventWriter(PROVIDER_LOG_GROUP),
    });
    const roles = [
      { role: ROLE, sessionName: 'bitbucket-1', accessKeyId, expiresAt: new Date(clock.now()).toISOString() },
    ];
    await record.write({
      event: 'secrets-given',
      outcome: 'ok',
      facts: { repository: scene.repositoryOf('shop'), environment, step: '{1}', sources: [], roles },
    });
    clock.advanceBy(1_000);
  }

  it('writes a rule, the trust of its role and a step, and sees what was given and what was done with it', async () => {
    scene.toDay(1);
    usesKey();
    const first = await migrate('--to', 'provider');
    expect(first).toMatchObject({ stage: 'write', to: 'provider' });
    const [rule, trust, pipeline] = first.write.map(({ text }) => text);
    expect(JSON.parse(trust ?? '').Statement[0].Principal).toEqual({ AWS: PROVIDER });
    const { provider } = parse(withUuids(rule ?? ''));
    expect(providerSchema.parse(provider).rules).toMatchObject([{ name: 'shop', roles: [{ role: ROLE }] }]);
    expect(pipeline).toContain('export AWS_ACCESS_KEY_ID=$ROLE_ACCESS_KEY_ID');
    // Nobody else makes the role.
    expect(first.text).toContain('aws iam create-role --role-name shop \\\n');
    expect(first.text).toContain('  --policy-arn arn:aws:iam::111122223333:policy/shop\n');
    for (const line of first.text.split('\n').filter((one) => !one.includes('aws:RequestTag')))
      expect(line.length, line).toBeLessThanOrEqual(80);

    // The provider's own role comes with the deployment of the rule.
    const { roles } = scene.account.iam;
    expect(() => makeRole(JSON.parse(trust ?? ''))).toThrow(`Invalid principal in policy: "AWS":"${PROVIDER}"`);
    roles.create({ RoleName: 'Keyturn-KeyRotationProvider', AssumeRolePolicyDocument: '{}' });
    makeRole(JSON.parse(trust ?? ''));
    const made = await migrate('--to', 'provider');
    expect(made.stage).toBe('switch');
    expect(made.text).not.toContain('create-role');
    const session = scene.account.roleSession(ROLE, 'bitbucket-1');
    await give(session.accessKeyId);
    expect(await migrate('--to', 'provider')).toMatchObject({ stage: 'switch', roles: [{ taken: [{ calls: 0 }] }] });
    usesKey(session.accessKeyId);
    await whoAmI(session);
    scene.clock.advanceBy(60_000);
    const third = await migrate('--to', 'provider');
    expect(third).toMatchObject({
      stage: 'retire',
      roles: [{ taken: [{ accessKeyId: session.accessKeyId, repository: scene.repositoryOf('shop'), calls: 1 }] }],
    });
    expect((await migrate('--to', 'provider', '--cdk')).write[0]?.text).toBe(
      `replacedBy: { roles: ['${ROLE}'], idleFor: 30 },`,
    );
  });

  it('waits for steps of every environment that holds the key to use what they were given', async () => {
    scene.register(scene.entry('shop', { deliverTo: [{}, { environment: 'Staging' }, { environment: 'Test' }] }));
    usesKey();
    makeRole({ Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] });
    // One of them a month ago: what was given before is looked for until every place is there.
    for (const [environment, days] of [
      [uuid(3), 25],
      [uuid(1), 5],
      [uuid(2), 0],
    ] as const) {
      const session = scene.account.roleSession(ROLE, 'bitbucket-1');
      await give(session.accessKeyId, environment);
      expect(await migrate('--to', 'provider'), environment).toMatchObject({ stage: 'switch', places: 3 });
      usesKey(session.accessKeyId);
      scene.clock.advanceBy(days * DAY + 60_000);
    }
    const { stage, roles } = await migrate('--to', 'provider');
    expect(stage).toBe('retire');
    expect(roles[0]?.taken.map(({ environment }) => environment)).toEqual([uuid(2), uuid(1), uuid(3)]);
  });

  it('retires by what was called since it was given first, and not since it was given last', async () => {
    makeRole({ Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] });
    // The second time alone would be of the last day, which is looked at first.
    const use = async () => {
      scene.clock.advanceBy(3 * DAY);
      const session = scene.account.roleSession(ROLE, 'bitbucket-1');
      await give(session.accessKeyId);
      usesKey(session.accessKeyId);
      for (let call = 0; call < 30; call += 1) {
        scene.clock.advanceBy(1_000);
        usesKey();
      }
    };
    await use();
    expect(await migrate('--to', 'provider', '--most-calls', '50')).toMatchObject({ stage: 'retire' });
    await use();
    expect(await migrate('--to', 'provider', '--most-calls', '50')).toMatchObject({ stage: 'unread' });
    expect(await migrate('--to', 'provider', '--most-calls', '100')).toMatchObject({ stage: 'retire' });
  });
});
