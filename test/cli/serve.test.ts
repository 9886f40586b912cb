import { spawn } from 'node:child_process';
import { Bitbucket } from 'bitbucket';
import { expect, it } from 'vitest';
import { AS_A_PROCESS } from './typed';

it('serves the account and Bitbucket to other clients until it is ended', async () => {
  const child = spawn(process.execPath, [...AS_A_PROCESS, 'simulate', '--serve', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  try {
    const addresses = await new Promise<{
      bitbucketUrl: string;
      accountUrl: string;
      token: string;
      commands: string[];
    }>((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (text.trimEnd().endsWith('}')) resolve(JSON.parse(text));
      });
      child.once('exit', () => reject(new Error('it ended before it served')));
    });
    const client = new Bitbucket({ baseUrl: addresses.bitbucketUrl, auth: { token: addresses.token } });
    const place = { workspace: 'acme', repo_slug: 'web-shop' };
    const environments = await client.deployments.listEnvironments(place);
    const environment_uuid = environments.data.values?.[0]?.uuid ?? '';
    const { data } = await client.pipelines.listDeploymentVariables({ ...place, environment_uuid });
    expect(data.values?.map(({ key, secured }) => [key, secured]).sort()).toEqual([
      ['AWS_ACCESS_KEY_ID', false],
      ['AWS_SECRET_ACCESS_KEY', true],
    ]);
    expect(addresses.commands.join('\n')).toContain('aws iam list-access-keys --user-name bitbucket-web-shop');
    expect(addresses.commands).toContain('npm run --silent keyturn -- report');
  } finally {
    child.kill('SIGTERM');
  }
  expect(await exited).toBe(0);
}, 120_000);
