import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  DeleteAccessKeyCommand,
  GenerateCredentialReportCommand,
  GetAccessKeyLastUsedCommand,
  GetCredentialReportCommand,
  ListAccessKeysCommand,
  ListAttachedUserPoliciesCommand,
  ListEntitiesForPolicyCommand,
  ListPoliciesCommand,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { Account } from '../../account/account';
import { CREDENTIAL_REPORT_COLUMNS } from '../../account/credential-report';
import type { KeySpread } from '../../account/key-spread';
import { Clock } from '../../clock';
import { DAY, HOUR, START, world } from './world';

describe("a user's managed policies", () => {
  it('are listed as they were attached, such as the one by which AWS puts a leaked key in quarantine', async () => {
    const { userWithKey, clients } = await world();
    userWithKey('bob');
    const { iam } = clients();
    const PolicyArn = 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3';
    await iam.send(new AttachUserPolicyCommand({ UserName: 'bob', PolicyArn }));
    const { AttachedPolicies, IsTruncated } = await iam.send(new ListAttachedUserPoliciesCommand({ UserName: 'bob' }));
    expect([AttachedPolicies, IsTruncated]).toEqual([
      [{ PolicyName: 'AWSCompromisedKeyQuarantineV3', PolicyArn }],
      false,
    ]);
  });

  it('are listed for the account, and whoever has one of them, page by page', async () => {
    const { userWithKey, clients } = await world();
    for (const user of ['bob', 'carol', 'dave']) userWithKey(user);
    const { iam } = clients();
    const PolicyArn = 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV9';
    const own = 'arn:aws:iam::111122223333:policy/ci/deploy';
    const attached = { Scope: 'AWS', OnlyAttached: true } as const;
    expect((await iam.send(new ListPoliciesCommand(attached))).Policies).toEqual([]);
    expect((await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn }))).PolicyUsers).toEqual([]);
    await expect(iam.send(new ListEntitiesForPolicyCommand({ PolicyArn: own }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
    for (const UserName of ['dave', 'bob']) await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn }));
    await iam.send(new AttachUserPolicyCommand({ UserName: 'carol', PolicyArn: own }));
    expect((await iam.send(new ListPoliciesCommand(attached))).Policies).toEqual([
      {
        PolicyName: 'AWSCompromisedKeyQuarantineV9',
        Arn: PolicyArn,
        Path: '/',
        AttachmentCount: 2,
        IsAttachable: true,
      },
    ]);
    expect((await iam.send(new ListPoliciesCommand({ Scope: 'Local' }))).Policies).toMatchObject([
      { PolicyName: 'deploy', Path: '/ci/' },
    ]);
    const first = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn, MaxItems: 1 }));
    expect(first).toMatchObject({ PolicyUsers: [{ UserName: 'bob' }], IsTruncated: true });
    const { Marker } = first;
    const second = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn, MaxItems: 1, Marker }));
    expect(second).toMatchObject({ PolicyUsers: [{ UserName: 'dave' }], IsTruncated: false });
    const roles = await iam.send(new ListEntitiesForPolicyCommand({ PolicyArn, EntityFilter: 'Role' }));
    expect([roles.PolicyUsers, roles.PolicyRoles]).toEqual([[], []]);
  });
});

