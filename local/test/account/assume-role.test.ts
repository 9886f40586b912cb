import { CreatePolicyCommand } from '@aws-sdk/client-iam';
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { AssumeRoleCommand, type AssumeRoleCommandInput, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { world } from './world';

const BOB = 'arn:aws:iam::111122223333:user/bob';
const ROLE = 'arn:aws:iam::111122223333:role/deploy';
const document = (...Statement: readonly object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const trust = (Action: unknown, Condition = {}, AWS = BOB) =>
  document({ Effect: 'Allow', Principal: { AWS }, Action, Condition });
const TAGGED = ['sts:AssumeRole', 'sts:TagSession'];
const Tags = [
  { Key: 'app:repository', Value: '7b3e' },
  { Key: 'app:branch', Value: 'feature/x y' },
];

/** Bob, who may take the role that has this policy. */
async function taking(AssumeRolePolicyDocument: string, MaxSessionDuration?: number) {
  const here = await world();
  const { sts } = here.clients(here.userWithKey('bob').keys);
  here.account.iam.roles.create({ RoleName: 'deploy', AssumeRolePolicyDocument, MaxSessionDuration });
  const take = async (more: Partial<AssumeRoleCommandInput> = {}, by = sts) => {
    const taken = await by.send(new AssumeRoleCommand({ RoleArn: ROLE, RoleSessionName: 'step-1', ...more }));
    const { AccessKeyId = '', SecretAccessKey = '', SessionToken = '', Expiration } = taken.Credentials ?? {};
    return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken, Expiration };
  };
  return { ...here, take };
}

const denied = (action: string) => ({
  name: 'AccessDenied',
  message: `User: ${BOB} is not authorized to perform: ${action} on resource: ${ROLE}`,
});

// IAM's user guide, "Pass session tags in AWS STS".
describe('a role that is taken with tags', () => {
  it('has to let them come along, by an action of their own', async () => {
    const { take } = await taking(trust('sts:AssumeRole'));
    await expect(take()).resolves.toBeDefined();
    await expect(take({ Tags })).rejects.toMatchObject(denied('sts:TagSession'));
    await expect((await taking(trust(TAGGED))).take({ Tags })).resolves.toBeDefined();
  });

  it.each<[string, object, boolean]>([
    ['that it asks for', { StringEquals: { 'aws:RequestTag/app:repository': '7b3e' } }, true],
    ['in another case', { StringEquals: { 'aws:RequestTag/App:Repository': '7b3e' } }, true],
    ['of another value', { StringEquals: { 'aws:RequestTag/app:repository': '8c3e' } }, false],
    ['that are not there', { StringEquals: { 'aws:RequestTag/app:environment': '8c3e' } }, false],
    ['and no other', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['app:repository', 'app:branch'] } }, true],
    ['but not all of these', { 'ForAllValues:StringEquals': { 'aws:TagKeys': ['app:repository'] } }, false],
  ])('can ask for tags %s', async (_name, condition, isTrusted) => {
    const { take } = await taking(trust(TAGGED, condition));
    if (isTrusted) await expect(take({ Tags })).resolves.toBeDefined();
    else await expect(take({ Tags })).rejects.toMatchObject(denied('sts:AssumeRole'));
  });

  it('can ask for the name of the session', async () => {
    const { take } = await taking(trust('sts:AssumeRole', { StringLike: { 'sts:RoleSessionName': 'step-*' } }));
    await expect(take()).resolves.toBeDefined();
    await expect(take({ RoleSessionName: 'by-hand' })).rejects.toMatchObject(denied('sts:AssumeRole'));
  });

  // API reference, `Tag` and `AssumeRole`.
  it.each<[string, Partial<AssumeRoleCommandInput>]>([
    ['a value in braces', { Tags: [{ Key: 'a', Value: '{7b3e}' }] }],
    ['a value with a hash', { Tags: [{ Key: 'a', Value: 'fix#1' }] }],
    ['a value with a line break', { Tags: [{ Key: 'a', Value: 'x\ny' }] }],
    ['a value that is too long', { Tags: [{ Key: 'a', Value: 'x'.repeat(257) }] }],
    ['a key that is too long', { Tags: [{ Key: 'a'.repeat(129), Value: '' }] }],
    ['a key of AWS', { Tags: [{ Key: 'aws:a', Value: '' }] }],
    ['too many', { Tags: Array.from({ length: 51 }, (_, at) => ({ Key: `k${at}`, Value: '' })) }],
    ['a policy that is too long', { Policy: document({ Sid: 'x'.repeat(2_048), Effect: 'Deny', Action: '*' }) }],
    ['a policy with other letters', { Policy: document({ Sid: 'ł', Effect: 'Deny', Action: '*', Resource: '*' }) }],
    ['a name of the session with a space', { RoleSessionName: 'a b' }],
    ['a name of the session that is too long', { RoleSessionName: 'x'.repeat(65) }],
    ['a session that is too short', { DurationSeconds: 899 }],
    ['a session that is longer than the role allows', { DurationSeconds: 3_601 }],
  ])('is refused with %s', async (_name, more) => {
    const { take } = await taking(trust(TAGGED));
    await expect(take(more)).rejects.toMatchObject({ name: 'ValidationError' });
  });

  it('is refused with one key in two spellings', async () => {
    const twice = [
      { Key: 'a', Value: '' },
      { Key: 'A', Value: '' },
    ];
    const { take } = await taking(trust(TAGGED));
    await expect(take({ Tags: twice })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });

  it('is refused with a policy that names a principal', async () => {
    const { take } = await taking(trust(TAGGED));
    await expect(take({ Policy: trust('*') })).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
  });

  it('is in the history of events, with its tags and the ID of what was given', async () => {
    const { account, take } = await taking(trust(TAGGED));
    const { accessKeyId, secretAccessKey, sessionToken } = await take({ Tags });
    const record = account.reads.find(({ eventName }) => eventName === 'AssumeRole');
    expect(record).toMatchObject({
      requestParameters: { roleSessionName: 'step-1', tags: [{ key: 'app:repository', value: '7b3e' }, {}] },
      responseElements: { credentials: { accessKeyId } },
    });
    expect(JSON.stringify(record)).not.toContain(secretAccessKey);
    expect(JSON.stringify(record)).not.toContain(sessionToken);
  });
});

