import { expect, it } from 'vitest';
import { usersPathFindings } from '../../../functions/core/lifecycle/users-path';
import { day } from '../web-shop';

const PATH = '/pipelines/';
const shop = { id: 'shop', user: 'ci-shop' };

function found(users: Readonly<Record<string, string | undefined>>, entries = [shop]) {
  const lines = Object.entries(users).map(([user, path]) => [user, { user, path, keys: [] }] as const);
  return usersPathFindings(PATH, { generatedAt: day(0), users: new Map(lines) }, entries);
}

it.each([
  ['every user under the path is managed', { 'ci-shop': PATH, alice: '/', '<root_account>': undefined }],
  ['the managed user is further down', { 'ci-shop': '/pipelines/acme/' }],
  ['the managed user is not in the report yet', { alice: '/people/' }],
  ['another path begins with the same word', { 'ci-shop': PATH, bob: '/pipelines-of-others/' }],
])('nothing is found when %s', (_when, users) => {
  expect(found(users)).toEqual([]);
});

it('users under the path that no key names are one finding', () => {
  expect(found({ 'ci-shop': PATH, bob: PATH, carol: '/pipelines/old/' })).toEqual([
    { code: 'users-path', facts: { is: 'unmanaged', path: PATH, users: ['bob', 'carol'] } },
  ]);
});

it('a managed user elsewhere is a finding of its key', () => {
  expect(found({ 'ci-shop': '/', 'ci-api': '/ci/' }, [shop, { id: 'api', user: 'ci-api' }])).toEqual([
    { code: 'users-path', key: 'shop', facts: { is: 'outside', path: PATH, user: 'ci-shop', found: '/' } },
    { code: 'users-path', key: 'api', facts: { is: 'outside', path: PATH, user: 'ci-api', found: '/ci/' } },
  ]);
});
