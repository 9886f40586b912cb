import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  GetUserCommand,
  ListAccessKeysCommand,
  UpdateUserCommand,
} from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import { world } from './world';

describe('the name of an IAM user', () => {
  it('is the same whatever the case, and answers have the spelling that it was created with', async () => {
    const { iam } = await world();
    await iam.send(new CreateUserCommand({ UserName: 'Deploy' }));
    await expect(iam.send(new CreateUserCommand({ UserName: 'deploy' }))).rejects.toMatchObject({
      name: 'EntityAlreadyExistsException',
    });
    expect((await iam.send(new GetUserCommand({ UserName: 'DEPLOY' }))).User).toMatchObject({
      UserName: 'Deploy',
      Arn: 'arn:aws:iam::111122223333:user/Deploy',
    });
    await iam.send(new CreateAccessKeyCommand({ UserName: 'deploy' }));
    expect((await iam.send(new ListAccessKeysCommand({ UserName: 'dePloy' }))).AccessKeyMetadata).toMatchObject([
      { UserName: 'Deploy' },
    ]);
  });

  it('can be changed, and the keys go on working for it', async () => {
    const { iam, clients } = await world();
    await iam.send(new CreateUserCommand({ UserName: 'Deploy' }));
    await iam.send(new CreateUserCommand({ UserName: 'other' }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName: 'Deploy' }));
    for (const NewUserName of ['deploy', 'OTHER']) {
      await expect(iam.send(new UpdateUserCommand({ UserName: 'Deploy', NewUserName }))).rejects.toMatchObject({
        name: 'EntityAlreadyExistsException',
      });
    }
    await iam.send(new UpdateUserCommand({ UserName: 'Deploy', NewUserName: 'pipeline', NewPath: '/ci/' }));
    await expect(iam.send(new GetUserCommand({ UserName: 'Deploy' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
    const { sts } = clients({
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    });
    expect((await sts.send(new GetCallerIdentityCommand({}))).Arn).toBe('arn:aws:iam::111122223333:user/ci/pipeline');
  });
});

it('a list of keys may be behind: a key works and does not show', async () => {
  const { iam, clock } = await world({ keyListDelay: 60_000 });
  await iam.send(new CreateUserCommand({ UserName: 'deploy' }));
  await iam.send(new CreateAccessKeyCommand({ UserName: 'deploy' }));
  const listed = async () => (await iam.send(new ListAccessKeysCommand({ UserName: 'deploy' }))).AccessKeyMetadata;
  expect(await listed()).toHaveLength(0);
  clock.advanceBy(60_000);
  expect(await listed()).toHaveLength(1);
});
