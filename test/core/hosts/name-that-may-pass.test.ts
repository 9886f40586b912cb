import { expect, it } from 'vitest';
import { BITBUCKET_API } from '../../../functions/core/hosts/bitbucket-usual';
import { nameThatMayPass, targetSchema } from '../../../functions/core/hosts/target';

const UUID = '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10}';
const OTHER = '{7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e11}';
const nameOf = (target: object, url: string = BITBUCKET_API) =>
  nameThatMayPass(targetSchema.parse({ connection: 'acme', ...target }), { host: 'bitbucket', url, secret: 'token' });
const repository = (name: string) => nameOf({ type: 'bitbucket-repository', repository: name });
const SHOP = `${BITBUCKET_API} acme/web-shop`;

it('is the repository, whatever its environment, its variables and its spelling are', () => {
  const deployment = { type: 'bitbucket-deployment', repository: 'acme/web-shop', environment: 'Production' };
  expect(nameOf(deployment)).toBe(SHOP);
  expect(nameOf({ ...deployment, environment: UUID, region: 'eu-west-1' })).toBe(SHOP);
  expect(repository('acme/web-shop')).toBe(SHOP);
  expect(repository('ACME/Web-Shop.git')).toBe(SHOP);
  expect(nameOf(deployment, `${BITBUCKET_API}/`)).toBe(SHOP);
  expect(repository('acme/other')).not.toBe(SHOP);
  expect(nameOf(deployment, 'https://bitbucket.example.com/2.0')).not.toBe(SHOP);
});

it('is the workspace of workspace variables', () => {
  expect(nameOf({ type: 'bitbucket-workspace', workspace: 'Acme' })).toBe(`${BITBUCKET_API} acme`);
});

it.each([
  [{ type: 'bitbucket-repository', repository: `acme/${UUID}` }],
  [{ type: 'bitbucket-deployment', repository: `${OTHER}/${UUID}`, environment: 'Production' }],
  [{ type: 'bitbucket-workspace', workspace: UUID }],
])('is none of a target that stands by a UUID: %j', (target) => {
  expect(nameOf(target)).toBeUndefined();
});

it('stays one where only the workspace is a UUID, or a slug only looks like one', () => {
  expect(repository(`${UUID}/web-shop`)).toBe(`${BITBUCKET_API} ${UUID}/web-shop`);
  expect(repository(`acme/${UUID.slice(1, -1)}`)).toBe(`${BITBUCKET_API} acme/${UUID}`);
});

it('is none of a function: its ARN is of the account that it is called in', () => {
  const arn = 'arn:aws:lambda:eu-central-1:111122223333:function:deliver';
  expect(nameThatMayPass(targetSchema.parse({ type: 'function', function: arn }), undefined)).toBeUndefined();
});
