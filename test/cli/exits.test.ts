import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exitsSchema } from '../../cli/documents/exits';
import { roleSchema } from '../../functions/core/config/roles-config';
import { DAY } from '../../functions/core/duration';
import { iamRequestsOf } from '../permissions/iam-request';
import { Scene } from '../support/scene';
import { may } from './exits/may';
import { typed } from './typed';

const PIPELINE = '34.199.54.113';
const LAPTOP = '198.51.100.7';
const CLI = 'aws-cli/2.15.30 md/awscrt#0.19.19 ua/2.0 os/linux#5.15.0 md/arch#x86_64 lang/python#3.11.8';

let scene: Scene;
beforeEach(async () => {
  scene = await new Scene().start();
  return () => scene.close();
});

function exits(...args: readonly string[]) {
  const time = { now: () => new Date(scene.clock.now()), sleep: async () => {} };
  return typed(['exits', ...args], { time });
}

async function document(...args: readonly string[]) {
  const { code, stdout, stderr } = await exits(...args, '--json');
  expect(stderr).toBe('');
  return { code, ...exitsSchema.parse(JSON.parse(stdout)) };
}

/** A file with the addresses of the pipelines. */
function addresses(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'keyturn-exits-')), 'addresses');
  writeFileSync(file, text);
  return file;
}

/** CloudTrail's record of a call of the current key of a managed key. */
function recorded(id: string, service: string, eventName: string, more: Record<string, unknown> = {}): void {
  scene.clock.advanceBy(1_000);
  const at = new Date(scene.clock.now()).toISOString().replace(/\.\d+/, '');
  scene.account.reads.push({
    eventVersion: '1.11',
    userIdentity: { type: 'IAMUser', userName: `ci-${id}`, accessKeyId: scene.currentKey(id) },
    eventTime: at,
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: 'eu-west-1',
    sourceIPAddress: PIPELINE,
    userAgent: CLI,
    requestParameters: null,
    responseElements: null,
    requestID: 'any',
    eventID: `${at}-${scene.account.reads.length}`.padEnd(36, '0'),
    readOnly: true,
    ...more,
  });
}

const deploys = (id: string, more = {}) => {
  recorded(id, 'ecr', 'GetAuthorizationToken', more);
  recorded(id, 'ecr', 'PutImage', { requestParameters: { repositoryName: id }, ...more });
};
const blocks = ({ keys }: Awaited<ReturnType<typeof document>>) => keys[0]?.blockers.map(({ code }) => code);

