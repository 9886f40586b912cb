import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { CreateSecretCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { describe, expect, it } from 'vitest';
import { type Keys, world } from './world';

const run = promisify(execFile);

/** The `aws` command: from the virtual environment that the contract run makes, or else from the path. */
function findAws(): string | undefined {
  const root = path.resolve(import.meta.dirname, '../../..');
  const folders = [path.join(root, '.venv', 'moto', 'bin'), ...(process.env.PATH ?? '').split(path.delimiter)];
  return folders.map((folder) => path.join(folder, 'aws')).find((file) => existsSync(file));
}

const aws = findAws();
const required = process.env.CI === 'true';
if (aws === undefined && !required) {
  console.warn('\nSKIPPED: the `aws` command is not installed, so it was not tried against the local account.\n');
}

describe.skipIf(aws === undefined && !required)('the aws command', () => {
  it('looks around in the local account', async () => {
    if (aws === undefined) throw new Error('CI must have the `aws` command: run .ci/contract.mjs first.');
    const { server, userWithKey, account, secrets } = await world();
    const { keys } = userWithKey('bob');
    await secrets.send(new CreateSecretCommand({ Name: 'acme/shop' }));
    const put = await secrets.send(new PutSecretValueCommand({ SecretId: 'acme/shop', SecretString: 'v' }));
    const command = async (credentials: Keys, ...args: string[]) => {
      const { stdout } = await run(aws, [...args, '--output', 'json'], {
        env: {
          PATH: process.env.PATH,
          HOME: '/nonexistent',
          AWS_ENDPOINT_URL: server.url,
          AWS_REGION: account.region,
          AWS_DEFAULT_REGION: account.region,
          AWS_ACCESS_KEY_ID: credentials.accessKeyId,
          AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
          AWS_SESSION_TOKEN: credentials.sessionToken,
          AWS_EC2_METADATA_DISABLED: 'true',
          AWS_PAGER: '',
        },
      });
      return JSON.parse(stdout) as unknown;
    };
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
