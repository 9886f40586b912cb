import { describe, expect, it } from 'vitest';
import { isPlainBase, isPlainUrl } from '../../../functions/core/hosts/plain-url';

const BASE = 'https://api.bitbucket.org/2.0';

describe('a URL that goes where it reads', () => {
  it.each([
    BASE,
    `${BASE}/`,
    'https://api.bitbucket.org',
    'HTTPS://API.Bitbucket.ORG:443/2.0',
    'http://127.0.0.1:8080/2.0',
    'http://[::1]:8080/2.0',
    `${BASE}/repositories/acme/web.shop/deployments_config/environments/%7B7b3e%7D/variables`,
    `${BASE}/repositories/acme/..web/variables`,
  ])('is %s', (url) => {
    expect(isPlainUrl(url)).toBe(true);
    expect(isPlainBase(url)).toBe(true);
  });

  it('may have a query, where it is no base that paths are appended to', () => {
    const page = `${BASE}/variables?pagelen=100&after=%2e%2e/x`;
    expect([isPlainUrl(page), isPlainBase(page)]).toEqual([true, false]);
    expect([isPlainUrl(`${BASE}?`), isPlainBase(`${BASE}?`)]).toEqual([true, false]);
  });

  it.each([
    ['a user and a password', 'https://user:token@api.bitbucket.org/2.0'],
    ['a user alone', 'https://token@api.bitbucket.org/2.0'],
    ['an empty user', 'https://@api.bitbucket.org/2.0'],
    ['an encoded user', 'https://user%3atoken@api.bitbucket.org/2.0'],
    ['another host behind a user that looks like ours', 'https://api.bitbucket.org@evil.example/2.0'],
    ['a backslash before another host', 'https://api.bitbucket.org\\@evil.example/2.0'],
    ['a backslash in the path', `${BASE}/repositories\\acme`],
    ['a fragment', `${BASE}#/repositories`],
    ['an empty fragment', `${BASE}/variables?page=2#`],
    ['a dot segment', `${BASE}/./repositories`],
    ['a segment that goes up', `${BASE}/repositories/../user`],
    ['one at the end', `${BASE}/repositories/..`],
    ['an encoded one', `${BASE}/repositories/%2e%2e/user`],
    ['a half encoded one', `${BASE}/repositories/.%2E/user`],
    ['one that is encoded twice', `${BASE}/repositories/%252e%252e/user`],
    ['an encoded slash', `${BASE}/repositories/acme%2Fweb-shop`],
    ['an encoded backslash', `${BASE}/repositories/acme%5cweb-shop`],
    ['an encoded line break', `${BASE}/repositories/acme%0d%0ax: y`],
    ['an encoded null', `${BASE}/repositories/acme%00`],
    ['an empty segment', `${BASE}//repositories`],
    ['two slashes at the end', `${BASE}//`],
    ['a tab that URL parsers leave out', 'https://api.bitbucket.org/2.0/.\t./user'],
    ['a line break in the host', 'https://api.bitbucket\n.org/2.0'],
    ['a brace that URL parsers encode', `${BASE}/{7b3e}`],
    ['a blank', `${BASE}/web shop`],
    ['a letter that is none of ASCII', 'https://api.bitbucket.оrg/2.0'],
    ['another scheme', 'ftp://api.bitbucket.org/2.0'],
    ['no scheme', '//api.bitbucket.org/2.0'],
    ['words', 'nowhere'],
    ['an address that is read as another one', 'https://0177.1/2.0'],
    ['a port that is left out', 'https://api.bitbucket.org:/2.0'],
    ['a port that is none', 'https://api.bitbucket.org:99999/2.0'],
  ])('has no %s', (_what, url) => {
    expect(isPlainUrl(url)).toBe(false);
    expect(isPlainBase(url)).toBe(false);
  });
});
