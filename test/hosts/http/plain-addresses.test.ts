import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Redacted } from '../../../functions/core/key/credential';
import { KnownSecrets } from '../../../functions/core/key/known-secrets';
import type { Call } from '../../../functions/hosts/http/host-error';
import { openHttp } from '../../../functions/hosts/http/http';
import { openTargets } from '../../../functions/hosts/register';
import { Clock } from '../../../local/clock';
import {
  connectionTo,
  credentialOf,
  failureOf,
  repositoryTarget,
  START,
  STORED,
  secretsOf,
  TOKEN,
  timeOf,
} from '../bitbucket/bitbucket-world';
import { json, startHost } from './scripted-host';

const call: Call = {
  host: 'Bitbucket',
  about: 'bitbucket acme/web-shop',
  doing: 'list the variables',
  secret: 's',
  scopes: 'everything',
  missing: { code: 'repository-not-found', cure: '' },
};
const time = timeOf(new Clock(START));

/** A host that keeps what it was sent, and the URL with a user in it. */
async function listening(answer: object = { values: [] }) {
  const seen: { readonly url: string | undefined; readonly authorization: string | undefined }[] = [];
  const url = await startHost(({ url: asked, headers }, response) => {
    seen.push({ url: asked, authorization: headers.authorization });
    json(response, 200, answer);
  });
  return { seen, url, host: new URL(url).host };
}

describe('the client refuses, whatever a schema has let through,', () => {
  it.each([
    ['a user', (host: string) => `http://user:${TOKEN}@${host}/2.0/x`],
    ['a user before another host', (host: string) => `http://api.bitbucket.org@${host}/2.0/x`],
    ['a fragment', (host: string) => `http://${host}/2.0/x#y`],
    ['a backslash', (host: string) => `http://${host}/2.0\\x`],
    ['a path that goes up', (host: string) => `http://${host}/2.0/../x`],
    ['an encoded one', (host: string) => `http://${host}/2.0/%2e%2E/x`],
    ['an encoded slash', (host: string) => `http://${host}/2.0/a%2fb`],
    ['an empty part', (host: string) => `http://${host}/2.0//x`],
    ['a line break', (host: string) => `http://${host}/2.0/x\r\n`],
  ])('%s: nothing is sent, and no address is told (K6)', async (_what, urlAt) => {
    const { seen, host } = await listening();
    const send = openHttp({ time, secrets: new KnownSecrets() });
    const request = { method: 'GET', url: urlAt(host), authorization: new Redacted(`Bearer ${TOKEN}`) } as const;
    const error = await failureOf(send(request, z.unknown(), call));
    expect(error).toMatchObject({ code: 'invalid-connection', retryable: false });
    expect(error.message).toContain('bitbucket acme/web-shop: could not list the variables: nothing was sent');
    expect(error.message).not.toContain(TOKEN);
    expect(seen).toEqual([]);
  });

  it.each([
    ['a user', (host: string) => `http://user:${TOKEN}@${host}/2.0`],
    ['a query', (host: string) => `http://${host}/2.0?x=`],
    ['a fragment', (host: string) => `http://${host}/2.0#`],
    ['a path that goes up', (host: string) => `http://${host}/x/../2.0`],
  ])('a connection whose URL has %s, before its token is read', async (_what, urlAt) => {
    const { seen, host } = await listening();
    const connectionSecrets = secretsOf({ accessToken: TOKEN });
    const targets = openTargets({ connectionSecrets, time, random: () => 0 });
    const error = await failureOf(targets.open(repositoryTarget, connectionTo(urlAt(host))));
    expect(error).toMatchObject({ code: 'invalid-connection' });
    expect(error.message).not.toContain(TOKEN);
    expect([seen, connectionSecrets.reads]).toEqual([[], 0]);
  });

  it('and sends our own header where the URL is plain', async () => {
    const { seen, url } = await listening();
    const send = openHttp({ time, secrets: new KnownSecrets() });
    await send(
      { method: 'GET', url: `${url}/2.0/x?page=2`, authorization: new Redacted('Bearer t') },
      z.unknown(),
      call,
    );
    expect(seen).toEqual([{ url: '/2.0/x?page=2', authorization: 'Bearer t' }]);
  });
});

describe('a link to the next page', () => {
  const VALUES = Array.from({ length: 10 }, (_, n) => ({ uuid: `{${n}}`, key: `V${n}`, value: 'v', secured: false }));

  it.each([
    ['with a user', (url: string) => url.replace('//', `//user:${TOKEN}@`)],
    ['with a fragment', (url: string) => `${url}/2.0/evil#x`],
    ['with a backslash', (url: string) => `${url}/2.0\\evil`],
    ['that goes up', (url: string) => `${url}/2.0/x/../evil`],
    ['that goes up from where the list is', () => '../../../evil'],
    ['that goes up in an encoded way', () => '/2.0/%2e%2e/evil'],
    ['to another host, without a scheme', () => '//evil.example/2.0'],
    ['through an encoded slash', (url: string) => `${url}/2.0/x%2Fevil`],
    ['through an empty part', (url: string) => `${url}/2.0//evil`],
  ])('%s is not followed: the page is asked for by its number', async (_what, linkAt) => {
    const asked: string[] = [];
    const url: string = await startHost((request, response) => {
      asked.push(request.url ?? '');
      const isFirst = !request.url?.includes('page=2');
      json(response, 200, isFirst ? { values: VALUES, next: linkAt(url) } : { values: [] });
    });
    const targets = openTargets({ connectionSecrets: secretsOf({ accessToken: TOKEN }), time, random: () => 0 });
    const target = await targets.open(repositoryTarget, connectionTo(`${url}/2.0`));
    await target.inspect({ ...STORED, accessKeyId: credentialOf().accessKeyId });
    expect(asked.some((path) => path.endsWith('variables?pagelen=100&page=2'))).toBe(true);
    expect(asked.filter((path) => path.includes('evil'))).toEqual([]);
  });
});
