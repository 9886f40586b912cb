import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Keys } from './world';

/** The `aws` command: from the virtual environment that the contract run makes, or else from the path. */
function findAws(): string | undefined {
  const root = path.resolve(import.meta.dirname, '../../..');
  const folders = [path.join(root, '.venv', 'moto', 'bin'), ...(process.env.PATH ?? '').split(path.delimiter)];
  return folders.map((folder) => path.join(folder, 'aws')).find((file) => existsSync(file));
}

const aws = findAws();

/** Its path. @throws Error where there is none */
export function pathOfAws(): string {
  if (aws === undefined) throw new Error('CI must have the `aws` command: run .ci/contract.mjs first.');
  return aws;
}

/** CI must have it. */
export const LACKS_AWS = aws === undefined && process.env.CI !== 'true';
if (LACKS_AWS) {
  console.warn('\nSKIPPED: the `aws` command is not installed, so it was not tried against the local account.\n');
}

/** Runs `aws …`, with somebody's credentials, and reads what it prints. */
export async function awsCommand(
  { url, region, credentials }: { readonly url: string; readonly region: string; readonly credentials: Keys },
  ...args: readonly string[]
): Promise<unknown> {
  // For SQS version 1 of the command goes by its own list of hosts, whatever the variable says.
  const endpoint = args[0] === 'sqs' ? ['--endpoint-url', url] : [];
  const { stdout } = await promisify(execFile)(pathOfAws(), [...args, ...endpoint, '--output', 'json'], {
    env: {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      AWS_ENDPOINT_URL: url,
      AWS_REGION: region,
      AWS_DEFAULT_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_PAGER: '',
    },
  });
  return JSON.parse(stdout);
}
