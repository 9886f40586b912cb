import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../functions/core/config/check-config';
import { describeIssue } from '../../../functions/core/config/config-issue';
import { pathText, valueAt } from '../../../functions/core/config/config-path';
import { ADMINISTRATOR_WORDS, type RoleInput } from '../../../functions/core/config/roles-config';

const WORKSPACE = '{0f9b2b1e-7a0c-4a52-9b9e-3a1c6a1d2e31}';
const REPOSITORY = '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}';
const PRODUCTION = '{8c3e4a52-6a52-4d2b-9a53-0c2b7c1d9e11}';
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const PROVIDER =
  'arn:aws:iam::111122223333:oidc-provider/api.bitbucket.org/2.0/workspaces/acme/pipelines-config/identity/oidc';
const role: RoleInput = {
  name: 'web-shop-deploy',
  bitbucket: {
    workspace: 'acme',
    workspaceUuid: WORKSPACE,
    repositoryUuid: REPOSITORY,
    environmentUuids: [PRODUCTION],
  },
};
const other: RoleInput = { ...role, name: 'web-shop-plan' };

function told(...roles: readonly object[]): readonly string[] {
  const config = { keys: [{ id: 'shop', user: 'ci-shop' }], roles };
  return (checkConfig(config).issues ?? []).map(
    (issue) => `${pathText(issue.path)}: ${describeIssue(issue, valueAt(config, issue.path))}`,
  );
}

it('has an hour, no policy, and a provider that the stack makes', () => {
  const checked = checkConfig({ keys: [{ id: 'shop', user: 'ci-shop' }], roles: [role] });
  expect(checked.issues === undefined && checked.config.roles).toEqual([
    { ...role, sessionHours: 1, managedPolicies: [] },
  ]);
});

it('takes an existing provider, addresses, a boundary and policies', () => {
  const all = {
    ...role,
    provider: PROVIDER,
    addresses: ['104.192.136.0/21', '185.166.140.1', '2401:1d80:3000::/36'],
    sessionHours: 12,
    managedPolicies: ['arn:aws:iam::111122223333:policy/team/deploy'],
    permissionsBoundary: 'arn:aws:iam::111122223333:policy/boundary',
  };
  expect(told(all)).toEqual([]);
});

it('lets a pipeline do everything only where that is written in words', () => {
  const everything = { ...role, managedPolicies: [ADMINISTRATOR] };
  expect(told(everything)).toEqual([
    `roles[0].managedPolicies[0]: expected policies of what the pipeline does, as this one lets it do everything, found "${ADMINISTRATOR}"; name a policy of your own, or write allowAdministrator: "${ADMINISTRATOR_WORDS}"`,
  ]);
  expect(told({ ...everything, allowAdministrator: true })).toHaveLength(1);
  expect(told({ ...everything, allowAdministrator: ADMINISTRATOR_WORDS })).toEqual([]);
});

it.each([
  'arn:aws:iam::aws:policy/AdministratorAccess-Amplify',
  'arn:aws:iam::aws:policy/AdministratorAccess-AWSElasticBeanstalk',
  'arn:aws:iam::aws:policy/administratoraccess',
  'arn:aws-us-gov:iam::aws:policy/job-function/AdministratorAccess',
  'arn:aws-cn:iam::aws:policy/iamFullAccess',
])('takes %s for what it is', (arn) => {
  expect(told({ ...role, managedPolicies: [arn] })).toHaveLength(1);
  expect(told({ ...role, managedPolicies: [arn.replace(':aws:policy', ':111122223333:policy')] })).toEqual([]);
});

describe('refuses, with what to do,', () => {
  const bitbucket = (more: object) => ({ ...role, bitbucket: { ...role.bitbucket, ...more } });

  it.each<[string, object, string, string]>([
    [
      'no environment',
      bitbucket({ environmentUuids: undefined }),
      'bitbucket.environmentUuids',
      'write "anyStep: true"',
    ],
    [
      'a name in place of a UUID',
      bitbucket({ repositoryUuid: 'web-shop' }),
      'bitbucket.repositoryUuid',
      'copy it from',
    ],
    ['the whole internet', { ...role, addresses: ['0.0.0.0/0'] }, 'addresses[0]', 'write the ranges'],
    ['half of the internet', { ...role, addresses: ['128.0.0.0/1'] }, 'addresses[0]', 'write the ranges'],
    ['the whole of IPv6', { ...role, addresses: ['::/0'] }, 'addresses[0]', 'write the ranges'],
    ['what is no range', { ...role, addresses: ['104.192.136.0/33'] }, 'addresses[0]', 'write the ranges'],
    ['a name as address', { ...role, addresses: ['bitbucket.org'] }, 'addresses[0]', 'write the ranges'],
    ['a session of a day', { ...role, sessionHours: 24 }, 'sessionHours', 'lower it'],
    ['a session of no time', { ...role, sessionHours: 0 }, 'sessionHours', 'raise it'],
    ["another workspace's provider", { ...role, provider: PROVIDER.replace('acme', 'evil') }, 'provider', 'correct it'],
    ['a name that IAM does not take', { ...role, name: 'a b' }, 'name', 'correct it'],
    ['a policy by its name', { ...role, managedPolicies: ['Deploy'] }, 'managedPolicies[0]', 'correct it'],
  ])('%s', (_what, given, path, cure) => {
    const [first, ...rest] = told(given);
    expect(rest).toEqual([]);
    expect(first).toMatch(`roles[0].${path}: expected`);
    expect(first).toContain(cure);
  });

  it('more roles than the outputs of a stack have room for', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => ({ ...role, name: `deploy-${at}` }));
    expect(told(...many(50))).toEqual([]);
    expect(told(...many(51))).toEqual([expect.stringMatching(/^roles: expected at most 50 /)]);
  });

  it('two roles of one name, whatever the case', () => {
    expect(told(role, { ...role, name: 'Web-Shop-Deploy' })).toEqual([
      expect.stringMatching(/^roles\[1\]\.name: .*is taken by another role here/),
    ]);
  });

  it('two opinions on the provider of one workspace', () => {
    expect(told({ ...role, provider: PROVIDER }, other)).toEqual([
      expect.stringMatching(/^roles\[1\]\.provider: expected the same as at "web-shop-deploy"/),
    ]);
    expect(told(role, other)).toEqual([]);
  });
});