// IAM's user guide, "Role chaining".
it('a role that is taken by the session of another one ends after an hour at most', async () => {
  const { take, clients } = await taking(trust('sts:AssumeRole', {}, '*'), 43_200);
  const { sts } = clients(await take({ DurationSeconds: 43_200 }));
  await expect(take({ DurationSeconds: 3_600 }, sts)).resolves.toBeDefined();
  await expect(take({ DurationSeconds: 3_601 }, sts)).rejects.toMatchObject({
    name: 'ValidationError',
    message: expect.stringContaining('1 hour session limit'),
  });
});

// IAM's user guide, "Session policies".
describe('a session with a policy', () => {
  async function narrowed(Policy: string | undefined, more: Partial<AssumeRoleCommandInput> = {}) {
    const here = await taking(trust(TAGGED));
    for (const Name of ['shop/db', 'shop/other']) {
      await here.secrets.send(new CreateSecretCommand({ Name, SecretString: Name }));
    }
    const session = await here.take({ Policy, Tags, ...more });
    const secrets: SecretsManagerClient = here.clients(session).secrets;
    const read = async (SecretId: string) => (await secrets.send(new GetSecretValueCommand({ SecretId }))).SecretString;
    return { ...here, session, secrets, read };
  }
  const one = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue' };
  const own = { ...one, Resource: 'arn:aws:secretsmanager:*:*:secret:shop/db-*' };
  const refused = { name: 'AccessDeniedException', message: expect.stringContaining('session policy') };

  it('may do what that allows, and nothing else; it may always ask who it is', async () => {
    const { read, secrets, clients, session } = await narrowed(document(own));
    expect(await read('shop/db')).toBe('shop/db');
    await expect(read('shop/other')).rejects.toMatchObject(refused);
    await expect(secrets.send(new DescribeSecretCommand({ SecretId: 'shop/db' }))).rejects.toMatchObject(refused);
    await expect(secrets.send(new ListSecretsCommand({}))).rejects.toMatchObject(refused);
    await expect(clients(session).sts.send(new GetCallerIdentityCommand({}))).resolves.toMatchObject({
      Arn: 'arn:aws:sts::111122223333:assumed-role/deploy/step-1',
    });
  });

  it('may not do what that denies', async () => {
    const { read } = await narrowed(document({ ...one, Resource: '*' }, { ...own, Effect: 'Deny' }));
    expect(await read('shop/other')).toBe('shop/other');
    await expect(read('shop/db')).rejects.toMatchObject({ message: expect.stringContaining('explicit deny') });
  });

  it('can be held to its own tags', async () => {
    const Condition = { StringEquals: { 'aws:PrincipalTag/app:repository': '7b3e' } };
    expect(await (await narrowed(document({ ...own, Condition }))).read('shop/db')).toBe('shop/db');
    const other = { StringEquals: { 'aws:PrincipalTag/app:repository': '8c3e' } };
    await expect((await narrowed(document({ ...own, Condition: other }))).read('shop/db')).rejects.toMatchObject(
      refused,
    );
  });

  it('is refused what a policy of it asks that is not known here', async () => {
    const Resource = 'arn:aws:secretsmanager:*:*:secret:$' + '{aws:PrincipalTag/a}';
    const { read } = await narrowed(document(own, { Effect: 'Deny', Action: '*', Resource }));
    await expect(read('shop/db')).rejects.toMatchObject({ message: expect.stringContaining('cannot be judged here') });
  });

  it('may do what a managed policy of the account allows, beside its own', async () => {
    const { iam, take, clients } = await narrowed(undefined);
    const PolicyDocument = document(own);
    const { Policy: made } = await iam.send(new CreatePolicyCommand({ PolicyName: 'shop', PolicyDocument }));
    const session = await take({ PolicyArns: [{ arn: made?.Arn }] });
    const { secrets } = clients(session);
    await expect(secrets.send(new GetSecretValueCommand({ SecretId: 'shop/db' }))).resolves.toBeDefined();
    await expect(secrets.send(new GetSecretValueCommand({ SecretId: 'shop/other' }))).rejects.toMatchObject(refused);
    const PolicyArns = [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }];
    await expect(take({ PolicyArns })).rejects.toMatchObject({ message: expect.stringContaining('not known here') });
  });
});