describe('access keys', () => {
  it('authenticate only after they have spread', async () => {
    const { clock, userWithKey, clients } = await world({ newKeyDelay: 8000 });
    const { keys } = userWithKey('bob');
    const prove = () => clients(keys).sts.send(new GetCallerIdentityCommand({}));
    await expect(prove()).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
    clock.advanceBy(7999);
    await expect(prove()).rejects.toMatchObject({ name: 'InvalidClientTokenId' });
    clock.advanceBy(1);
    await expect(prove()).resolves.toMatchObject({ Arn: 'arn:aws:iam::111122223333:user/bob' });
  });

  it('become known in each region on its own, and not once and for all', async () => {
    const spreads: Readonly<Record<string, KeySpread>> = {
      'eu-west-1': { first: 5_000, steady: 5_000 },
      'us-east-1': { first: 10_000, steady: 40_000, turn: 10_000 },
    };
    const { clock, userWithKey, clients } = await world({
      newKeySpread: (region) => spreads[region] ?? { first: 0, steady: 0 },
    });
    const { keys } = userWithKey('bob');
    const knownAt = async (second: number, region: string) => {
      clock.advanceTo(START + second * 1000);
      const asked = clients(keys, { region }).sts.send(new GetCallerIdentityCommand({}));
      return asked.then(
        () => true,
        ({ name }: Error) => (name === 'InvalidClientTokenId' ? false : name),
      );
    };
    const seen: unknown[] = [];
    for (const second of [4, 5, 9, 10, 20, 30, 39, 40]) {
      seen.push([second, await knownAt(second, 'eu-west-1'), await knownAt(second, 'us-east-1')]);
    }
    expect(seen).toEqual([
      [4, false, false],
      [5, true, false],
      [9, true, false],
      [10, true, true],
      [20, true, false],
      [30, true, true],
      [39, true, true],
      [40, true, true],
    ]);
  });

  it('show in lists only after a while, when lists are late', async () => {
    const { clock, account, iam, userWithKey } = await world({ keyListDelay: 8_000 });
    const { key } = userWithKey('bob');
    const listed = async () => {
      const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName: 'bob' }));
      return AccessKeyMetadata.map(({ Status }) => Status);
    };
    expect(await listed()).toEqual([]);
    clock.advanceBy(5_000);
    account.iam.accessKeys.setStatus(account.iam.users.get('bob'), key.id, 'Inactive');
    clock.advanceBy(2_999);
    expect(await listed()).toEqual([]);
    clock.advanceBy(1);
    expect(await listed()).toEqual(['Active']);
    clock.advanceBy(5_000);
    expect(await listed()).toEqual(['Inactive']);
  });

  it('stop authenticating when they are Inactive, and start again when they are Active', async () => {
    const { iam, userWithKey, clients } = await world();
    const { key, keys } = userWithKey('bob');
    const set = (Status: 'Active' | 'Inactive') =>
      iam.send(new UpdateAccessKeyCommand({ UserName: 'bob', AccessKeyId: key.id, Status }));
    await set('Inactive');
    await expect(clients(keys).sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
    await set('Active');
    await expect(clients(keys).sts.send(new GetCallerIdentityCommand({}))).resolves.toBeDefined();
  });

  it('show a use only after a while, and then the latest visible one', async () => {
    const { clock, iam, userWithKey, clients } = await world({ lastUsedDelay: 4 * HOUR });
    const { key, keys } = userWithKey('bob');
    const use = () => clients(keys).sts.send(new GetCallerIdentityCommand({}));
    const lastUse = async () => {
      const answer = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: key.id }));
      return answer.AccessKeyLastUsed?.LastUsedDate?.toISOString();
    };
    await use();
    clock.advanceBy(HOUR);
    await use();
    expect(await lastUse()).toBeUndefined();
    clock.advanceTo(START + 4 * HOUR);
    expect(await lastUse()).toBe('2026-01-01T00:00:00.000Z');
    clock.advanceBy(HOUR);
    expect(await lastUse()).toBe('2026-01-01T01:00:00.000Z');
  });

  it('are managed by their own user without a name, by a role only with one', async () => {
    const { account, userWithKey, clients } = await world();
    const { keys } = userWithKey('bob');
    const own = await clients(keys).iam.send(new ListAccessKeysCommand({}));
    expect(own.AccessKeyMetadata?.map((key) => key.AccessKeyId)).toEqual([keys.accessKeyId]);
    const role = clients(account.roleSession('arn:aws:iam::111122223333:role/delete', 'run'));
    const nameless = new DeleteAccessKeyCommand({ AccessKeyId: keys.accessKeyId });
    await expect(role.iam.send(nameless)).rejects.toMatchObject({
      name: 'ValidationError',
      message: 'Must specify userName when calling with non-User credentials',
    });
  });

  it('come from a seed: the same account twice gives the same keys', () => {
    const make = () => {
      const account = new Account({ clock: new Clock(START) });
      const key = account.iam.accessKeys.create(account.iam.users.create({ UserName: 'bob' }));
      return [key.id, key.secretAccessKey];
    };
    expect(make()).toEqual(make());
  });
});

