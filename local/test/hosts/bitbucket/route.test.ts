import { expect, test } from 'vitest';
import { refusal } from '../../../hosts/bitbucket/bitbucket-error';
import { pageOf } from '../../../hosts/bitbucket/page';
import { methodsOf, parseRoute } from '../../../hosts/bitbucket/route';
import { refusalOf } from './acme';

const repository = { workspace: 'acme', repository: 'web-shop' };
const deployment = { level: 'deployment', ...repository, environment: '{e}' };

test.each([
  ['/2.0/repositories/acme/web-shop/environments', { kind: 'environments', place: repository }],
  ['/2.0/repositories/acme/web-shop/environments/', { kind: 'environments', place: repository }],
  ['/2.0/repositories/acme/web-shop/environments/%7Be%7D', { kind: 'environment', place: repository, uuid: '{e}' }],
  [
    '/2.0/repositories/acme/web-shop/deployments_config/environments/%7Be%7D/variables',
    { kind: 'variables', place: deployment },
  ],
  [
    '/2.0/repositories/acme/web-shop/deployments_config/environments/{e}/variables/',
    { kind: 'variables', place: deployment },
  ],
  [
    '/2.0/repositories/acme/web-shop/deployments_config/environments/{e}/variables/%7Bv%7D',
    { kind: 'variable', place: deployment, uuid: '{v}' },
  ],
  [
    '/2.0/repositories/%7Bw%7D/{r}/pipelines_config/variables',
    { kind: 'variables', place: { level: 'repository', workspace: '{w}', repository: '{r}' } },
  ],
  ['/2.0/repositories/acme/web-shop/pipelines-config/variables', { kind: 'unknown' }],
  [
    '/2.0/workspaces/acme/pipelines-config/variables/{v}/',
    { kind: 'variable', place: { level: 'workspace', workspace: 'acme' }, uuid: '{v}' },
  ],
  ['/2.0/workspaces/acme/pipelines_config/variables', { kind: 'unknown' }],
  ['/2.0/repositories/acme/web-shop/environments/{e}/variables', { kind: 'unknown' }],
  ['/2.0/repositories/acme/web-shop/pipelines_config/variables/{v}/more', { kind: 'unknown' }],
  ['/1.0/repositories/acme/web-shop/environments', { kind: 'unknown' }],
  ['/2.0/repositories/acme', { kind: 'repositories', place: { workspace: 'acme' } }],
  ['/2.0/repositories/acme/web-shop', { kind: 'repository', place: repository }],
  ['/2.0/repositories/acme/web-shop/', { kind: 'repository', place: repository }],
  ['/2.0/workspaces/%7Bw%7D', { kind: 'workspace', place: { workspace: '{w}' } }],
  ['/2.0', { kind: 'unknown' }],
  ['/', { kind: 'unknown' }],
  ['/site/oauth2/access_token', { kind: 'oauth-token' }],
])('%s is understood', (path, route) => {
  expect(parseRoute(path)).toEqual(route);
});

test('A broken percent-encoding is a bad request', () => {
  expect(refusalOf(() => parseRoute('/2.0/repositories/acme/%7/environments')).status).toBe(400);
});

test('Only one deployment variable cannot be read alone', () => {
  const methods = (path: string) => methodsOf(parseRoute(`/2.0${path}`));
  expect(methods('/repositories/a/b/deployments_config/environments/{e}/variables/{v}')).toEqual(['PUT', 'DELETE']);
  expect(methods('/repositories/a/b/pipelines_config/variables/{v}')).toEqual(['GET', 'PUT', 'DELETE']);
  expect(methods('/workspaces/a/pipelines-config/variables/{v}')).toEqual(['GET', 'PUT', 'DELETE']);
  expect(methods('/workspaces/a/pipelines-config/variables')).toEqual(['GET', 'POST']);
  expect(methods('/repositories/a/b/environments')).toEqual(['GET']);
});

const base = 'http://127.0.0.1:1/2.0/list';
const items = Array.from({ length: 25 }, (_, index) => index);
test.each([
  { query: '', page: 1, pagelen: 10, first: 0, count: 10, next: '?page=2' },
  { query: '?page=2', page: 2, pagelen: 10, first: 10, count: 10, next: '?page=3', previous: '?page=1' },
  { query: '?page=3', page: 3, pagelen: 10, first: 20, count: 5, previous: '?page=2' },
  { query: '?pagelen=25', page: 1, pagelen: 25, first: 0, count: 25 },
  { query: '?pagelen=100', page: 1, pagelen: 100, first: 0, count: 25 },
  { query: '?pagelen=24&q=x', page: 1, pagelen: 24, first: 0, count: 24, next: '?pagelen=24&q=x&page=2' },
  { query: '?page=9', page: 9, pagelen: 10, first: undefined, count: 0, previous: '?page=8' },
])('The page "$query" of 25 items', ({ query, page, pagelen, first, count, next, previous }) => {
  const cut = pageOf(items, new URL(base + query));

  expect(cut).toMatchObject({ page, pagelen, size: 25 });
  expect([cut.values[0], cut.values.length]).toEqual([first, count]);
  expect(cut.next).toBe(next === undefined ? undefined : base + next);
  expect(cut.previous).toBe(previous === undefined ? undefined : base + previous);
});

test.each([
  ['?pagelen=101', 'Invalid pagelen'],
  ['?pagelen=0', 'Invalid pagelen'],
  ['?pagelen=ten', 'Invalid pagelen'],
  ['?page=0', 'Invalid page'],
  ['?page=-1', 'Invalid page'],
])('The page "%s" is refused', (query, message) => {
  const { status, body } = refusal(400, { message });
  expect(refusalOf(() => pageOf(items, new URL(base + query)))).toEqual({ status, body });
});
