import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Sandbox } from './sandbox';

interface Seen {
  readonly authorization: string | undefined;
  readonly host: string | undefined;
  readonly protocol: string | string[] | undefined;
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly body: string;
  readonly connection: number | undefined;
}

const seen: Seen[] = [];
let server: Server;
let sandbox: Sandbox;

async function text(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

beforeAll(async () => {
  server = createServer(async (request, response) => {
    const { host, authorization, 'x-forwarded-proto': protocol } = request.headers;
    const { method, url } = request;
    seen.push({
      authorization,
      host,
      protocol,
      method,
      url,
      body: await text(request),
      connection: request.socket.remotePort,
    });
    // The server's latency is simulated: it moves the clock while the function waits.
    sandbox.clock.advanceBy(100);
    if (url === '/moved') response.writeHead(302, { location: 'https://api.ci.example/2.0/here' });
    response.end(JSON.stringify({ url }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  sandbox = new Sandbox({ hosts: { 'api.ci.example': origin, 'ci.example': origin } });
  await sandbox.deploy(`
    import axios from 'axios';
    import http from 'node:http';
    import https, { Agent } from 'node:https';
    import net from 'node:net';
    import tls from 'node:tls';
    import dns from 'node:dns';
    import { setTimeout as sleep } from 'node:timers/promises';

    const client = axios.create({ baseURL: 'https://api.ci.example/2.0', httpsAgent: new Agent({ keepAlive: true, maxSockets: 1 }), timeout: 2000 });
    const raw = (module, ...args) => new Promise((resolve, reject) => {
      const request = module.request(...args, (response) => { response.resume(); response.on('end', () => resolve(response.statusCode)); });
      request.on('error', reject);
      request.end();
    });
    const socket = (opened) => new Promise((resolve, reject) => { opened.on('connect', () => resolve('connected')).on('error', reject); });
    const ways = {
      put: async () => (await client.put('/repositories/a/b?x=%7B1%7D', { value: 1 }, { headers: { authorization: 'Bearer t' } })).data,
      redirect: async () => (await client.get('https://ci.example/moved')).data,
      plain: async () => (await axios.get('http://api.ci.example/2.0/plain')).data,
      url: async () => raw(https, new URL('https://ci.example/url'), { method: 'POST' }),
      string: async () => raw(https, 'https://ci.example/string'),
      options: async () => raw(https, { host: 'ci.example', path: '/options', headers: ['A', '1'] }),
      get: async () => new Promise((resolve) => https.get('https://ci.example/get', (r) => { r.resume(); r.on('end', () => resolve('got')); })),
      twice: async () => { await client.get('/one'); await client.get('/two'); },
      race: async () => {
        const from = Date.now();
        const slow = sleep(10_000).then(() => 'slept');
        const first = await Promise.race([slow, client.get('/slow').then(() => 'answered')]);
        return [first, Date.now() - from];
      },
      user: async ({ url }) => (await client.get(url, { headers: { authorization: 'Bearer t' } })).status,
      axios: async ({ url }) => (await axios.get(url, { timeout: 2000 })).status,
      fetch: async ({ url }) => { try { return (await fetch(url)).status; } catch (error) { throw error.cause; } },
      https: async ({ url }) => raw(https, url),
      http: async ({ url }) => raw(http, url),
      socket: async ({ host }) => socket(net.connect(443, host)),
      tls: async ({ host }) => socket(tls.connect({ port: 443, host })),
      path: async ({ path }) => socket(net.connect(path)),
      lookup: async ({ host }) => dns.promises.lookup(host),
      resolve: async ({ host }) => new Promise((resolve, reject) => dns.resolve(host, (error, found) => (error ? reject(error) : resolve(found)))),
    };
    export const handler = async (event) => {
      try { return { value: await ways[event.way](event) }; } catch (error) { return { code: error.code, message: error.message }; }
    };`);
});
beforeEach(() => {
  seen.length = 0;
});
afterAll(async () => {
  await sandbox.lambda.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

describe('a mapped host', () => {
  test('is served on loopback to axios, with the name that the function knows', async () => {
    expect(await sandbox.invoke({ way: 'put' })).toEqual({ value: { url: '/2.0/repositories/a/b?x=%7B1%7D' } });
    expect(seen).toMatchObject([{ host: 'api.ci.example', protocol: 'https', method: 'PUT', body: '{"value":1}' }]);
  });

  test('gets the user of the URL in place of the header that was given, as axios sends it', async () => {
    expect(await sandbox.invoke({ way: 'user', url: 'https://eve:t0ken@api.ci.example/2.0/x' })).toEqual({
      value: 200,
    });
    const authorization = `Basic ${Buffer.from('eve:t0ken').toString('base64')}`;
    expect(seen).toMatchObject([{ host: 'api.ci.example', url: '/2.0/x', authorization }]);
  });

  test('is followed over redirects', async () => {
    expect(await sandbox.invoke({ way: 'redirect' })).toEqual({ value: { url: '/2.0/here' } });
    expect(seen.map(({ host }) => host)).toEqual(['ci.example', 'api.ci.example']);
  });

  test.each([
    ['plain', 'http', 'GET', '/2.0/plain'],
    ['url', 'https', 'POST', '/url'],
    ['string', 'https', 'GET', '/string'],
    ['options', 'https', 'GET', '/options'],
    ['get', 'https', 'GET', '/get'],
  ])('is reached by every form of request: %s', async (way, protocol, method, url) => {
    expect(await sandbox.invoke({ way })).toHaveProperty('value');
    expect(seen).toMatchObject([{ protocol, method, url }]);
  });

  test('keeps one connection alive for an agent that asks for it', async () => {
    await sandbox.invoke({ way: 'twice' });
    expect(new Set(seen.map(({ connection }) => connection)).size).toBe(1);
  });

  test('answers before a long sleeper wakes, and its latency is what passes', async () => {
    expect(await sandbox.invoke({ way: 'race' })).toEqual({ value: ['answered', 100] });
  });
});

describe('every other host', () => {
  test.each([
    ['axios', { url: 'https://example.com/' }, 'example.com'],
    ['axios', { url: 'http://93.184.215.14/' }, '93.184.215.14'],
    ['axios', { url: 'https://api.ci.example.example.com/' }, 'api.ci.example.example.com'],
    ['axios', { url: 'https://iam.amazonaws.com/' }, 'iam.amazonaws.com'],
    ['fetch', { url: 'https://example.com/' }, 'example.com'],
    ['https', { url: 'https://example.com/' }, 'example.com'],
    ['http', { url: 'http://169.254.169.254/latest/meta-data' }, '169.254.169.254'],
    ['socket', { host: 'example.com' }, 'example.com'],
    ['tls', { host: 'example.com' }, 'example.com'],
    ['path', { path: '/var/run/docker.sock' }, '/var/run/docker.sock'],
    ['lookup', { host: 'example.com' }, 'example.com'],
    ['resolve', { host: 'example.com' }, 'example.com'],
  ])('is unknown to %s: %o', async (way, event, host) => {
    expect(await sandbox.invoke({ way, ...event })).toEqual({
      code: 'ENOTFOUND',
      message: expect.stringContaining(`getaddrinfo ENOTFOUND ${host}`),
    });
    expect(seen).toEqual([]);
  });
});
