import {
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteAccessKeyCommand,
  GetAccessKeyLastUsedCommand,
  GetUserCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { CreateSecretCommand, GetSecretValueCommand, ListSecretsCommand } from '@aws-sdk/client-secrets-manager';
import { GetParametersByPathCommand } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand, type AssumeRoleCommandInput, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { newKey, newUser } from './iam.contract';
import { awsError, type Clients, type ContractTarget, type Credentials, fresh } from './target';

const UNKNOWN = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'x'.repeat(40) };
const WRONG_SECRET = 'y'.repeat(40);
const EVERYTHING = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});

const allowing = (statement: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
const trusting = (Action: unknown, Condition: unknown = {}) => allowing({ Principal: { AWS: '*' }, Action, Condition });

const BOTH = ['sts:AssumeRole', 'sts:TagSession'];
const ANYBODY = trusting(BOTH);
const READ_ONE = allowing({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' });
const READ_SECRETS = allowing({ Action: 'secretsmanager:GetSecretValue', Resource: '*' });

/** STS and what all services say to bad credentials: the proof of a key stands on this. */
export function stsContract(target: ContractTarget): void {
  describe(`STS of ${target.name}`, () => {
    const { iam } = target.makeClients();
    const whoIs = (credentials: Credentials) =>
      target.makeClients(credentials).sts.send(new GetCallerIdentityCommand({}));

    it('tells a user who it is', async () => {
      const user = await newUser(iam, 'me');
      const { User } = await iam.send(new GetUserCommand({ UserName: user }));
      const identity = await whoIs(await newKey(iam, user));
      expect(identity.Arn).toBe(User?.Arn);
      expect(identity.UserId).toBe(User?.UserId);
      expect(identity.Account).toMatch(/^\d{12}$/);
    });

    it('tells a role session who it is', async () => {
      const RoleName = fresh('session');
      const AssumeRolePolicyDocument = ANYBODY;
      const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
      const caller = target.makeClients(await newKey(iam, await newUser(iam, 'assumes')));
      const { Credentials, AssumedRoleUser } = await caller.sts.send(
        new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'run-1' }),
      );
      expect(Credentials?.Expiration).toBeInstanceOf(Date);
      const identity = await whoIs({
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken,
      });
      expect(identity.Arn).toMatch(new RegExp(`^arn:aws:sts::\\d{12}:assumed-role/${RoleName}/run-1$`));
      expect(identity.Arn).toBe(AssumedRoleUser?.Arn);
      expect(identity.UserId).toMatch(/^AROA[A-Z0-9]+:run-1$/);
    });

    describe('of a role that is taken with tags and policies', () => {
      const Tags = [{ Key: 'app:repository', Value: '7b3e' }];
      const take = async (more: Partial<AssumeRoleCommandInput>, AssumeRolePolicyDocument = ANYBODY) => {
        const RoleName = fresh('tagged');
        const { Role } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
        await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'all', PolicyDocument: EVERYTHING }));
        const caller = target.makeClients(await newKey(iam, await allowedUser(target.makeClients())));
        return caller.sts.send(new AssumeRoleCommand({ RoleArn: Role?.Arn, RoleSessionName: 'run-1', ...more }));
      };

      /** A session that may read secrets, and do nothing else. */
      const narrowed = async () => {
        const SecretId = fresh('narrowed');
        const clients = target.makeClients();
        await clients.secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: 'v' }));
        const { Credentials: given } = await take({ Policy: READ_SECRETS });
        const { secrets } = target.makeClients({
          accessKeyId: given?.AccessKeyId ?? '',
          secretAccessKey: given?.SecretAccessKey ?? '',
          sessionToken: given?.SessionToken,
        });
        const read = () => secrets.send(new GetSecretValueCommand({ SecretId }));
        return { read, list: () => secrets.send(new ListSecretsCommand({})) };
      };

      it('opens a session for as long as is asked', async () => {
        const [PolicyName, PolicyDocument] = [fresh('narrow'), READ_ONE];
        const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
        const PolicyArns = [{ arn: Policy?.Arn }];
        const open = async (DurationSeconds: number) =>
          (await take({ Tags, Policy: READ_ONE, PolicyArns, DurationSeconds })).Credentials;
        const [short, long] = [await open(900), await open(2_700)];
        expect(short?.AccessKeyId).toMatch(/^ASIA[A-Z0-9]{16}$/);
        const longer = (long?.Expiration?.getTime() ?? 0) - (short?.Expiration?.getTime() ?? 0);
        expect(Math.abs(longer - 1_800_000)).toBeLessThan(60_000);
      });

      it('refuses a name that is too long', () =>
        expect(take({ RoleSessionName: 'x'.repeat(65) })).rejects.toMatchObject({ name: 'ValidationError' }));

      it.each<[string, Partial<AssumeRoleCommandInput>]>([
        ['a session that is too short', { DurationSeconds: 899 }],
        ['a session that is longer than the role allows', { DurationSeconds: 3_601 }],
        ['a tag in braces', { Tags: [{ Key: 'a', Value: '{7b3e}' }] }],
      ])('refuses %s', (_name, more) =>
        target.differs('assume-role-limits', {
          aws: () => expect(take(more)).rejects.toMatchObject({ name: 'ValidationError' }),
          moto: () => expect(take(more)).resolves.toBeDefined(),
        }),
      );

      it('refuses a policy of more than 2,048 characters', () => {
        const Policy = `${READ_ONE}${' '.repeat(2_048)}`;
        return target.differs('session-policy-size', {
          aws: () => expect(take({ Policy })).rejects.toMatchObject({ name: 'ValidationError' }),
          moto: () => expect(take({ Policy })).resolves.toBeDefined(),
        });
      });

      it('asks the role whether tags may come along, and which', () =>
        target.differs('session-tag-trust', {
          aws: async () => {
            const denied = { name: 'AccessDenied', message: expect.stringContaining('sts:TagSession') };
            await expect(take({ Tags }, trusting('sts:AssumeRole'))).rejects.toMatchObject(denied);
            const condition = (value: string) => ({ StringEquals: { 'aws:RequestTag/app:repository': value } });
            await expect(take({ Tags }, trusting(BOTH, condition('7b3e')))).resolves.toBeDefined();
            await expect(take({ Tags }, trusting(BOTH, condition('8c3e')))).rejects.toThrow('not authorized');
            await expect(take({}, trusting(BOTH, condition('7b3e')))).rejects.toThrow('not authorized');
          },
          moto: () => expect(take({ Tags }, trusting('sts:AssumeRole'))).resolves.toBeDefined(),
        }));

      it('lets a session do what its policy allows, and nothing else', () =>
        target.differs('session-policy', {
          aws: async () => {
            const { list, read } = await narrowed();
            await expect(read()).resolves.toMatchObject({ SecretString: 'v' });
            await expect(list()).rejects.toThrow('is not authorized to perform: secretsmanager:ListSecrets');
          },
          moto: async () => expect((await narrowed()).list()).resolves.toBeDefined(),
        }));
    });

    it('refuses unknown, wrong, inactive and deleted credentials in the query protocol', () =>
      target.authenticated(async (admin) => {
        const user = await allowedUser(admin);
        const key = await newKey(admin.iam, user);
        const AccessKeyId = key.accessKeyId;
        await expect(whoIs(key)).resolves.toMatchObject({ Arn: expect.stringMatching(new RegExp(`:user/${user}$`)) });
        const invalid = awsError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.');
        await expect(whoIs(UNKNOWN)).rejects.toMatchObject(invalid);
        await expect(whoIs({ ...key, secretAccessKey: WRONG_SECRET })).rejects.toMatchObject(
          awsError('SignatureDoesNotMatch', 403, /The request signature we calculated does not match/),
        );
        await admin.iam.send(new UpdateAccessKeyCommand({ UserName: user, AccessKeyId, Status: 'Inactive' }));
        await target.differs('inactive-key', {
          aws: () => expect(whoIs(key)).rejects.toMatchObject(invalid),
          moto: () => expect(whoIs(key)).resolves.toBeDefined(),
        });
        await admin.iam.send(new UpdateAccessKeyCommand({ UserName: user, AccessKeyId, Status: 'Active' }));
        await expect(whoIs(key)).resolves.toBeDefined();
        await admin.iam.send(new DeleteAccessKeyCommand({ UserName: user, AccessKeyId }));
        await expect(whoIs(key)).rejects.toMatchObject(invalid);
      }));

    it('refuses unknown and wrong credentials in the JSON protocol', () =>
      target.authenticated(async (admin) => {
        const key = await newKey(admin.iam, await allowedUser(admin));
        const list = (credentials: Credentials) =>
          target.makeClients(credentials).secrets.send(new ListSecretsCommand({}));
        const read = (credentials: Credentials) =>
          target.makeClients(credentials).ssm.send(new GetParametersByPathCommand({ Path: '/nothing' }));
        await expect(list(key)).resolves.toBeDefined();
        const wrongSecret = { ...key, secretAccessKey: WRONG_SECRET };
        await target.differs('json-auth-errors', {
          aws: async () => {
            const unknown = awsError('UnrecognizedClientException', 400, /security token/);
            await expect(list(UNKNOWN)).rejects.toMatchObject(unknown);
            await expect(read(UNKNOWN)).rejects.toMatchObject(unknown);
            await expect(list(wrongSecret)).rejects.toMatchObject(awsError('InvalidSignatureException', 400));
          },
          moto: async () => {
            const unreadable = awsError('SyntaxError', 403, /not valid JSON/);
            await expect(list(UNKNOWN)).rejects.toMatchObject(unreadable);
            await expect(read(UNKNOWN)).rejects.toMatchObject(unreadable);
            await expect(list(wrongSecret)).rejects.toMatchObject(unreadable);
          },
        });
      }));

    it('counts the proof of a key as a use of it', async () => {
      const key = await newKey(iam, await newUser(iam, 'used'));
      await whoIs(key);
      const { AccessKeyLastUsed } = await iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: key.accessKeyId }));
      expect(AccessKeyLastUsed).toMatchObject({ ServiceName: 'sts', LastUsedDate: expect.any(Date) });
    });

    it('lets a user leave out its own name', async () => {
      const user = await newUser(iam, 'self');
      const self = target.makeClients(await newKey(iam, user));
      expect((await self.iam.send(new GetUserCommand({}))).User?.UserName).toBe(user);
    });
  });
}

/** A user who may do everything, for implementations that evaluate policies. */
async function allowedUser({ iam }: Clients): Promise<string> {
  const UserName = await newUser(iam, 'allowed');
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'all', PolicyDocument: EVERYTHING }));
  return UserName;
}