describe('the credential report', () => {
  const read = async (iam: Awaited<ReturnType<typeof world>>['iam']) => {
    const { Content, GeneratedTime } = await iam.send(new GetCredentialReportCommand({}));
    const [header = '', ...lines] = Buffer.from(Content ?? [])
      .toString('utf8')
      .split('\n');
    const columns = header.split(',');
    const rows = lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [columns[index], cell])));
    return { columns, rows, GeneratedTime };
  };

  it("has all of AWS's columns, a slot for each key, and the last use as far as it is visible", async () => {
    const { clock, account, iam, userWithKey, clients } = await world({ lastUsedDelay: HOUR });
    const { user, key, keys } = userWithKey('bob');
    account.iam.accessKeys.create(user);
    await clients(keys).sts.send(new GetCallerIdentityCommand({}));
    clock.advanceBy(2 * HOUR);
    await clients(keys).sts.send(new GetCallerIdentityCommand({}));
    await iam.send(new UpdateAccessKeyCommand({ UserName: 'bob', AccessKeyId: key.id, Status: 'Inactive' }));
    await iam.send(new GenerateCredentialReportCommand({}));
    const { columns, rows } = await read(iam);
    expect(columns).toEqual([...CREDENTIAL_REPORT_COLUMNS]);
    expect(rows[0]).toMatchObject({ user: '<root_account>', arn: 'arn:aws:iam::111122223333:root' });
    expect(rows[1]).toMatchObject({
      user: 'bob',
      user_creation_time: '2026-01-01T00:00:00+00:00',
      password_enabled: 'false',
      access_key_1_active: 'false',
      access_key_1_last_rotated: '2026-01-01T00:00:00+00:00',
      access_key_1_last_used_date: '2026-01-01T00:00:00+00:00',
      access_key_1_last_used_region: 'eu-west-1',
      access_key_1_last_used_service: 'sts',
      access_key_2_active: 'true',
      access_key_2_last_used_date: 'N/A',
      cert_2_last_rotated: 'N/A',
    });
  });

  it('gives a new key the free slot, whichever that is', async () => {
    const { clock, account, iam, userWithKey } = await world();
    const { user, key } = userWithKey('bob');
    clock.advanceBy(DAY);
    account.iam.accessKeys.create(user);
    account.iam.accessKeys.delete(user, key.id);
    clock.advanceBy(DAY);
    account.iam.accessKeys.create(user);
    await iam.send(new GenerateCredentialReportCommand({}));
    const [, bob] = (await read(iam)).rows;
    expect(bob?.access_key_1_last_rotated).toBe('2026-01-03T00:00:00+00:00');
    expect(bob?.access_key_2_last_rotated).toBe('2026-01-02T00:00:00+00:00');
  });

  it('stays the same for four hours, then expires', async () => {
    const { clock, iam, userWithKey } = await world();
    const generate = async () => (await iam.send(new GenerateCredentialReportCommand({}))).State;
    expect(await generate()).toBe('STARTED');
    userWithKey('bob');
    clock.advanceBy(4 * HOUR - 1);
    expect(await generate()).toBe('COMPLETE');
    const old = await read(iam);
    expect(old.rows).toHaveLength(1);
    expect(old.GeneratedTime?.toISOString()).toBe('2026-01-01T00:00:00.000Z');
    clock.advanceBy(1);
    await expect(iam.send(new GetCredentialReportCommand({}))).rejects.toMatchObject({
      name: 'CredentialReportExpiredException',
      $metadata: { httpStatusCode: 410 },
    });
    expect(await generate()).toBe('STARTED');
    expect((await read(iam)).rows.map((row) => row.user)).toEqual(['<root_account>', 'bob']);
  });

  it('takes a while to make when it is told to', async () => {
    const { clock, iam } = await world({ credentialReportTime: 5000 });
    await iam.send(new GenerateCredentialReportCommand({}));
    await expect(iam.send(new GetCredentialReportCommand({}))).rejects.toMatchObject({
      name: 'CredentialReportNotReadyException',
    });
    expect((await iam.send(new GenerateCredentialReportCommand({}))).State).toBe('INPROGRESS');
    clock.advanceBy(5000);
    expect((await iam.send(new GenerateCredentialReportCommand({}))).State).toBe('COMPLETE');
    await expect(iam.send(new GetCredentialReportCommand({}))).resolves.toBeDefined();
  });

  it('takes a while of its own each time, where a function says so', async () => {
    const times = [1000, 3000];
    const { clock, iam } = await world({ credentialReportTime: () => times.shift() ?? 0 });
    for (const time of [1000, 3000]) {
      expect((await iam.send(new GenerateCredentialReportCommand({}))).State).toBe('STARTED');
      clock.advanceBy(time - 1);
      expect((await iam.send(new GenerateCredentialReportCommand({}))).State).toBe('INPROGRESS');
      clock.advanceBy(1);
      expect((await iam.send(new GenerateCredentialReportCommand({}))).State).toBe('COMPLETE');
      clock.advanceBy(4 * HOUR);
    }
  });

  it('is refused at first when it is told to, as IAM refuses it, and nothing is started', async () => {
    const { iam } = await world({ credentialReportRefusals: ['LimitExceeded', 'Throttling'] });
    const generate = () => iam.send(new GenerateCredentialReportCommand({}));
    await expect(generate()).rejects.toMatchObject({
      name: 'LimitExceededException',
      $metadata: { httpStatusCode: 409 },
    });
    await expect(iam.send(new GetCredentialReportCommand({}))).rejects.toMatchObject({
      name: 'CredentialReportNotPresentException',
    });
    await expect(generate()).rejects.toMatchObject({ name: 'Throttling', $metadata: { httpStatusCode: 400 } });
    expect((await generate()).State).toBe('STARTED');
  });
});

