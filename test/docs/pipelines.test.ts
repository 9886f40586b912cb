import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { bitbucketHost } from '../../functions/core/hosts/bitbucket';
import { Credential, Redacted } from '../../functions/core/key/credential';
import { deliveryOf } from '../../functions/hosts/bitbucket/variables';
import { read } from './documents';

const step = z.object({
  step: z.object({
    name: z.string(),
    deployment: z.string().optional(),
    trigger: z.string().optional(),
    script: z.array(z.string()).min(1),
  }),
});
const example = z
  .object({ pipelines: z.object({ branches: z.object({ main: z.array(step) }) }) })
  .parse(parse(read('docs/examples/bitbucket-pipelines.yml')));
const steps = example.pipelines.branches.main.map(({ step: one }) => one);
const scriptOf = (name: string) => steps.find(({ deployment }) => deployment === name)?.script.join('\n') ?? '';

const SECRET = 'wJalr/XUtnFEMI+K7MDENG/bPxRfiCYEXAMPLEKEY';
const CREDENTIAL = new Credential({
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: new Redacted(SECRET),
  userName: 'bitbucket+web=shop,a@example.com',
  createdAt: new Date('2026-01-01T03:00:00Z'),
});

/** What Keyturn writes for a target, as the variables of a step. */
function delivered(more: { readonly region?: string; readonly variables?: { readonly bundle: string } }) {
  const given = { type: 'bitbucket-repository', connection: 'acme', repository: 'acme/web-shop', ...more };
  const { accessKeyId, secretAccessKey, others } = deliveryOf(bitbucketHost.target.parse(given), CREDENTIAL);
  return Object.fromEntries([accessKeyId, secretAccessKey, ...others].map(({ key, value }) => [key, value.reveal()]));
}

const bin = mkdtempSync(join(tmpdir(), 'keyturn-pipelines-'));
/** Says what it was asked with what the real one takes from the environment, and fails where the secret is not right. */
const AWS = `#!/bin/sh
echo "aws $1 $2 as $AWS_ACCESS_KEY_ID in $AWS_DEFAULT_REGION"
[ "$AWS_SECRET_ACCESS_KEY" = '${SECRET}' ] || exit 254
[ -z "\${AWS_SESSION_TOKEN:-}" ] || exit 253
`;
beforeAll(() => writeFileSync(join(bin, 'aws'), AWS, { mode: 0o755 }));
afterAll(() => rmSync(bin, { recursive: true }));

/** One step, by the shell that an image has: Bitbucket takes bash, or sh where there is none. */
function run(shell: string, environment: string, variables: Readonly<Record<string, string>>) {
  const env = { PATH: `${bin}:/usr/bin:/bin`, ...variables };
  const stdio = ['ignore', 'pipe', 'pipe'] as const; // with a socket for its input, bash reads ~/.bashrc
  return spawnSync(shell, ['-c', scriptOf(environment)], { env, encoding: 'utf8', stdio: [...stdio] });
}

const bundle = delivered({ region: 'eu-west-1', variables: { bundle: 'AWS_CREDENTIAL' } });
const { AWS_CREDENTIAL = '' } = bundle;

describe.each(['bash', 'sh'])('the pipeline of docs/examples, in %s', (shell) => {
  it('deploys with the pair, and says which key it has without the secret (K6)', () => {
    const { status, stdout, stderr } = run(shell, 'Staging', {
      ...delivered({ region: 'eu-west-1' }),
      AWS_SESSION_TOKEN: 'of an earlier life',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n')).toEqual([
      'access key ...MPLE in eu-west-1',
      'aws sts get-caller-identity as AKIAIOSFODNN7EXAMPLE in eu-west-1',
      'aws s3 sync as AKIAIOSFODNN7EXAMPLE in eu-west-1',
      '',
    ]);
    expect(stdout).not.toContain(SECRET);
  });

  it('reads the bundle that Keyturn writes, without jq, whatever the pair beside it holds', () => {
    const { status, stdout, stderr } = run(shell, 'Production', {
      AWS_CREDENTIAL,
      AWS_ACCESS_KEY_ID: 'AKIAOLDOLDOLDOLDOLD1',
      AWS_SECRET_ACCESS_KEY: 'half of another',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('aws s3 sync as AKIAIOSFODNN7EXAMPLE in eu-west-1');
  });

  it.each([
    ['Staging', 'AWS_ACCESS_KEY_ID', {}],
    ['Staging', 'AWS_SECRET_ACCESS_KEY', { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE' }],
    ['Staging', 'AWS_DEFAULT_REGION', delivered({})],
    ['Production', 'AWS_CREDENTIAL', delivered({ region: 'eu-west-1' })],
    ['Production', 'AWS_ACCESS_KEY_ID', { AWS_CREDENTIAL: 'not JSON' }],
    ['Production', 'AWS_DEFAULT_REGION', delivered({ variables: { bundle: 'AWS_CREDENTIAL' } })],
  ])('stops %s, and names the variable, without %s', (environment, name, variables: Record<string, string>) => {
    const { status, stdout, stderr } = run(shell, environment, variables);
    expect(status).not.toBe(0);
    expect(stderr).toContain(`${name}: is not set. `);
    expect(stdout + stderr).not.toContain('aws s3');
    expect(stdout + stderr).not.toContain(SECRET);
  });

  it('stops before it deploys when AWS refuses the key', () => {
    const torn = { ...delivered({ region: 'eu-west-1' }), AWS_SECRET_ACCESS_KEY: 'half of another' };
    const { status, stdout } = run(shell, 'Staging', torn);
    expect(status).toBe(254);
    expect(stdout).not.toContain('aws s3');
  });
});

describe('the page for pipeline owners', () => {
  it('has the shell parts of the example word for word', () => {
    const page = read('docs/start/pipelines.md');
    for (const part of steps.flatMap(({ script }) => script).filter((line) => line.includes('\n'))) {
      expect(page).toContain(part);
    }
  });

  it('deploys to each environment in one step only, as Bitbucket asks, and to production by hand', () => {
    const environments = steps.flatMap(({ deployment = [] }) => deployment);
    expect(new Set(environments).size).toBe(environments.length);
    expect(steps.find(({ deployment }) => deployment === 'Production')?.trigger).toBe('manual');
  });
});
