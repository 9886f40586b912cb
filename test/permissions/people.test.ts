import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateAccessKeyCommand, IAMClient, UpdateAccessKeyCommand } from '@aws-sdk/client-iam';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  TagResourceCommand,
} from '@aws-sdk/client-secrets-manager';
import { DeleteParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import type { App } from 'aws-cdk-lib';
import { AccountRootPrincipal, PolicyDocument, Role } from 'aws-cdk-lib/aws-iam';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { KeyturnStack } from '../../infra';
import { typed } from '../cli/typed';
import { mayWith } from '../infra/access';
import { ACCOUNT, arnOfSecret, REGION } from '../infra/deployed';
import { DeployedWorld, synthesized } from '../support/deployed-world';
import { Enforcement } from './enforcement';

const policy = (name: string) => JSON.parse(readFileSync(`docs/examples/${name}-policy.json`, 'utf8'));

const CONFIG: ConfigInput = {
  operators: true,
  connections: { acme: { bitbucket: { secret: 'keyturn/connections/acme' } } },
  keys: [
    {
      id: 'shop',
      user: 'ci-shop',
      deliverTo: [{ connection: 'acme', repository: 'acme/shop', environment: 'Production' }],
    },
  ],
};

/** A role that has the viewer's policy of docs/examples and nothing else. */
function addViewer(app: App): void {
  const stack = app.node.findChild('Keyturn');
  if (!(stack instanceof KeyturnStack)) throw new Error('There is no KeyturnStack');
  new Role(stack, 'Viewer', {
    roleName: 'viewer',
    assumedBy: new AccountRootPrincipal(),
    inlinePolicies: { Viewer: PolicyDocument.fromJson(policy('viewer')) },
  });
}

let cdkOut: string;
let deployed: DeployedWorld;
const enforcement = new Enforcement();
beforeAll(async () => {
  cdkOut = synthesized(CONFIG, addViewer);
  deployed = await DeployedWorld.open(cdkOut, {
    onDeploy: (deployment, world) => enforcement.enforce(deployment, world),
    world: { accountServer: { authorize: enforcement.authorize, allowedSkew: Number.POSITIVE_INFINITY } },
  });
  await deployed.until(0, 4);
}, 60_000);
afterAll(() => deployed.close());
beforeEach(() => {
  enforcement.denied.length = 0;
});

function viewer() {
  const { account, accountUrl: endpoint } = deployed.world;
  const { arn } = account.iam.roles.get('viewer');
  const { accessKeyId, secretAccessKey, sessionToken } = account.roleSession(arn, 'somebody');
  return { endpoint, region: account.region, credentials: { accessKeyId, secretAccessKey, sessionToken } };
}

/** The local account knows no second factors: that they are asked for is tried apart. */
function policyOf(person: string): unknown {
  const document = JSON.stringify(policy(person === 'admin' ? 'administrator' : 'operator'), (name, value) =>
    name === 'NumericLessThan' || (name === 'Bool' && 'aws:MultiFactorAuthPresent' in value) ? undefined : value,
  );
  return JSON.parse(document);
}

/** The command line of somebody who has one of the policies, and nothing else. */
async function typedAs(person: string, args: readonly string[]) {
  const { account, accountUrl, clock } = deployed.world;
  const { accessKeyId, secretAccessKey, sessionToken = '' } = sessionOf(person);
  vi.stubEnv('AWS_ENDPOINT_URL', accountUrl);
  vi.stubEnv('AWS_REGION', account.region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
  vi.stubEnv('AWS_SESSION_TOKEN', sessionToken);
  const sleep = (wait: number) => deployed.world.runUntil(new Date(clock.now() + wait));
  const done = await typed(args, { time: { now: () => new Date(clock.now()), sleep } });
  vi.unstubAllEnvs();
  const lines = args.includes('--json') ? [] : done.stdout.split('\n');
  expect(lines.filter((line) => line.length > 80 && line.trim().includes(' '))).toEqual([]);
  return done;
}

function sessionOf(person: string) {
  const { iam } = deployed.world.account;
  if (!iam.roles.all().some(({ name }) => name === person)) {
    iam.roles.create({ RoleName: person, AssumeRolePolicyDocument: '{}' });
    if (person !== 'nobody') enforcement.allow(iam.roles.get(person).arn, policyOf(person));
  }
  return deployed.world.account.roleSession(iam.roles.get(person).arn, person);
}

describe('the viewer of docs/examples', () => {
  it('K12: sees where keys stand, what comes and the life of a key, by every right that it has', async () => {
    // Hours in which nothing happens are passed over here.
    await deployed.run('sync', { source: 'aws.events', 'detail-type': 'Scheduled Event' });
    const exempt = ['exempt', 'shop', '--until', '2026-06-01', '--why', 'the vendor moves', '--approved-by', 'Grace'];
    const accepted = await typedAs('admin', [...exempt, '--yes']);
    expect([accepted.code, accepted.stderr]).toEqual([0, '']);
    expect(accepted.stdout).toContain('It holds the verdict, not the rotation');
    deployed.world.clock.advanceBy(60_000);
    enforcement.used.clear();
    const { endpoint, region, credentials } = viewer();
    vi.stubEnv('AWS_ENDPOINT_URL', endpoint);
    vi.stubEnv('AWS_REGION', region);
    vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey);
    vi.stubEnv('AWS_SESSION_TOKEN', credentials.sessionToken);
    const { clock } = deployed.world;
    const time = { now: () => new Date(clock.now()), sleep: async (wait: number) => clock.advanceBy(wait) };
    const [key] = deployed.keys('ci-shop');
    const commands = [
      ['status'],
      ['status', 'shop'],
      ['plan'],
      ['why', key?.id ?? ''],
      ['exits', 'shop'],
      ['migrate', 'shop', '--to', 'role'],
      ['migrate', 'shop', '--to', 'provider'],
      ['uninstall'],
    ];
    for (const args of [...commands, ['plan', '--policy', 'rotate=60,deactivate=70,delete=80']]) {
      const { code, stdout, stderr } = await typed(args, { time });
      expect({ args, code, stdout, stderr }).toEqual({
        args,
        code: 0,
        stdout: expect.stringContaining('shop'),
        stderr,
      });
    }
    for (const args of [['status'], ['status', 'shop'], ['why', key?.id ?? '']])
      expect((await typed(args, { time })).stdout.replaceAll(/\s+/g, ' '), args[0]).toMatch(
        /accepted exception until 2026-06-01.*admin\/admin, said to be approved by "Grace": "the vendor moves"/,
      );
    vi.unstubAllEnvs();
    expect(enforcement.denied).toEqual([]);
    const used = [...enforcement.used].filter((name) => name.startsWith('reader: role '));
    const allowed = policy('viewer').Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    const given = allowed.flatMap(({ Sid, Action }: { Sid: string; Action: string | string[] }) =>
      [Action].flat().map((action) => `reader: role ${Sid}: ${action}`),
    );
    expect(used.sort()).toEqual(given.sort());
  });

  it('K6: reads no secret value, and changes nothing', async () => {
    const SecretId = 'keyturn/shop';
    const [secrets, iam, ssm] = [new SecretsManagerClient(viewer()), new IAMClient(viewer()), new SSMClient(viewer())];
    const [key] = deployed.keys('ci-shop');
    const Name = '/keyturn/keys/shop';
    const asked = [
      () => secrets.send(new GetSecretValueCommand({ SecretId })),
      () => secrets.send(new GetSecretValueCommand({ SecretId: 'keyturn/connections/acme' })),
      () => secrets.send(new PutSecretValueCommand({ SecretId, SecretString: '{}' })),
      () => secrets.send(new TagResourceCommand({ SecretId, Tags: [{ Key: 'keyturn:paused', Value: 'for ever' }] })),
      () => iam.send(new CreateAccessKeyCommand({ UserName: 'ci-shop' })),
      () => iam.send(new UpdateAccessKeyCommand({ UserName: 'ci-shop', AccessKeyId: key?.id, Status: 'Inactive' })),
      () => ssm.send(new PutParameterCommand({ Name, Value: '{}', Overwrite: true })),
      () => ssm.send(new DeleteParameterCommand({ Name })),
      () => new LambdaClient(viewer()).send(new InvokeCommand({ FunctionName: deployed.functionName('rotate') })),
    ];
    for (const ask of asked)
      await expect(ask()).rejects.toMatchObject({ name: expect.stringMatching(/^AccessDenied/) });
    expect(enforcement.denied).toHaveLength(asked.length);
  });
});

describe('the operator of docs/examples', () => {
  const FRONT = 'Keyturn-KeyRotationOperator';

  function sessionName(person: string): string {
    sessionOf(person);
    return person;
  }
  const pause = ['pause', 'shop', '--until', '2026-03-01', '--why', 'release freeze'];
  const isPaused = () =>
    deployed.world.account.secretsManager
      .describeSecret({ SecretId: 'keyturn/shop' })
      .Tags?.some(({ Key }) => Key === 'keyturn:paused');

  it('sees what a pause would do, has it done, and has the key go on, by every right that it has (K12)', async () => {
    const dry = await typedAs('ops', [...pause, '--dry-run']);
    expect([dry.code, isPaused()]).toEqual([0, false]);
    expect(dry.stdout).toContain('What will be done');
    const done = await typedAs('ops', [...pause, '--yes']);
    expect([done.code, done.stderr, isPaused()]).toEqual([0, '', true]);
    expect(done.stdout).toContain('Done');
    const again = await typedAs('ops', ['resume', 'shop', '--why', 'released', '--yes', '--json']);
    expect([again.code, isPaused()]).toEqual([0, false]);
    expect(JSON.parse(again.stdout)).toMatchObject({
      outcome: 'done',
      by: expect.stringContaining('ops/ops'),
      level: 'operator',
    });
  });

  it('has a key rotated, and sees in the record how it comes to every target (K7)', async () => {
    const [adopted, old] = deployed.keys('ci-shop');
    const leaves = { UserName: 'ci-shop', AccessKeyId: adopted?.id ?? '' };
    deployed.world.account.invoke(deployed.admin, 'iam', 'DeleteAccessKey', leaves);
    const done = await typedAs('ops', ['rotate', 'shop', '--why', 'a developer left', '--yes']);
    const fresh = deployed.keys('ci-shop').at(-1)?.id ?? '';
    expect(fresh).not.toBe(old?.id);
    const steps = done.stdout.split('\n').flatMap((line) => /^ {2}\d\d:\d\d:\d\d {2}(.*)/.exec(line)?.[1] ?? []);
    expect([done.code, done.stderr, steps]).toEqual([
      0,
      '',
      [
        `key made    ${fresh}`,
        `proved      ${fresh}`,
        `stored      ${fresh} is current now`,
        expect.stringMatching(`^proved      ${fresh} in eu-west-1 `),
        `proved      ${fresh}`,
        'delivered   bitbucket acme/shop environment Production',
        `marked      ${fresh} is at every target`,
      ],
    ]);
    expect(done.stdout).toMatch(/Asked for\n(.*\n)*Rotated, and delivered to every target\.\n$/);
    const given = policy('operator').Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow');
    for (const { Sid, Action } of given) expect(enforcement.used).toContain(`reader: role ${Sid}: ${Action}`);
  });

  it('is told, where it may not read the record, what shows how it goes on: that is no error', async () => {
    const { arn } = deployed.world.account.iam.roles.get(sessionName('blind'));
    const { Statement, ...document } = policy('operator');
    const blind = Statement.filter(({ Sid }: { Sid: string }) => Sid !== 'FollowItInTheRecord');
    enforcement.allow(arn, { ...document, Statement: blind });
    const done = await typedAs('blind', ['deliver', 'shop', '--why', 'a red pipeline', '--yes']);
    expect(done).toMatchObject({ code: 0, stderr: '' });
    expect(done.stdout.replaceAll(/\s+/g, ' ')).toContain('keyturn status shop shows it to whoever may.');
    await deployed.world.runUntil(new Date(deployed.world.clock.now() + 60_000));
    const scripted = ['deliver', 'shop', '--verify', '--why', 'a red pipeline', '--yes', '--no-follow'];
    expect((await typedAs('ops', scripted)).stdout).toMatch(/Asked for\n {2}in the record: run \S+\n$/);
  });

  it.each<[string, string, readonly string[], number, string]>([
    ['is not asked where nobody can answer', 'ops', pause, 2, 'say --yes to have it done, or --dry-run to look'],
    [
      'is told what a request lacks before it is sent',
      'ops',
      [...pause.slice(0, -1), 'free\u202eze'],
      2,
      'why: expected one line',
    ],
    [
      'is refused beyond 90 days',
      'ops',
      ['pause', 'shop', '--until', '2027-03-01', '--why', 'x', '--yes'],
      1,
      'beyond-level: until: an operator pauses for 90',
    ],
    [
      'is refused a key that there is not',
      'ops',
      ['resume', 'nobody', '--why', 'x', '--yes'],
      1,
      'unknown-key: There is no managed key "nobody"',
    ],
    [
      'has nothing to resume',
      'ops',
      ['resume', 'shop', '--why', 'x', '--yes'],
      1,
      'nothing-to-do: Key "shop" is not paused',
    ],
    [
      'asks no administrators’ front',
      'ops',
      [...pause, '--yes', '--administrator'],
      3,
      'Keyturn-KeyRotationAdministrator',
    ],
    [
      'accepts no exception, at neither front',
      'ops',
      ['exempt', 'shop', '--until', '2026-06-01', '--why', 'x', '--yes', '--front', FRONT],
      1,
      'beyond-level: Only an administrator asks for "exempt"',
    ],
    [
      'says an end of an exception, or that it is to end',
      'ops',
      ['exempt', 'shop', '--why', 'x', '--yes'],
      2,
      'Say until when with --until, or --end',
    ],
    ['hears that there is no such front', 'ops', [...pause, '--yes', '--front', `${FRONT}s`], 1, 'operators: true'],
    ['is somebody: nobody else gets so far', 'nobody', [...pause, '--yes'], 3, 'not authorized'],
  ])('%s', async (_what, person, args, code, words) => {
    if (args.includes(`${FRONT}s`)) {
      const { arn } = deployed.world.account.iam.roles.get('ops');
      const wide = JSON.stringify(policy('operator')).replaceAll(FRONT, `${FRONT}*`);
      enforcement.allow(arn, JSON.parse(wide));
    }
    const typedOut = await typedAs(person, args);
    expect(typedOut).toMatchObject({ code });
    expect(`${typedOut.stdout}${typedOut.stderr}`.replaceAll(/\s+/g, ' ')).toContain(words);
    expect(isPaused()).toBe(false);
  });
});

describe('the administrator of docs/examples', () => {
  const resource = `arn:aws:lambda:${REGION}:${ACCOUNT}:function:Keyturn-KeyRotationAdministrator`;
  const urlBy = (context: Readonly<Record<string, string>>, of = resource) =>
    mayWith([policy('administrator')], {
      action: 'lambda:InvokeFunctionUrl',
      resource: of,
      context: { 'lambda:FunctionUrlAuthType': 'AWS_IAM', ...context },
    });

  it('asks with a second factor of the last hour, and not without', async () => {
    expect(await urlBy({ 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': '60' })).toBe(true);
    expect(await urlBy({ 'aws:MultiFactorAuthPresent': 'true', 'aws:MultiFactorAuthAge': '3601' })).toBe(false);
    expect(await urlBy({ 'aws:MultiFactorAuthPresent': 'false' })).toBe(false);
    expect(await urlBy({})).toBe(false);
  });

  it('and the operator invoke no function with an event of their own, their front or another', async () => {
    for (const name of ['operator', 'administrator'])
      for (const of of ['Operator', 'Administrator', 'RotateFunction1234']) {
        const asked = { action: 'lambda:InvokeFunction', resource: resource.replace('Administrator', of) };
        const wide = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'lambda:*', Resource: '*' }] };
        expect(await mayWith([policy(name), wide], asked), `${name} ${of}`).toBe(false);
        const direct = { ...asked, context: { 'lambda:InvokedViaFunctionUrl': 'false' } };
        expect(await mayWith([policy(name), wide], direct), `${name} ${of}`).toBe(false);
      }
  });
});

describe('the deployer of docs/examples', () => {
  const deployer = policy('deployer');
  const may = (action: string, resource: string) => mayWith([deployer], { action, resource });

  it('takes on every role that the CDK asks for, and not the one that can do anything', async () => {
    const manifests = readdirSync(cdkOut).filter((file) => /^manifest\.json$|assets\.json$/.test(file));
    const text = manifests.map((file) => readFileSync(join(cdkOut, file), 'utf8')).join('\n');
    const roles = [...text.matchAll(/"arn:[^"]*:role\/(cdk-[^"]+)"/g)].map(([, name = '']) =>
      name.replaceAll(/\$\{AWS::AccountId\}/g, ACCOUNT).replaceAll(/\$\{AWS::Region\}/g, REGION),
    );
    const assumed = new Set(roles.filter((name) => !name.includes('cfn-exec')));
    expect(assumed.size).toBeGreaterThan(1);
    for (const role of assumed)
      expect(await may('sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/${role}`), role).toBe(true);
    for (const role of ['cdk-hnb659fds-cfn-exec-role-111122223333-eu-west-1', 'Admin']) {
      expect(await may('sts:AssumeRole', `arn:aws:iam::${ACCOUNT}:role/${role}`)).toBe(false);
    }
  });

  it('stores tokens, and reads none', async () => {
    const token = arnOfSecret('keyturn/connections/acme');
    for (const action of ['CreateSecret', 'PutSecretValue', 'TagResource', 'PutResourcePolicy']) {
      expect(await may(`secretsmanager:${action}`, token), action).toBe(true);
    }
    for (const resource of [token, arnOfSecret('keyturn/shop')]) {
      expect(await may('secretsmanager:GetSecretValue', resource)).toBe(false);
    }
    expect(await may('secretsmanager:PutSecretValue', arnOfSecret('keyturn/shop'))).toBe(false);
    expect(await may('iam:CreateAccessKey', `arn:aws:iam::${ACCOUNT}:user/ci-shop`)).toBe(false);
  });
});
