import type { ServerResponse } from 'node:http';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { hostileRequests, stillServes } from './hostile-requests';
import { hostileTrust } from './hostile-trust';
import { ServedEndpoint } from './served-endpoint';

const served = new ServedEndpoint();
// API Gateway knows two routes, and answers every other one itself.
hostileRequests(() => served.start(), { noSuchMethod: 404, comma: 'two-tokens' });
hostileTrust(() => served);

const status = async (token = served.good()) => (await served.ask(token)).status;

/** What the function answers to an event, as API Gateway would ask. */
async function answerTo(more: object): Promise<number> {
  const event = {
    version: '2.0',
    routeKey: 'POST /',
    rawPath: '/',
    rawQueryString: '',
    headers: {},
    requestContext: { requestId: 'JKJaXmPLvHcESHA=', http: { method: 'POST', path: '/', sourceIp: '203.0.113.7' } },
    ...more,
  };
  return JSON.parse((await served.world.invoke(served.functionName, event)).payload).statusCode;
}

describe('what a request has beside its Authorization header', () => {
  it.each<[string, number, string]>([
    ['5 MB', 200, 'text/plain'],
    ['5 MB that are no text, which are more in base64 than a function takes', 413, 'application/octet-stream'],
    ['7 MB, more than a function takes', 413, 'text/plain'],
    ['11 MB, more than an API takes', 413, 'text/plain'],
  ])('is never read: a body of %s is answered %i', async (size, code, type) => {
    const before = served.lines.length;
    const body = 'x'.repeat(Number.parseInt(size, 10) * 1_048_576);
    const headers = { authorization: `Bearer ${served.good()}`, 'content-type': type };
    expect((await served.ask('', { method: 'POST', body, headers })).status).toBe(code);
    expect(served.lines.length - before).toBe(code === 200 ? 1 : 0);
    await stillServes();
  });

  it.each<[string, () => object]>([
    ['a body in base64', () => ({ body: Buffer.from(served.good()).toString('base64'), isBase64Encoded: true })],
    ['a body that is no base64 and says so', () => ({ body: '%%%', isBase64Encoded: true })],
    ['a body that is a request', () => ({ body: `GET / HTTP/1.1\r\nAuthorization: ${served.good()}\r\n\r\n` })],
    ['two lengths', () => ({ headers: { 'content-length': '4,400', 'transfer-encoding': 'chunked' }, body: 'GET' })],
    ['cookies', () => ({ cookies: [`authorization=${served.good()}`] })],
    [
      'headers that others take for it',
      () => {
        const token = `Bearer ${served.good()}`;
        const names = ['proxy-authorization', 'x-authorization', 'x-forwarded-authorization', 'Authorization'];
        return { headers: Object.fromEntries(names.map((name) => [name, token])) };
      },
    ],
    ['a path that others rewrite', () => ({ headers: { 'x-original-url': `/?authorization=${served.good()}` } })],
  ])('opens nothing: %s', async (_name, more) => {
    const event = more();
    expect(await answerTo(event)).toBe(401);
    expect(served.reason).toBe('no-token');
    const { headers = {} } = event as { headers?: object };
    expect(await answerTo({ ...event, headers: { ...headers, authorization: served.good() } })).toBe(200);
  });
});

it('gives a token that two addresses show within seconds to both, and the record has both', async () => {
  const authorization = served.good();
  const { stepUuid } = JSON.parse(Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString());
  const by = (sourceIp: string, requestId: string) =>
    answerTo({ headers: { authorization }, requestContext: { requestId, http: { method: 'GET', sourceIp } } });
  expect(await Promise.all([by('203.0.113.7', 'runner'), by('198.51.100.9', 'thief')])).toEqual([200, 200]);
  const events = (await served.recorded()).filter(({ facts }) => facts?.step === stepUuid);
  expect(events.map(({ event, facts }) => [event, facts?.address, facts?.request]).sort()).toEqual([
    ['secrets-given', '198.51.100.9', 'thief'],
    ['secrets-given', '203.0.113.7', 'runner'],
  ]);
});

describe("the issuer's keys, as the function reads them", () => {
  const list = (_request: unknown, response: ServerResponse) => served.issuer.list(response);
  const by = (kid: string, key = served.issuer.other) =>
    served.issuer.token({
      header: { alg: 'RS256', kid },
      claims: served.issuer.claims(served.now),
      sign: served.issuer.rs256(key),
    });
  const own = () => served.issuer.jwk('one', served.issuer.key);
  const other = (kid: string) => served.issuer.jwk(kid, served.issuer.other);

  beforeEach(async () => {
    served.issuer.answer = list;
    served.issuer.keys = [own()];
    await served.restart();
    served.issuer.asked = 0;
  });
  afterAll(async () => {
    served.issuer.answer = list;
    served.issuer.keys = [own()];
    await served.restart();
  });

  it('are read again for a new one, and not for each that somebody makes up', async () => {
    expect(await status()).toBe(200);
    for (let at = 0; at < 20; at++)
      expect([await status(by(`flood-${at}`)), served.reason]).toEqual([401, 'unknown-key']);
    expect(served.issuer.asked).toBe(1);
    served.issuer.keys = [own(), other('two')];
    served.now += 5_000;
    expect([await status(by('two')), await status()]).toEqual([200, 200]);
    expect(served.issuer.asked).toBe(2);
  });

  it('open nothing ten minutes after they were withdrawn', async () => {
    expect(await status()).toBe(200);
    served.issuer.keys = [other('two')];
    served.now += 10 * 60_000;
    expect(await status()).toBe(200);
    served.now += 1;
    expect([await status(), served.reason]).toEqual([401, 'unknown-key']);
    expect(await status(by('two'))).toBe(200);
  });

  it('are none where two have one ID', async () => {
    served.issuer.keys = [own(), other('one'), other('two')];
    for (const token of [served.good(), by('one')]) {
      expect([await status(token), served.reason]).toEqual([401, 'unknown-key']);
    }
  });

  it.each<[string, (response: ServerResponse, url: string | undefined) => void]>([
    [
      'leads elsewhere',
      (response, url) => {
        if (url === '/elsewhere') served.issuer.list(response);
        else response.writeHead(302, { location: '/elsewhere' }).end();
      },
    ],
    ['fails', (response) => response.writeHead(500).end(JSON.stringify({ keys: [own()] }))],
    ['is huge', (response) => response.end(JSON.stringify({ keys: [own()], more: 'x'.repeat(65_536) }))],
    [
      'drips',
      (response) => {
        response.write('{"keys":[');
        const drip = setInterval(() => response.write(' '), 100);
        response.once('close', () => clearInterval(drip));
      },
    ],
  ])(
    'are not believed from an issuer that %s: nobody is refused or served, and later all are',
    async (_how, answer) => {
      served.issuer.answer = ({ url }, response) => answer(response, url);
      const begun = Date.now();
      expect([await status(), served.reason]).toEqual([503, 'keys-unavailable']);
      expect(Date.now() - begun).toBeLessThan(12_000);
      served.issuer.answer = list;
      served.now += 60_000;
      expect(await status()).toBe(200);
    },
  );
});
