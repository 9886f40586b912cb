import { describe, expect, it } from 'vitest';
import { apiUrl } from '../../functions/core/hosts/connection';
import { failureOf, production } from './bitbucket/bitbucket-world';
import { clientOf, json, startHost } from './http/scripted-host';

/** A host that counts what it is sent, and answers everything with an empty page. */
async function countingHost() {
  let requests = 0;
  const url = await startHost((_request, response) => {
    requests += 1;
    json(response, 200, { values: [] });
  });
  return { url, requests: () => requests };
}

describe('K6: where tokens and keys may be sent', () => {
  it.each([
    [
      'another host',
      new Set(['https://api.bitbucket.org']),
      'and the stack was deployed with https://api.bitbucket.org.',
    ],
    ['another port', new Set(['http://127.0.0.1:1']), 'http://127.0.0.1:1.'],
    ['no host at all', new Set<string>(), 'with no host at all.'],
  ])('a url in the registry that the stack does not know gets nothing: %s', async (_what, allowedOrigins, says) => {
    const host = await countingHost();

    const failure = await failureOf(clientOf(host.url, { allowedOrigins }).deliver(production));

    expect(failure).toMatchObject({ code: 'invalid-connection', retryable: false });
    expect(failure.message).toContain(`The registry says to deliver to ${host.url}, `);
    expect(failure.message).toContain(says);
    expect(host.requests()).toBe(0);
  });

  it.each([
    ['a user', (url: string) => url.replace('://', '://user:token@')],
    ['an empty user', (url: string) => url.replace('://', '://@')],
    ['a query', (url: string) => `${url}/2.0?to=`],
    ['a fragment', (url: string) => `${url}/2.0#`],
    ['a dot segment', (url: string) => `${url}/2.0/../theirs`],
    ['an encoded one', (url: string) => `${url}/2.0/%2E%2e`],
    ['a backslash', (url: string) => `${url}\\2.0`],
  ])('a url gets nothing that has %s, although its host is one of the stack', async (_what, change) => {
    const host = await countingHost();

    const failure = await failureOf(
      clientOf(change(host.url), { allowedOrigins: new Set([host.url]) }).deliver(production),
    );

    expect(failure).toMatchObject({ code: 'invalid-connection', retryable: false });
    expect(failure.message).not.toContain('token@');
    expect(apiUrl.safeParse(change(host.url)).success).toBe(false);
    expect(host.requests()).toBe(0);
  });

  it('the hosts of the configuration are asked', async () => {
    const host = await countingHost();

    await failureOf(clientOf(host.url, { allowedOrigins: new Set([host.url]) }).deliver(production));

    expect(host.requests()).toBeGreaterThan(0);
  });
});
