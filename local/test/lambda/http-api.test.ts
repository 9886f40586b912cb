import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpApi } from '../../lambda/http-api';
import { HttpApis } from '../../lambda/http-apis';
import { Sandbox } from './sandbox';

const FUNCTION = 'arn:aws:lambda:eu-central-1:111122223333:function:test';
/** Answers what it was told. */
const ECHO = `exports.handler = async (event) => ({
  statusCode: 201,
  headers: { 'X-Of': 'function' },
  body: JSON.stringify(event),
});`;

interface Told {
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly [name: string]: unknown;
}

let sandbox: Sandbox;
let apis: HttpApis;
let api: HttpApi;
const lines: string[] = [];
beforeEach(async () => {
  sandbox = new Sandbox();
  await sandbox.deploy(ECHO);
  const { clock, lambda } = sandbox;
  apis = new HttpApis({ accountId: '111122223333', region: 'eu-central-1', clock, lambda });
  api = await apis.put('abc');
  api.routes.set('POST /', FUNCTION);
  api.stage = {
    ratePerSecond: 1,
    burst: 2,
    logFormat: '$context.routeKey $context.status $context.unheardOf',
    log: (line) => void lines.push(line),
  };
  const sourceArn = 'arn:aws:execute-api:eu-central-1:111122223333:abc/*/*/';
  lambda.addPermission('test', 'api', { principal: 'apigateway.amazonaws.com', sourceArn });
  lines.length = 0;
});
afterEach(async () => {
  await apis.close();
  await sandbox.lambda.close();
});

const post = (path = '/', init: RequestInit = {}) => fetch(`${api.url}${path}`, { method: 'POST', ...init });

describe('an HTTP API', () => {
  it('tells the function of a request in payload format 2.0', async () => {
    const headers = { 'content-type': 'text/plain', Cookie: 'a=1; b=2' };
    const answer = await post('/?x=1&x=2&y=3', { headers, body: 'hello' });
    expect([answer.status, answer.headers.get('x-of')]).toEqual([201, 'function']);
    const told = (await answer.json()) as Told;
    expect(told).toMatchObject({
      version: '2.0',
      routeKey: 'POST /',
      rawPath: '/',
      rawQueryString: 'x=1&x=2&y=3',
      cookies: ['a=1', 'b=2'],
      queryStringParameters: { x: '1,2', y: '3' },
      requestContext: { apiId: 'abc', stage: '$default', http: { method: 'POST', path: '/' } },
      body: 'hello',
      isBase64Encoded: false,
    });
    expect(told.headers.cookie).toBeUndefined();
  });

  it('joins headers of one name by commas, and writes names in small letters', async () => {
    const text = await new Promise<string>((done) => {
      let answer = '';
      const socket = connect(Number(new URL(api.url).port), '127.0.0.1', () =>
        socket.write(
          'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-One: a\r\nx-one: b\r\nAuthorization: c\r\nauthorization: d\r\n\r\n',
        ),
      );
      socket.setEncoding('utf8').on('data', (data) => {
        answer += data;
      });
      socket.once('close', () => done(answer));
    });
    const told = JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)) as Told;
    expect(told.headers).toMatchObject({ 'x-one': 'a,b', authorization: 'c,d' });
  });

  it('has no other route, path or method', async () => {
    for (const [path, method] of [
      ['/x', 'POST'],
      ['//', 'POST'],
      ['/', 'GET'],
    ] as const) {
      const answer = await fetch(`${api.url}${path}`, { method });
      expect([answer.status, await answer.json()]).toEqual([404, { message: 'Not Found' }]);
    }
  });

  it('lets in what its throttle does, once that is in force', async () => {
    const statuses = async () => [(await post()).status, (await post()).status, (await post()).status];
    expect(await statuses()).toEqual([201, 201, 201]);
    api.throttles = true;
    expect(await statuses()).toEqual([201, 201, 429]);
    sandbox.clock.advanceBy(1_000);
    expect(await statuses()).toEqual([201, 429, 429]);
  });

  it('writes of a request what its format names', async () => {
    await post();
    await post('/secret');
    expect(lines).toEqual(['POST / 201 -', '- 404 -']);
  });

  it('answers for a function that fails, and one that it may not call', async () => {
    await sandbox.deploy('exports.handler = async () => { throw new Error("secret"); };');
    const failed = await post();
    expect([failed.status, await failed.json()]).toEqual([500, { message: 'Internal Server Error' }]);
    await sandbox.deploy(ECHO);
    sandbox.lambda.removePermission('test', 'api');
    expect((await post()).status).toBe(500);
  });

  it('refuses what is too large', async () => {
    expect((await post('/', { headers: { 'x-large': 'x'.repeat(10_300) } })).status).toBe(431);
    expect((await post('/', { body: 'x'.repeat(10 * 1_048_576 + 1) })).status).toBe(413);
    const binary = { 'content-type': 'application/octet-stream' };
    for (const [headers, megabytes, status] of [
      [{}, 5, 201],
      [{}, 7, 413],
      [binary, 4, 201],
      [binary, 5, 413],
    ] as const) {
      expect((await post('/', { headers, body: 'x'.repeat(megabytes * 1_048_576) })).status).toBe(status);
    }
  });
});

describe('a function with reserved concurrency', () => {
  const SLOW = `exports.handler = async () => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return { statusCode: 200 };
  };`;

  it('is not started more often at once: an API answers 503, whoever invokes it is told 429', async () => {
    const throttled: string[] = [];
    sandbox = new Sandbox({ onThrottled: (name) => void throttled.push(name) });
    await sandbox.deploy(SLOW, { reservedConcurrency: 2 });
    const { clock, lambda } = sandbox;
    const own = new HttpApis({ accountId: '111122223333', region: 'eu-central-1', clock, lambda });
    const limited = await own.put('abc');
    limited.routes.set('POST /', FUNCTION);
    limited.stage = { ratePerSecond: 100, burst: 100 };
    const sourceArn = 'arn:aws:execute-api:eu-central-1:111122223333:abc/*/*/';
    lambda.addPermission('test', 'api', { principal: 'apigateway.amazonaws.com', sourceArn });
    const asked = () => fetch(limited.url, { method: 'POST' }).then(({ status }) => status);
    const statuses = await Promise.all(Array.from({ length: 5 }, asked));
    expect(statuses.sort()).toEqual([200, 200, 503, 503, 503]);
    expect(throttled).toEqual(['test', 'test', 'test']);
    // Those that are free again are used again.
    expect(await asked()).toBe(200);
    const busy = [lambda.invoke('test', '{}'), lambda.invoke('test', '{}')];
    await expect(lambda.invoke('test', '{}')).rejects.toMatchObject({ code: 'TooManyRequestsException', status: 429 });
    await Promise.all(busy);
    await own.close();
  });
});
