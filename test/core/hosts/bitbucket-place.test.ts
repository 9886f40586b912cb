import { describe, expect, it } from 'vitest';
import { isEnvironmentName, isSlugOrUuid, mayBeOnePlace, placeOf } from '../../../functions/core/hosts/bitbucket-place';

const UUID = '7b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10';
const OTHER = '8b3e4a52-6a52-4d2b-9a53-0c2b7c1d9e10';
const type = 'bitbucket';

it.each([
  ['acme', true],
  ['acme.team_1-x', true],
  ['.acme', true],
  [`{${UUID}}`, true],
  [`{${UUID.toUpperCase()}}`, true],
  [UUID, true],
  ['.', false],
  ['..', false],
  ['a b', false],
  ['a/b', false],
  ['', false],
  [`x{${UUID}}`, false],
  [`{${UUID}}x`, false],
  [`{${UUID}0}`, false],
  [`{${UUID.slice(1)}}`, false],
  [`{${UUID.replace('7', 'g')}}`, false],
])('%j may be a workspace or a repository: %s', (text, may) => {
  expect(isSlugOrUuid(text)).toBe(may);
});

it.each([
  ['Production', true],
  ['Prod (EU) 2', true],
  ['..Production', true],
  ['v1.0.', true],
  [`{${UUID}}`, true],
  ['100%', true],
  ['%2', true],
  [' Production', false],
  ['Production ', false],
  ['.', false],
  ['...', false],
  ['a/b', false],
  ['a\\b', false],
  ['a\u0000b', false],
  ['a\u001fb', false],
  ['a\u007fb', false],
  ['a%2eb', false],
  ['a%2Fb', false],
  ['a%5Cb', false],
])('%j may be an environment: %s', (text, may) => {
  expect(isEnvironmentName(text)).toBe(may);
});

it.each<[object, readonly string[]]>([
  [{ repository: 'Acme/Web-Shop', environment: 'Production' }, ['acme', 'web-shop', 'production']],
  [{ repository: 'acme/shop.git' }, ['acme', 'shop']],
  [{ repository: 'acme/SHOP.GIT' }, ['acme', 'shop']],
  [{ repository: 'acme/.git' }, ['acme', '.git']],
  [{ repository: 'acme/shop.git.x' }, ['acme', 'shop.git.x']],
  [{ workspace: 'Acme' }, ['acme']],
  [{ workspace: 'acme.git' }, ['acme.git']],
  [{ workspace: `{${UUID}}` }, [`{${UUID}}`]],
  [{ repository: `${UUID.toUpperCase()}/{${OTHER}}`, environment: UUID }, [`{${UUID}}`, `{${OTHER}}`, `{${UUID}}`]],
  [{ repository: `acme/x${UUID}`, environment: `${UUID}x` }, ['acme', `x${UUID}`, `${UUID}x`]],
])('the place of %o is %j', (target, parts) => {
  expect(placeOf({ type, ...target })).toEqual(parts);
});

describe('two targets', () => {
  const at = (repository: string, environment?: string) => ({ type, repository, environment });
  it.each<[boolean, ReturnType<typeof at>, ReturnType<typeof at>]>([
    [true, at('acme/shop'), at('ACME/shop')],
    [true, at('acme/shop'), at(`{${UUID}}/shop`)],
    [true, at('acme/shop'), at(`acme/{${UUID}}`)],
    [true, at('acme/shop', 'p'), at('acme/shop', UUID)],
    [true, at(`acme/{${UUID}}`), at(`new/${UUID}`)],
    [true, at(`acme/{${UUID}}`, 'p'), at(`new/${UUID}`, 'P')],
    [false, at('acme/shop'), at('new/shop')],
    [false, at('acme/shop'), at('acme/blog')],
    [false, at(`acme/{${UUID}}`), at('new/shop')],
    [false, at(`acme/{${UUID}}`), at(`acme/{${OTHER}}`)],
    [false, at(`acme/{${UUID}}`), at(`new/{${OTHER}}`)],
    [false, at(`{${UUID}}/shop`), at(`{${OTHER}}/shop`)],
    [false, at(`acme/{${UUID}}`, 'p'), at(`new/${UUID}`, 'q')],
    [false, at('acme/shop', UUID), at('new/shop', 'p')],
  ])('may be one place, %s: %o and %o', (may, one, other) => {
    expect([mayBeOnePlace(one, other), mayBeOnePlace(other, one)]).toEqual([may, may]);
  });

  it('of two kinds are none', () => {
    expect(mayBeOnePlace(at('acme/shop'), { ...at('acme/shop'), type: 'other' })).toBe(false);
  });

  it('that are workspaces may be one place as repositories may', () => {
    const [named, found] = [
      { type, workspace: 'acme' },
      { type, workspace: UUID },
    ];
    expect([mayBeOnePlace(named, found), mayBeOnePlace(named, { type, workspace: 'new' })]).toEqual([true, false]);
  });
});
