import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  bitbucketOidcSchema,
  bitbucketTrust,
  isProviderOf,
  pipelineStep,
} from '../../../functions/core/hosts/bitbucket-oidc';
import { providerName } from '../../../functions/core/hosts/oidc';

const WORKSPACE = '0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31';
const REPOSITORY = '7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10';
const PRODUCTION = '8c3e4a52-6a52-4d2b-9a53-0c2b7c1d9e11';
const STAGING = '9d3e4a52-6a52-4d2b-9a53-0c2b7c1d9e12';
const ROLE = 'arn:aws:iam::111122223333:role/web-shop';
const given = { workspace: 'acme', workspaceUuid: `{${WORKSPACE}}`, repositoryUuid: `{${REPOSITORY}}` };
const trust = (settings: object) => bitbucketTrust(bitbucketOidcSchema.parse({ ...given, ...settings }));
const messages = (settings: object) =>
  (bitbucketOidcSchema.safeParse({ ...given, ...settings }).error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

it('trusts the steps that deploy to the environments named, and nobody else', () => {
  expect(trust({ environmentUuids: [`{${PRODUCTION}}`, `{${STAGING}}`] })).toEqual({
    issuer: 'https://api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc',
    audience: `ari:cloud:bitbucket::workspace/${WORKSPACE}`,
    subjects: [`{${REPOSITORY}}:{${PRODUCTION}}:*`, `{${REPOSITORY}}:{${STAGING}}:*`],
  });
});

it('trusts any step only where that is written', () => {
  expect(trust({ anyStep: true }).subjects).toEqual([`{${REPOSITORY}}:*`]);
});

it('takes UUIDs as people copy them, and a slug in any case', () => {
  const written = trust({
    workspace: 'Acme',
    workspaceUuid: WORKSPACE.toUpperCase(),
    repositoryUuid: REPOSITORY,
    environmentUuids: [`{${PRODUCTION.toUpperCase()}}`],
  });
  expect(written).toEqual(trust({ environmentUuids: [`{${PRODUCTION}}`] }));
});

it.each<[string, object, string]>([
  ['neither an environment nor any step', {}, 'environmentUuids: expected either .* found neither'],
  ['both', { anyStep: true, environmentUuids: [PRODUCTION] }, 'environmentUuids: expected either .* found both'],
  ['any step denied, which says nothing', { anyStep: false }, 'anyStep: '],
  ['no environment of a list', { environmentUuids: [] }, 'environmentUuids: '],
  ['a wildcard for the repository', { repositoryUuid: '*', anyStep: true }, 'repositoryUuid: expected the UUID'],
  ['a wildcard in braces', { repositoryUuid: '{*}', anyStep: true }, 'repositoryUuid: expected the UUID'],
  ['a wildcard for the environment', { environmentUuids: ['*'] }, 'environmentUuids.0: expected the UUID'],
  ['part of a UUID', { repositoryUuid: `{${REPOSITORY.slice(0, -1)}*}`, anyStep: true }, 'repositoryUuid: expected'],
  ['one brace', { repositoryUuid: `{${REPOSITORY}`, anyStep: true }, 'repositoryUuid: expected the UUID'],
  ['a name', { environmentUuids: ['Production'] }, 'environmentUuids.0: expected the UUID of a deployment'],
  ['a slug with a path', { workspace: 'acme/../evil', anyStep: true }, 'workspace: expected the slug'],
  ['a slug that is a step up', { workspace: '..', anyStep: true }, 'workspace: expected the slug'],
  ['a wildcard for the workspace', { workspace: '*', anyStep: true }, 'workspace: expected the slug'],
  [
    "another workspace's audience",
    { audience: `ari:cloud:bitbucket::workspace/${REPOSITORY}`, anyStep: true },
    `audience: expected ari:cloud:bitbucket::workspace/${WORKSPACE}`,
  ],
  ['a wildcard as audience', { audience: '*', anyStep: true }, 'audience: expected an audience without'],
  [
    'a variable of IAM as audience',
    { audience: `${'$'}{aws:username}`, anyStep: true },
    'audience: expected an audience without',
  ],
  ['two audiences in one', { audience: 'a b', anyStep: true }, 'audience: expected an audience without'],
  ['a long audience', { audience: 'a'.repeat(151), anyStep: true }, 'audience: '],
  ['a pattern for the subject', { subject: '*', anyStep: true }, ': '],
])('refuses %s', (_what, settings, message) => {
  expect(messages(settings)).toEqual([expect.stringMatching(new RegExp(`^${message}`))]);
});

it('takes an audience that the step asks for', () => {
  expect(trust({ anyStep: true, audience: 'https://deploy.acme.example' }).audience).toBe(
    'https://deploy.acme.example',
  );
});

it('has ten environments at most, so that its trust policy stays under 2,048 characters', () => {
  const ten = Array.from({ length: 10 }, (_, at) => PRODUCTION.replace('8c', `8${at}`));
  expect(trust({ environmentUuids: ten }).subjects).toHaveLength(10);
  expect(messages({ environmentUuids: [...ten, STAGING] })).toHaveLength(1);
});

it("knows the provider of a workspace from another one's", () => {
  const arn = `arn:aws:iam::111122223333:oidc-provider/${providerName(trust({ anyStep: true }).issuer)}`;
  expect(isProviderOf(arn, 'acme')).toBe(true);
  expect(isProviderOf(arn, 'acm')).toBe(false);
  expect(isProviderOf(arn.replace('/acme/', '/evil/'), 'acme')).toBe(false);
  expect(isProviderOf(arn.replace(':oidc-provider/', ':saml-provider/'), 'acme')).toBe(false);
});

// What a session did later has its name in CloudTrail, and no subject. STS takes `[\w+=,.@-]{2,64}`.
it.each([
  ['web-shop', '42', 'web-shop-42'],
  ['a.b_c', '7', 'a.b_c-7'],
  ['x'.repeat(62), '1234567890', `${'x'.repeat(50)}-1234567890`],
  ['a b/c:d$(id)', '1', 'a_b_c_d__id_-1'],
])('calls its session by repository and build: %s %s', (BITBUCKET_REPO_SLUG, BITBUCKET_BUILD_NUMBER, name) => {
  const [item] = parse(pipelineStep('arn:aws:iam::111122223333:role/web-shop', {})) as [{ step: { script: string[] } }];
  const lines = item.step.script.filter((line) => !/^aws |TOKEN/.test(line));
  const env = { PATH: process.env.PATH, BITBUCKET_REPO_SLUG, BITBUCKET_BUILD_NUMBER };
  for (const shell of ['sh', 'bash']) {
    const script = [...lines, 'printf %s "$AWS_ROLE_SESSION_NAME"'].join('\n');
    expect(execFileSync(shell, ['-e', '-c', script], { env, encoding: 'utf8' })).toBe(name);
  }
});

describe('a session of more than an hour', () => {
  const bin = mkdtempSync(join(tmpdir(), 'keyturn-step-'));
  // As the AWS CLI answers in text: what it was asked stands in a file.
  const AWS = `#!/bin/sh
printf '%s\\n' "$*" >> "${bin}/asked"
[ "$2" = get-caller-identity ] || printf 'ASIAEXAMPLE\\ta/+secret\\ttoken==\\n'
`;
  beforeAll(() => writeFileSync(join(bin, 'aws'), AWS, { mode: 0o755 }));
  afterAll(() => rmSync(bin, { recursive: true }));

  it.each(['sh', 'bash'])('is asked for by the step, as no SDK does: %s', (shell) => {
    const [item] = parse(pipelineStep(ROLE, { sessionHours: 2 })) as [{ step: { script: string[] } }];
    const env = { PATH: `${bin}:${process.env.PATH}`, BITBUCKET_REPO_SLUG: 'shop', BITBUCKET_BUILD_NUMBER: '7' };
    const shown = 'printf "%s|" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$AWS_SESSION_TOKEN" "$SESSION"';
    const script = [...item.step.script, shown].join('\n');
    expect(execFileSync(shell, ['-e', '-c', script], { env, encoding: 'utf8' })).toBe(
      'ASIAEXAMPLE|a/+secret|token==||',
    );
    const [asked] = readFileSync(join(bin, 'asked'), 'utf8').split('\n');
    expect(asked).toMatch(
      new RegExp(
        `^sts assume-role-with-web-identity .*--duration-seconds 7200 --role-arn ${ROLE} --role-session-name shop-7 `,
      ),
    );
    expect(asked).toMatch(/ --web-identity-token file:\/\/\//);
  });

  it('is what no other step asks for', () => {
    expect(pipelineStep(ROLE, { sessionHours: 1 })).toBe(pipelineStep(ROLE, {}));
    expect(pipelineStep(ROLE, {})).not.toContain('duration');
    for (const line of pipelineStep(ROLE, { sessionHours: 12 }).split('\n'))
      expect(line.length).toBeLessThanOrEqual(80);
  });
});