describe('keyturn exits', () => {
  it('knows nothing where AWS alone called, for a call before that is not in the history', async () => {
    scene.manage('shop');
    await scene.day();
    deploys('shop', { sourceIPAddress: 'cloudformation.amazonaws.com' });
    const { keys } = await document();
    expect(keys).toMatchObject([{ id: 'shop', role: 'unknown', clients: [{ is: 'service' }] }]);
  });

  it('tells who uses each key, from where and for what, whatever access key of it', async () => {
    scene.manage('shop');
    scene.manage('quiet');
    await scene.day();
    deploys('shop');
    const [first] = scene.keys('ci-shop').map(({ AccessKeyId }) => AccessKeyId);
    scene.clock.advanceBy(70 * DAY);
    deploys('shop');
    scene.clock.advanceBy(20 * DAY);
    await scene.day();
    deploys('shop');
    const { code, keys, regions, unread } = await document();
    expect({ code, unread, regions }).toEqual({ code: 0, unread: [], regions: ['eu-west-1', 'us-east-1'] });
    const [quiet, shop] = keys;
    expect(quiet).toMatchObject({ id: 'quiet', role: 'unknown', clients: [], calls: [] });
    expect(shop).toMatchObject({
      user: 'ci-shop',
      targets: ['bitbucket acme/shop environment Production'],
      readers: [],
      accessKeys: [
        { accessKeyId: scene.currentKey('shop'), is: 'current', calls: 2 },
        // What it did first is older than the event history.
        { accessKeyId: first, is: 'superseded', calls: 2 },
      ],
      clients: [{ from: PIPELINE, agent: expect.stringContaining('aws-cli/2.15.30'), is: 'perhaps', calls: 4 }],
      calls: [
        { call: 'ecr:GetAuthorizationToken', times: 2, refused: 0, regions: ['eu-west-1'] },
        { call: 'ecr:PutImage', times: 2 },
      ],
      role: 'perhaps',
      provider: 'perhaps',
      blockers: [],
      isWhole: true,
    });
  });

  it('still has what a key did that was deleted meanwhile', async () => {
    scene.manage('shop', { policy: { rotateAfter: 10, deactivateAfter: 14, deleteAfter: 18 } });
    await scene.day();
    deploys('shop');
    const first = scene.currentKey('shop');
    for (const days of [10, 4, 4, 1]) {
      scene.clock.advanceBy(days * DAY);
      await scene.day();
    }
    expect(scene.keys('ci-shop').map(({ AccessKeyId }) => AccessKeyId)).not.toContain(first);
    const { keys } = await document('shop');
    expect(keys[0]?.accessKeys).toContainEqual({ accessKeyId: first, is: 'gone', calls: 2 });
  });

  it('proposes a policy that allows exactly the calls which a real client made', async () => {
    scene.manage('shop');
    await scene.day();
    scene.account.invoke(scene.admin, 'ssm', 'PutParameter', { Name: '/shop/version', Value: '1', Type: 'String' });
    scene.secret('shop/db', 'any');
    const { accessKeyId = '', secretAccessKey = '' } = scene.held('shop');
    const client = { credentials: { accessKeyId, secretAccessKey }, region: 'eu-west-1', endpoint: scene.accountUrl };
    const before = scene.calls.length;
    await new SSMClient(client).send(new GetParameterCommand({ Name: '/shop/version' }));
    await new SecretsManagerClient(client).send(new DescribeSecretCommand({ SecretId: 'shop/db' }));
    const made = scene.calls.slice(before);
    const { keys } = await document('shop');
    const { policy = {}, clients, calls } = keys[0] ?? {};
    expect(calls?.map(({ call }) => call)).toEqual(['secretsmanager:DescribeSecret', 'ssm:GetParameter']);
    const guessed = { from: '127.0.0.1', is: 'perhaps', by: 'a guess: an agent on Linux' };
    // The two libraries have versions of their own.
    for (const client_ of clients ?? []) expect(client_).toMatchObject(guessed);
    expect(made).toHaveLength(2);
    for (const request of made.flatMap((call) => iamRequestsOf(call, scene.account, ''))) {
      expect(await may(policy, request.action, request.resource), request.action).toBe(true);
      expect(await may(policy, request.action, request.resource.replace('shop', 'other'))).toBe(false);
    }
    const parameter = 'arn:aws:ssm:eu-west-1:111122223333:parameter/shop/version';
    expect(await may(policy, 'ssm:PutParameter', parameter)).toBe(false);
  });

  it("takes pipelines for what they are by their addresses, of Atlassian's file or of one's own", async () => {
    scene.manage('shop');
    await scene.day();
    deploys('shop');
    const items = [
      { cidr: `${PIPELINE}/32`, product: ['pipelines'] },
      { cidr: '0.0.0.0/0', product: ['jira'] },
    ];
    const file = addresses(JSON.stringify({ items }));
    expect(await document('shop', '--pipelines', file)).toMatchObject({ code: 0, keys: [{ role: 'yes' }] });
    const own = addresses('# our runners\n34.199.0.0/16\n2001:db8::1\n');
    expect(await document('shop', '--pipelines', own)).toMatchObject({ keys: [{ clients: [{ is: 'pipeline' }] }] });
    const elsewhere = await document('shop', '--pipelines', addresses('203.0.113.0/24'));
    expect(elsewhere.code).toBe(1);
    expect(blocks(elsewhere)).toEqual(['other-client']);
  });

  it('says what blocks: a browser, a call that takes a key, a refused call is none', async () => {
    scene.manage('shop');
    await scene.day();
    deploys('shop');
    recorded('shop', 'sts', 'GetSessionToken');
    recorded('shop', 'iam', 'ListUsers', { errorCode: 'AccessDenied' });
    const browser = { sourceIPAddress: LAPTOP, userAgent: 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)' };
    deploys('shop', browser);
    recorded('shop', 'ec2', 'DescribeInstances', browser);
    recorded('shop', 'kms', 'Decrypt', { sourceIPAddress: 'secretsmanager.amazonaws.com' });
    const told = await document('shop');
    expect(told.code).toBe(1);
    expect(blocks(told)).toEqual(['other-client', 'key-only-call']);
    const [key] = told.keys;
    expect(key?.clients.map(({ from, is }) => `${from} ${is}`)).toEqual([
      `${PIPELINE} perhaps`,
      `${LAPTOP} other`,
      'secretsmanager.amazonaws.com service',
    ]);
    expect(key?.blockers[0]?.says).toContain(`${LAPTOP} (by its agent: a browser)`);
    expect(key?.gaps.join(' ')).toContain('It was refused iam:ListUsers, which is left out.');
    expect(JSON.stringify(key?.policy)).not.toContain('iam:ListUsers');
    // What a browser did is no pipeline's right.
    expect(JSON.stringify(key?.policy)).not.toContain('DescribeInstances');
    expect(key?.gaps.join(' ')).toContain('whoever is no pipeline, is left out');
  });

  it('says which rights of the policy give more rights: a thief may have called them, too', async () => {
    scene.manage('shop');
    await scene.day();
    deploys('shop');
    const quiet = await document('shop');
    expect(quiet.keys[0]?.gaps.join(' ')).not.toContain('give more rights');
    for (const name of ['CreateAccessKey', 'AttachUserPolicy', 'ListUsers']) recorded('shop', 'iam', name);
    recorded('shop', 's3', 'PutBucketPolicy', { requestParameters: { bucketName: 'shop' } });
    const { keys } = await document('shop');
    expect(keys[0]?.gaps).toContainEqual(
      expect.stringMatching(/^iam:AttachUserPolicy, iam:CreateAccessKey, s3:PutBucketPolicy .*give more rights/),
    );
  });

  it('says what blocks: where it is delivered, who reads the secret, a key that was made by hand', async () => {
    const of = 'arn:aws:lambda:eu-west-1:111122223333:function:deliver';
    const targets = [{ type: 'function' as const, function: of, target: {} }];
    scene.manage('hosted');
    scene.register({ ...scene.entry('hosted'), targets });
    scene.manage('wide', { deliverTo: [{ workspace: 'acme', repository: undefined, environment: undefined }] });
    scene.manage('read');
    await scene.day();
    const reader = 'arn:aws:iam::111122223333:role/Bitbucket';
    const policy = JSON.parse(
      scene.account.secretsManager.getResourcePolicy({ SecretId: 'keyturn/read' }).ResourcePolicy ?? '',
    );
    const Statement = [
      ...policy.Statement,
      {
        Sid: 'Read',
        Effect: 'Allow',
        Principal: { AWS: reader },
        Action: ['secretsmanager:GetSecretValue'],
        Resource: '*',
      },
    ];
    const ResourcePolicy = JSON.stringify({ ...policy, Statement });
    scene.account.secretsManager.putResourcePolicy({ SecretId: 'keyturn/read', ResourcePolicy });
    const foreign = scene.createKey('ci-read');
    recorded('read', 'ecr', 'PutImage', { userIdentity: { type: 'IAMUser', accessKeyId: foreign.AccessKeyId } });
    const { code, keys } = await document();
    expect(code).toBe(1);
    expect(keys.map(({ id, blockers }) => [id, blockers.map((one) => one.code)])).toEqual([
      ['hosted', ['no-step']],
      ['read', ['foreign-key', 'reader']],
      ['wide', ['workspace']],
    ]);
    expect(keys[1]?.readers).toEqual([reader]);
    // Whoever has made a key writes no policy with it.
    expect(keys[1]).not.toHaveProperty('policy');
  });

  it('writes the role and the step, which are sound once the UUIDs stand in them', async () => {
    const environment = '{8c3e4a52-6a52-4d2b-9a53-0c2b7c1d9e11}';
    scene.manage('shop', {
      deliverTo: [{}, { environment: 'Staging EU' }, { repository: 'acme/docs', environment: undefined }],
    });
    scene.register(
      scene.entry('shop', { deliverTo: [{}, { environment }, { repository: 'acme/docs', environment: undefined }] }),
    );
    await scene.day();
    deploys('shop');
    const { keys } = await document('shop');
    const [shop, docs] = keys[0]?.changes ?? [];
    const uuid = '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}';
    const filled = (yaml = '') => parse(yaml.replaceAll(/'UUID OF [A-Z ]+'/g, `'${uuid}'`)).roles;
    const [role, ...more] = filled(shop?.yaml);
    expect(more).toEqual([]);
    expect(roleSchema.parse(role)).toMatchObject({
      name: 'shop-1',
      bitbucket: { workspace: 'acme', repositoryUuid: uuid, environmentUuids: [uuid, environment] },
      managedPolicies: ['arn:aws:iam::111122223333:policy/shop-1'],
    });
    expect(() => roleSchema.parse(parse(shop?.yaml ?? '').roles[0])).toThrow('expected the UUID of the workspace');
    expect(roleSchema.parse(filled(docs?.yaml)[0]).bitbucket).toMatchObject({ anyStep: true });
    expect(shop?.steps).toHaveLength(2);
    const [step = '', other = ''] = shop?.steps ?? [];
    expect(parse(step)[0].step).toMatchObject({ deployment: 'Production', oidc: true });
    expect(step).toContain('export AWS_ROLE_ARN=arn:aws:iam::111122223333:role/shop-1\n');
    expect(other).toContain(`# the name of the environment ${environment}`);
    expect(keys[0]?.variables).toContain('AWS_ACCESS_KEY_ID of bitbucket acme/shop environment Production');
    expect(keys[0]?.notes.join()).toContain('anyStep');
  });
});

