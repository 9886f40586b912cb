import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { awsCommand, LACKS_AWS } from './aws-command';
import { type Keys, world } from './world';

describe.skipIf(LACKS_AWS)('the aws command', () => {
  it('looks around in the local account', async () => {
    const { server, userWithKey, account, secrets } = await world();
    const { keys } = userWithKey('bob');
    await secrets.send(new CreateSecretCommand({ Name: 'acme/shop' }));
    const put = await secrets.send(new PutSecretValueCommand({ SecretId: 'acme/shop', SecretString: 'v' }));
    const command = (credentials: Keys, ...args: string[]) =>
      awsCommand({ url: server.url, region: account.region, credentials }, ...args);
    // Each command takes a second of Python's: one for each protocol, and one that is refused.
    const wrong = { ...keys, secretAccessKey: 'x'.repeat(40) };
    const [listed, versions, refused] = await Promise.allSettled([
      command(keys, 'iam', 'list-access-keys', '--user-name', 'bob'),
      command(account.rootSession(), 'secretsmanager', 'list-secret-version-ids', '--secret-id', 'acme/shop'),
      command(wrong, 'sts', 'get-caller-identity'),
    ]);
    expect(listed).toMatchObject({
      value: { AccessKeyMetadata: [{ AccessKeyId: keys.accessKeyId, Status: 'Active' }] },
    });
    expect(versions).toMatchObject({
      value: { Versions: [{ VersionId: put.VersionId, VersionStages: ['AWSCURRENT'] }] },
    });
    expect(refused).toMatchObject({ reason: { stderr: expect.stringContaining('SignatureDoesNotMatch') } });
  }, 60_000);
});