describe('sessions', () => {
  const trusts = (Principal: unknown, Action = 'sts:AssumeRole', Condition = {}) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal, Action, Condition }] });
  const trust = trusts({ AWS: 'arn:aws:iam::111122223333:root' });
  const federated = { Federated: 'arn:aws:iam::111122223333:oidc-provider/issuer.example' };

  // IAM's user guide, "Cross-account and same-account AssumeRole": the trust policy has to let the caller in.
  it.each([
    ['the user', trusts({ AWS: 'arn:aws:iam::111122223333:user/bob' }), true],
    ['the account', trust, true],
    ['another user', trusts({ AWS: 'arn:aws:iam::111122223333:user/eve' }), false],
    ['another account', trusts({ AWS: 'arn:aws:iam::999988887777:root' }), false],
    ['a service', trusts({ Service: 'lambda.amazonaws.com' }), false],
    ['tokens', trusts(federated, 'sts:AssumeRoleWithWebIdentity'), false],
    ['nobody', '{"Version":"2012-10-17","Statement":[]}', false],
    ['an external ID', trusts({ AWS: '*' }, 'sts:AssumeRole', { StringEquals: { 'sts:ExternalId': 'x' } }), false],
    ['what is not judged here', trusts({ AWS: '*' }, 'sts:AssumeRole', { BinaryEquals: { key: 'x' } }), false],
  ])('are for whom the role trusts: %s', async (_whom, AssumeRolePolicyDocument, isTrusted) => {
    const { account, userWithKey, clients } = await world();
    const { keys } = userWithKey('bob');
    userWithKey('eve');
    const { arn } = account.iam.roles.create({ RoleName: 'deploy', AssumeRolePolicyDocument });
    const taken = clients(keys).sts.send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'once' }));
    if (isTrusted) await expect(taken).resolves.toHaveProperty('Credentials');
    else await expect(taken).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  // IAM's user guide, "AWS JSON policy elements: Principal"; AWS re:Post, "Failed to update trust policy. Invalid principal".
  it.each(['user/nobody', 'role/nobody', 'role/path/there'])('are for nobody who is not there: %s', async (name) => {
    const { account, iam } = await world();
    account.iam.roles.create({ RoleName: 'there', AssumeRolePolicyDocument: trust });
    const AssumeRolePolicyDocument = trusts({ AWS: `arn:aws:iam::111122223333:${name}` });
    const refused = {
      name: 'MalformedPolicyDocumentException',
      message: `Invalid principal in policy: "AWS":"arn:aws:iam::111122223333:${name}"`,
    };
    const create = new CreateRoleCommand({ RoleName: 'deploy', AssumeRolePolicyDocument });
    await expect(iam.send(create)).rejects.toMatchObject(refused);
    const update = new UpdateAssumeRolePolicyCommand({ RoleName: 'there', PolicyDocument: AssumeRolePolicyDocument });
    await expect(iam.send(update)).rejects.toMatchObject(refused);
    expect(account.iam.roles.all()).toMatchObject([{ name: 'there', assumeRolePolicyDocument: trust }]);
    // Of another account nobody here knows who is there.
    const PolicyDocument = trusts({ AWS: 'arn:aws:iam::999988887777:role/any' });
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'there', PolicyDocument }));
  });

  it('are not for whoever is made anew under a name that a role trusts, until its policy is written again', async () => {
    const { account, userWithKey, clients, iam } = await world();
    const { user } = userWithKey('bob');
    const AssumeRolePolicyDocument = trusts({ AWS: user.arn });
    const { arn } = account.iam.roles.create({ RoleName: 'deploy', AssumeRolePolicyDocument });
    account.iam.users.delete(user);
    const { sts } = clients(userWithKey('bob').keys);
    const take = () => sts.send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'once' }));
    await expect(take()).rejects.toMatchObject({ name: 'AccessDenied' });
    const PolicyDocument = AssumeRolePolicyDocument;
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: 'deploy', PolicyDocument }));
    await expect(take()).resolves.toHaveProperty('Credentials');
  });

  it('are refused with what would make them less free and is not known here', async () => {
    const { account, userWithKey, clients } = await world();
    const { arn } = account.iam.roles.create({ RoleName: 'deploy', AssumeRolePolicyDocument: trust });
    const { sts } = clients(userWithKey('bob').keys);
    const asked = { RoleArn: arn, RoleSessionName: 'once' };
    const withToken = { ...asked, WebIdentityToken: 'a.b.c' };
    const PolicyArns = [{ arn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' }];
    for (const more of [{ ExternalId: 'x1' }, { SourceIdentity: 'bob' }, { TransitiveTagKeys: ['a'] }]) {
      const message = expect.stringContaining(`${Object.keys(more)[0]} is not known here`);
      await expect(sts.send(new AssumeRoleCommand({ ...asked, ...more }))).rejects.toMatchObject({ message });
    }
    for (const more of [{ Policy: trust }, { PolicyArns }, { ProviderId: 'www.amazon.com' }]) {
      const message = expect.stringContaining(`${Object.keys(more)[0]} is not known here`);
      const taken = sts.send(new AssumeRoleWithWebIdentityCommand({ ...withToken, ...more }));
      await expect(taken).rejects.toMatchObject({ message });
    }
  });

  it('end', async () => {
    const { account, clock, userWithKey, clients } = await world();
    const { arn } = account.iam.roles.create({ RoleName: 'deploy', AssumeRolePolicyDocument: trust });
    const { keys } = userWithKey('bob');
    const assume = new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'once', DurationSeconds: 900 });
    const { Credentials } = await clients(keys).sts.send(assume);
    const session = {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
    await expect(clients(session).sts.send(new GetCallerIdentityCommand({}))).resolves.toBeDefined();
    clock.advanceBy(900_000);
    await expect(clients(session).sts.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: expect.stringMatching(/^ExpiredToken/),
    });
  });

  it('are for roles that exist, and not for root', async () => {
    const { sts, userWithKey, clients, account } = await world();
    const { keys } = userWithKey('bob');
    const nobody = { RoleArn: 'arn:aws:iam::111122223333:role/nobody', RoleSessionName: 'once' };
    await expect(clients(keys).sts.send(new AssumeRoleCommand(nobody))).rejects.toMatchObject({ name: 'AccessDenied' });
    const { arn } = account.iam.roles.create({ RoleName: 'deploy', AssumeRolePolicyDocument: trust });
    await expect(sts.send(new AssumeRoleCommand({ RoleArn: arn, RoleSessionName: 'once' }))).rejects.toMatchObject({
      name: 'AccessDenied',
      message: 'Roles may not be assumed by root accounts.',
    });
  });

  it('tell root who it is', async () => {
    const { sts } = await world();
    await expect(sts.send(new GetCallerIdentityCommand({}))).resolves.toMatchObject({
      UserId: '111122223333',
      Arn: 'arn:aws:iam::111122223333:root',
    });
  });

  it('create keys for a user by name', async () => {
    const { account, clients, userWithKey } = await world();
    userWithKey('bob');
    const role = clients(account.roleSession('arn:aws:iam::111122223333:role/rotate', 'run-1'));
    const { AccessKey } = await role.iam.send(new CreateAccessKeyCommand({ UserName: 'bob' }));
    expect(AccessKey?.UserName).toBe('bob');
  });
});
