import {
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateLoginProfileCommand,
  CreateOpenIDConnectProviderCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteOpenIDConnectProviderCommand,
  DeleteUserCommand,
  DetachUserPolicyCommand,
  GenerateCredentialReportCommand,
  GetAccessKeyLastUsedCommand,
  GetCredentialReportCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  GetUserCommand,
  type IAMClient,
  ListAccessKeysCommand,
  ListEntitiesForPolicyCommand,
  ListOpenIDConnectProvidersCommand,
  ListPoliciesCommand,
  ListRolesCommand,
  ListUsersCommand,
  PutRolePolicyCommand,
  UpdateAccessKeyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { describe, expect, it } from 'vitest';
import { awsError, type ContractTarget, fresh } from './target';

const NOBODY = 'nobody-has-this-name';
const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

/** IAM as a rotation uses it: users, their access keys, the credential report, roles. */
export function iamContract(target: ContractTarget): void {
  describe(`IAM of ${target.name}`, () => {
    const { iam } = target.makeClients();

    describe('a managed policy of AWS', () => {
      it('is listed as attached as long as a user has it, with the users that do', async () => {
        const user = await newUser(iam, 'quarantined');
        const PolicyArn = 'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2';
        const attached = async () => {
          const { Policies = [] } = await iam.send(new ListPoliciesCommand({ Scope: 'AWS', OnlyAttached: true }));
          return Policies.map(({ Arn }) => Arn);
        };
        const having = async () => {
          const asked = { PolicyArn, EntityFilter: 'User' } as const;
          const { PolicyUsers = [] } = await iam.send(new ListEntitiesForPolicyCommand(asked));
          return PolicyUsers.map(({ UserName }) => UserName);
        };
        expect(await attached()).not.toContain(PolicyArn);
        await iam.send(new AttachUserPolicyCommand({ UserName: user, PolicyArn }));
        expect(await attached()).toContain(PolicyArn);
        expect(await having()).toEqual([user]);
        await iam.send(new DetachUserPolicyCommand({ UserName: user, PolicyArn }));
        expect(await attached()).not.toContain(PolicyArn);
        expect(await having()).toEqual([]);
      });
    });

    describe('the credential report', () => {
      it('is not there before somebody asked for it', async () => {
        await expect(iam.send(new GetCredentialReportCommand({}))).rejects.toMatchObject({
          name: 'CredentialReportNotPresentException',
          $metadata: { httpStatusCode: 410 },
        });
      });

      it('has a line for root and one for each user, without key IDs', async () => {
        const user = await newUser(iam, 'report');
        const key = await newKey(iam, user);
        await iam.send(new CreateLoginProfileCommand({ UserName: user, Password: 'a-Long-enough-1' }));
        await iam.send(new GenerateCredentialReportCommand({}));
        const { Content, ReportFormat, GeneratedTime } = await iam.send(new GetCredentialReportCommand({}));
        expect(ReportFormat).toBe('text/csv');
        expect(GeneratedTime).toBeInstanceOf(Date);
        const csv = Buffer.from(Content ?? []).toString('utf8');
        const [header = '', ...lines] = csv.trim().split('\n');
        const columns = header.split(',');
        const line = lines.find((candidate) => candidate.startsWith(`${user},`))?.split(',') ?? [];
        const cell = (column: string) => line[columns.indexOf(column)];
        await target.differs('report-additional-column', {
          aws: () => expect(columns).toEqual(REPORT_COLUMNS),
          moto: () => expect(columns).toEqual(REPORT_COLUMNS.slice(0, -1)),
        });
        expect(cell('user_creation_time')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
        expect(cell('password_enabled')).toBe('true');
        expect(cell('password_last_used')).toBe('no_information');
        expect(cell('mfa_active')).toBe('false');
        expect(cell('cert_1_active')).toBe('false');
        expect(cell('cert_1_last_rotated')).toBe('N/A');
        expect(cell('arn')).toMatch(new RegExp(`:user/${user}$`));
        expect(cell('access_key_1_active')).toBe('true');
        expect(cell('access_key_1_last_rotated')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/);
        expect(cell('access_key_2_active')).toBe('false');
        expect(cell('access_key_2_last_rotated')).toBe('N/A');
        expect(csv).not.toContain(key.accessKeyId);
        await target.differs('report-root-line', {
          aws: () => expect(lines[0]).toMatch(/^<root_account>,arn:aws:iam::\d{12}:root,/),
          moto: () => expect(csv).not.toContain('<root_account>'),
        });
      });

      it('is made at most every four hours', async () => {
        const late = await newUser(iam, 'late');
        const { State } = await iam.send(new GenerateCredentialReportCommand({}));
        const { Content } = await iam.send(new GetCredentialReportCommand({}));
        const csv = Buffer.from(Content ?? []).toString('utf8');
        await target.differs('report-cached', {
          aws: () => {
            expect(State).toBe('COMPLETE');
            expect(csv).not.toContain(late);
          },
          moto: () => expect(csv).toContain(late),
        });
      });
    });

    it('creates a user once', async () => {
      const name = fresh('user');
      const { User } = await iam.send(new CreateUserCommand({ UserName: name, Path: '/pipelines/' }));
      expect(User).toMatchObject({ UserName: name, Path: '/pipelines/' });
      await target.differs('user-id-form', {
        aws: () => expect(User?.UserId).toMatch(/^AIDA[A-Z0-9]{17}$/),
        moto: () => expect(User?.UserId).toMatch(/^[a-z0-9]{20}$/),
      });
      expect(User?.Arn).toMatch(new RegExp(`^arn:aws:iam::\\d{12}:user/pipelines/${name}$`));
      expect((await iam.send(new GetUserCommand({ UserName: name }))).User?.UserId).toBe(User?.UserId);
      await expect(iam.send(new CreateUserCommand({ UserName: name }))).rejects.toMatchObject(
        awsError('EntityAlreadyExistsException', 409, /already exists/),
      );
    });

    it('does not know a user that is not there', async () => {
      const missing = awsError('NoSuchEntityException', 404, `The user with name ${NOBODY} cannot be found.`);
      await expect(iam.send(new GetUserCommand({ UserName: NOBODY }))).rejects.toMatchObject(missing);
      await expect(iam.send(new CreateAccessKeyCommand({ UserName: NOBODY }))).rejects.toMatchObject(missing);
      await expect(iam.send(new ListAccessKeysCommand({ UserName: NOBODY }))).rejects.toMatchObject(missing);
    });

    it('lists users page by page', async () => {
      const names = [await newUser(iam, 'page'), await newUser(iam, 'page'), await newUser(iam, 'page')];
      const pages: (string | undefined)[][] = [];
      let Marker: string | undefined;
      do {
        const answer = await iam.send(new ListUsersCommand({ MaxItems: 2, ...(Marker ? { Marker } : {}) }));
        expect(answer.IsTruncated).toBe(answer.Marker !== undefined);
        pages.push((answer.Users ?? []).map((user) => user.UserName));
        Marker = answer.Marker;
      } while (Marker !== undefined);
      const found = pages.flat();
      expect(found).toEqual(expect.arrayContaining(names));
      expect(new Set(found).size).toBe(found.length);
      await target.differs('user-pages', {
        aws: () => expect(pages.every((page) => page.length <= 2)).toBe(true),
        moto: () => expect(pages).toHaveLength(1),
      });
    });

    it('gives a user two keys and refuses the third', async () => {
      const user = await newUser(iam, 'quota');
      const first = await iam.send(new CreateAccessKeyCommand({ UserName: user }));
      expect(first.AccessKey).toMatchObject({ UserName: user, Status: 'Active' });
      expect(first.AccessKey?.AccessKeyId).toMatch(/^(AKIA|LKIA)[A-Z0-9]{16}$/);
      expect(first.AccessKey?.SecretAccessKey).toHaveLength(40);
      expect(first.AccessKey?.CreateDate).toBeInstanceOf(Date);
      await newKey(iam, user);
      await expect(iam.send(new CreateAccessKeyCommand({ UserName: user }))).rejects.toMatchObject(
        awsError('LimitExceededException', 409, 'Cannot exceed quota for AccessKeysPerUser: 2'),
      );
    });

    it('counts an inactive key against the quota, and a deleted one no more', async () => {
      const user = await newUser(iam, 'quota');
      const [first] = [await newKey(iam, user), await newKey(iam, user)];
      await iam.send(
        new UpdateAccessKeyCommand({ UserName: user, AccessKeyId: first.accessKeyId, Status: 'Inactive' }),
      );
      await expect(newKey(iam, user)).rejects.toMatchObject({ name: 'LimitExceededException' });
      await iam.send(new DeleteAccessKeyCommand({ UserName: user, AccessKeyId: first.accessKeyId }));
      await expect(newKey(iam, user)).resolves.toBeDefined();
    });

    it('lists keys with their status and never their secret', async () => {
      const user = await newUser(iam, 'list');
      const keys = [await newKey(iam, user), await newKey(iam, user)];
      const AccessKeyId = keys[0]?.accessKeyId;
      await iam.send(new UpdateAccessKeyCommand({ UserName: user, AccessKeyId, Status: 'Inactive' }));
      const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName: user }));
      expect(AccessKeyMetadata).toHaveLength(2);
      expect(AccessKeyMetadata.find((key) => key.AccessKeyId === AccessKeyId)).toMatchObject({
        UserName: user,
        Status: 'Inactive',
        CreateDate: expect.any(Date),
      });
      expect(JSON.stringify(AccessKeyMetadata)).not.toContain(keys[0]?.secretAccessKey);
    });

    it('lists keys page by page', async () => {
      const user = await newUser(iam, 'list');
      const keys = [await newKey(iam, user), await newKey(iam, user)];
      const first = await iam.send(new ListAccessKeysCommand({ UserName: user, MaxItems: 1 }));
      await target.differs('access-key-pages', {
        aws: async () => {
          expect(first).toMatchObject({ IsTruncated: true, Marker: expect.any(String) });
          const second = await iam.send(
            new ListAccessKeysCommand({ UserName: user, MaxItems: 1, Marker: first.Marker }),
          );
          expect(second.IsTruncated).toBe(false);
          const listed = [...(first.AccessKeyMetadata ?? []), ...(second.AccessKeyMetadata ?? [])];
          expect(listed.map((key) => key.AccessKeyId).sort()).toEqual(keys.map((key) => key.accessKeyId).sort());
        },
        moto: () => {
          expect(first.AccessKeyMetadata).toHaveLength(2);
          expect(first.IsTruncated).toBeUndefined();
        },
      });
    });

    it('answers NoSuchEntity for a key that the user does not have', async () => {
      const user = await newUser(iam, 'key');
      const AccessKeyId = 'AKIAIOSFODNN7EXAMPLE';
      const missing = awsError(
        'NoSuchEntityException',
        404,
        /^The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found/,
      );
      const update = new UpdateAccessKeyCommand({ UserName: user, AccessKeyId, Status: 'Inactive' });
      await expect(iam.send(update)).rejects.toMatchObject(missing);
      await expect(iam.send(new DeleteAccessKeyCommand({ UserName: user, AccessKeyId }))).rejects.toMatchObject(
        missing,
      );
    });

    it('says that an unused key was never used', async () => {
      const user = await newUser(iam, 'unused');
      const { accessKeyId } = await newKey(iam, user);
      const answer = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId }));
      expect(answer.UserName).toBe(user);
      expect(answer.AccessKeyLastUsed?.LastUsedDate).toBeUndefined();
      expect(answer.AccessKeyLastUsed).toMatchObject({ ServiceName: 'N/A', Region: 'N/A' });
    });

    it('keeps a user who still has keys', async () => {
      const user = await newUser(iam, 'delete');
      const { accessKeyId } = await newKey(iam, user);
      const remove = () => iam.send(new DeleteUserCommand({ UserName: user }));
      await target.differs('delete-user-with-keys', {
        aws: async () => {
          await expect(remove()).rejects.toMatchObject(
            awsError('DeleteConflictException', 409, 'Cannot delete entity, must delete access keys first.'),
          );
          await iam.send(new DeleteAccessKeyCommand({ UserName: user, AccessKeyId: accessKeyId }));
          await remove();
        },
        moto: () => expect(remove()).resolves.toBeDefined(),
      });
      await expect(iam.send(new GetUserCommand({ UserName: user }))).rejects.toMatchObject({
        name: 'NoSuchEntityException',
      });
    });

    it('keeps roles and their inline policies', async () => {
      const RoleName = fresh('role');
      const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }));
      expect(Role).toMatchObject({ RoleName, Path: '/', RoleId: expect.stringMatching(/^AROA/) });
      const read = await iam.send(new GetRoleCommand({ RoleName }));
      expect(JSON.parse(decodeURIComponent(read.Role?.AssumeRolePolicyDocument ?? ''))).toEqual(JSON.parse(TRUST));
      const PolicyDocument = JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sts:GetCallerIdentity', Resource: '*' }],
      });
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'proof', PolicyDocument }));
      const policy = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'proof' }));
      expect(JSON.parse(decodeURIComponent(policy.PolicyDocument ?? ''))).toEqual(JSON.parse(PolicyDocument));
      const { Roles = [] } = await iam.send(new ListRolesCommand({}));
      expect(Roles.map((role) => role.RoleName)).toContain(RoleName);
      await expect(iam.send(new GetRoleCommand({ RoleName: NOBODY }))).rejects.toMatchObject(
        awsError('NoSuchEntityException', 404),
      );
    });

    it('issuers of OpenID Connect are providers by their URL, each once, with audiences and without a thumbprint', async () => {
      const Url = `https://${fresh('issuer').toLowerCase()}.example/oidc`;
      const { OpenIDConnectProviderArn = '' } = await iam.send(
        new CreateOpenIDConnectProviderCommand({ Url, ClientIDList: ['deploy'] }),
      );
      expect(OpenIDConnectProviderArn).toMatch(/^arn:aws:iam::\d{12}:oidc-provider\//);
      expect(OpenIDConnectProviderArn.endsWith(Url.slice('https://'.length))).toBe(true);
      const shown = await iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
      expect(shown).toMatchObject({ Url: Url.slice('https://'.length), ClientIDList: ['deploy'] });
      await expect(iam.send(new CreateOpenIDConnectProviderCommand({ Url }))).rejects.toMatchObject(
        awsError('EntityAlreadyExistsException', 409),
      );
      const { OpenIDConnectProviderList = [] } = await iam.send(new ListOpenIDConnectProvidersCommand({}));
      expect(OpenIDConnectProviderList.map(({ Arn }) => Arn)).toContain(OpenIDConnectProviderArn);
      await iam.send(new DeleteOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }));
      await expect(iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn }))).rejects.toMatchObject(
        awsError('NoSuchEntityException', 404),
      );
    });

    it('who may take a role on can be changed', async () => {
      const RoleName = fresh('role');
      const trust = (Service: string) =>
        JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service } }],
        });
      await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust('lambda.amazonaws.com') }));
      const PolicyDocument = trust('events.amazonaws.com');
      await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName, PolicyDocument }));
      const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
      const now = decodeURIComponent(Role?.AssumeRolePolicyDocument ?? '');
      expect(JSON.parse(now)).toEqual(JSON.parse(PolicyDocument));
    });
  });
}

/** In AWS's order ("Get credential reports for your AWS account" in the IAM User Guide). */
const REPORT_COLUMNS = [
  ...['user', 'arn', 'user_creation_time', 'password_enabled', 'password_last_used', 'password_last_changed'],
  ...['password_next_rotation', 'mfa_active'],
  ...['1', '2'].flatMap((slot) =>
    ['active', 'last_rotated', 'last_used_date', 'last_used_region', 'last_used_service'].map(
      (column) => `access_key_${slot}_${column}`,
    ),
  ),
  ...['cert_1_active', 'cert_1_last_rotated', 'cert_2_active', 'cert_2_last_rotated', 'additional_credentials_info'],
];

/** Creates a user with a name of its own. */
export async function newUser(iam: IAMClient, prefix: string): Promise<string> {
  const UserName = fresh(prefix);
  await iam.send(new CreateUserCommand({ UserName }));
  return UserName;
}

/** Creates an access key. */
export async function newKey(iam: IAMClient, UserName: string) {
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  if (AccessKey?.AccessKeyId === undefined || AccessKey.SecretAccessKey === undefined) throw new Error('no key came');
  return { accessKeyId: AccessKey.AccessKeyId, secretAccessKey: AccessKey.SecretAccessKey };
}