describe('keyturn exits, for people', () => {
  it('is a table of all keys in 80 columns, and everything about those that are named', async () => {
    scene.manage('shop');
    scene.manage(`a-key-with-a-name-that-is-as-long-as-a-name-can-be-${'x'.repeat(12)}`, {
      user: 'ci-long',
      deliverTo: [{ workspace: 'acme', repository: undefined, environment: undefined }],
    });
    await scene.day();
    deploys('shop');
    const all = await exits();
    expect(all.code).toBe(1);
    expect(all.stdout).toMatch(/^key +calls +role +provider +what blocks it\n/);
    expect(all.stdout).toMatch(/^shop +2 +perhaps +perhaps$/m);
    expect(all.stdout).toMatch(/^a-key-with\S+ +0 +no +no +a whole workspace$/m);
    const one = await exits('shop');
    for (const { stdout } of [all, one]) {
      const long = stdout.split('\n').filter((line) => line.length > 80 && line.trim().includes(' '));
      // What is to be copied stays whole.
      expect(
        long.filter((line) => !/^(keyturn|aws|#|\s+- (export|printf)|\s+managedPolicies|\s+\w+Uuid)/.test(line)),
      ).toEqual([]);
    }
    expect(one.code).toBe(0);
    expect(one.stdout).toContain('A role by OpenID Connect can take over, if those who use the key are pipelines');
    expect(one.stdout).toContain('    deployment: Production\n    oidc: true\n');
    expect(one.stdout.replaceAll(/\s+/g, ' ')).toContain(
      'event history has no data events: reading and writing objects',
    );
  });

  it('prints commands that ask as it was asked', async () => {
    scene.manage('shop');
    await scene.day();
    deploys('shop');
    recorded('shop', 'ec2', 'DescribeInstances', { sourceIPAddress: LAPTOP });
    const file = addresses(`${PIPELINE}\n${LAPTOP}`);
    const asked = ['--pipelines', file, '--regions', 'eu-north-1', '--most-calls', '500', '--region', 'eu-west-1'];
    const { stdout } = await exits('shop', ...asked);
    const text = stdout.replaceAll(' \\\n ', '');
    const [, again = ''] = /^keyturn exits (.*) \| jq/m.exec(text) ?? [];
    const [one, other] = [
      await document('shop', ...asked),
      await document(...again.split(' ').filter((word) => word !== '--json')),
    ];
    expect(other).toMatchObject({ regions: one.regions, keys: [{ policy: one.keys[0]?.policy }] });
    expect(one.regions).toContain('eu-north-1');
    expect(again).toContain(asked.join(' '));
    expect(text).toContain(`keyturn migrate shop --to role ${asked.join(' ')}\n`);
  });

  it('shows no control character, line break and turned direction of a record', async () => {
    scene.manage('shop');
    await scene.day();
    const odd = 'a\u001b]0;title\u0007b\nc\u202Ed';
    recorded('shop', odd, odd, { sourceIPAddress: odd, userAgent: odd, errorCode: odd });
    recorded('shop', 'ecr', 'PutImage', { requestParameters: { repositoryName: odd, __proto__: odd } });
    const { stdout } = await exits('shop');
    expect(stdout).toContain('a ]0;title b c d');
    for (const unseen of ['\u001b', '\u0007', '\u202e']) expect(stdout).not.toContain(unseen);
    expect(stdout.split('\n').filter((line) => line.startsWith('c'))).toEqual([]);
    expect((await exits('shop', '--json')).stdout).not.toMatch(/\\u001b|\\u202e|\u202e/i);
  });

  it('tells the missing right by its name, and ends with 3; the rest is there (K11)', async () => {
    scene.manage('shop');
    await scene.day();
    deploys('shop');
    const denied = { kind: 'error', status: 400, code: 'AccessDeniedException', message: 'no' } as const;
    scene.awsFault = ({ action }) => (action === 'LookupEvents' ? denied : undefined);
    const { code, stdout } = await exits('shop');
    expect(code).toBe(3);
    expect(stdout).toContain('cloudtrail:LookupEvents');
    expect(stdout).toContain('bitbucket acme/shop environment Production');
    scene.awsFault = ({ action }) => (action === 'GetResourcePolicy' ? denied : undefined);
    const told = await document('shop');
    expect(told).toMatchObject({ code: 3, keys: [{ role: 'unknown' }] });
    expect(told.unread[0]?.message).toContain('secretsmanager:GetResourcePolicy');
  });

  it.each([
    [['none'], 'No managed key here has the ID'],
    [['--regions', 'somewhere'], 'expected regions such as'],
    [['--pipelines', '/nowhere'], '/nowhere cannot be read'],
  ])('refuses %j', async (args, message) => {
    const { code, stderr } = await exits(...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });

  it.each([
    ['{"items": 1}', 'is not in the form of ip-ranges.atlassian.com'],
    ['any', 'expected an address or a range'],
    ...['10.0.0.0/99', '10.0.0.0/', '10.0.0.0/ ', '10.0.0.0/8/24', '10.0.0.0/0x8', '0.0.0.0/0', '::/0'].map(
      (range): [string, string] => [range, 'expected an address or a range'],
    ),
    ['# none\n', 'has no address in it'],
  ])('refuses %j as addresses', async (text, message) => {
    const { code, stderr } = await exits('--pipelines', addresses(text));
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(message) });
  });
});

describe("CloudTrail's event history", () => {
  it('is asked once a second in a region, and not to its end where it is long: that is told', async () => {
    scene.manage('shop');
    await scene.day();
    for (let call = 0; call < 1_001; call += 1) recorded('shop', 'ecr', 'DescribeImages');
    const slept: number[] = [];
    const time = {
      now: () => new Date(scene.clock.now()),
      sleep: async (wait: number) => {
        slept.push(wait);
        scene.clock.advanceBy(wait);
      },
    };
    const { code, stdout } = await typed(['exits', 'shop', '--json'], { time });
    const { keys, unread } = exitsSchema.parse(JSON.parse(stdout));
    expect(code).toBe(3);
    expect(keys[0]).toMatchObject({ isWhole: false, calls: [{ times: 1_000 }], role: 'perhaps' });
    expect(keys[0]?.unseen).toEqual([
      expect.stringMatching(/^Only its latest \d+ calls were read.*before is not known/),
    ]);
    expect(unread).toEqual([
      {
        source: expect.stringContaining('the older calls of AKIA'),
        message: 'Its calls were read back to 2026-01-01 (20 pages were read): --most-calls asks for more.',
      },
    ]);
    expect(slept.length).toBeGreaterThanOrEqual(19);
    expect(scene.calls.filter(({ action }) => action === 'LookupEvents')).toHaveLength(21);
    expect(await document('shop', '--most-calls', '1100')).toMatchObject({ code: 0, keys: [{ isWhole: true }] });
  });

  it('is asked in the regions that keys were delivered for, and that somebody names', async () => {
    scene.manage('shop', { deliverTo: [{ region: 'eu-central-1' }] });
    await scene.day();
    recorded('shop', 'ecr', 'PutImage', { awsRegion: 'ap-south-1' });
    const { regions, keys } = await document('shop', '--regions', 'ap-south-1,cn-north-1');
    expect(regions).toEqual(['eu-west-1', 'us-east-1', 'eu-central-1', 'ap-south-1']);
    expect(keys[0]?.calls).toMatchObject([{ call: 'ecr:PutImage', regions: ['ap-south-1'] }]);
  });
});
