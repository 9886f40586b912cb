import { setTimeout as realTime } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { failureOf, production, repositoryTarget, START, startWorld } from '../bitbucket/bitbucket-world';
import { clientOf, json, startHost, variableHost } from './scripted-host';

describe('a host in trouble', () => {
  it.each([
    ['a 500', { kind: 'status', status: 500 }],
    ['a 503', { kind: 'status', status: 503 }],
    ['a 429', { kind: 'status', status: 429 }],
    ['a cut connection', { kind: 'drop-before' }],
    ['a lost answer', { kind: 'drop-after' }],
    ['a proxy’s page', { kind: 'garbage' }],
  ] as const)('is tried again after %s, and the delivery succeeds', async (_what, fault) => {
    const world = await startWorld();
    world.fail(({ number }) => number % 2 === 1, fault, 3);
    await world.deliver(production);

    expect(world.pipeline('Production')).toHaveProperty('AWS_SECRET_ACCESS_KEY');
  });

  it.each([
    ['host-down', { kind: 'status', status: 500 }],
    ['host-down', { kind: 'drop-before' }],
    ['rate-limited', { kind: 'status', status: 429 }],
    ['host-answer-invalid', { kind: 'garbage' }],
  ] as const)('is given up as %s after four tries with full jitter', async (code, fault) => {
    const world = await startWorld();
    world.fail(() => true, fault);
    const error = await failureOf(world.deliver(production));

    expect(error).toMatchObject({ code, retryable: true });
    expect(world.requests).toHaveLength(4);
    expect(world.time.sleeps).toEqual([150, 300, 600]);
  });

  it('is host-down when nothing listens', async () => {
    const error = await failureOf(clientOf('http://127.0.0.1:1').deliver(production));

    expect(error).toMatchObject({ code: 'host-down', retryable: true });
    expect(error.message).toContain('Bitbucket did not answer (ECONNREFUSED)');
  });

  it('is host-down when its answer drips for longer than the timeout', async () => {
    let open = 0;
    const url = await startHost(async (_request, response) => {
      open += 1;
      response.writeHead(200, { 'content-type': 'application/json' });
      while (!response.destroyed) {
        response.write(' ');
        await realTime(10);
      }
    });
    const error = await failureOf(clientOf(url, { timeout: 100 }).deliver(production));

    expect(error).toMatchObject({ code: 'host-down', retryable: true });
    expect(open).toBe(4);
  });
});

describe('Retry-After', () => {
  it.each([
    ['seconds', '7'],
    ['an HTTP date', new Date(START + 7_000).toUTCString()],
  ])('is waited for when it is given as %s', async (_form, value) => {
    const world = await startWorld();
    const headers = { 'retry-after': value };
    world.fail(({ query }) => query.pagelen === '100', { kind: 'status', status: 429, headers }, 1);
    await world.deliver(repositoryTarget);

    expect(world.time.sleeps[0]).toBe(7_000);
  });

  it.each([
    ['rate-limited', 429, '3600'],
    ['rate-limited', 429, new Date(START + 3_600_000).toUTCString()],
    ['host-down', 503, '3600'],
  ])('is not waited for when it is too far away: %s says when (%i, %s)', async (code, status, value) => {
    const world = await startWorld();
    world.fail(() => true, { kind: 'status', status, headers: { 'retry-after': value } });
    const error = await failureOf(world.deliver(production));

    expect(error).toMatchObject({ code, retryable: true, retryAt: new Date(START + 3_600_000) });
    expect(error.message).toContain('until 2026-11-20T04:00:00.000Z');
    expect(world.requests).toHaveLength(1);
    expect(world.time.sleeps).toEqual([]);
  });

  it('is not waited for beyond twenty seconds', async () => {
    const world = await startWorld();
    world.fail(() => true, { kind: 'status', status: 429, headers: { 'retry-after': '30' } });
    await failureOf(world.deliver(production));

    expect(world.time.sleeps).toEqual([]);
  });

  it('is not waited for again and again: all tries together have 45 seconds', async () => {
    const world = await startWorld();
    world.fail(() => true, { kind: 'status', status: 503, headers: { 'retry-after': '20' } });
    await failureOf(world.deliver(production));

    expect(world.time.sleeps).toEqual([20_000, 20_000]);
  });

  it.each(['soon', '-5', ''])('that makes no sense (%j) is passed over', async (value) => {
    const world = await startWorld();
    const headers = { 'retry-after': value };
    world.fail(({ query }) => query.pagelen === '100', { kind: 'status', status: 429, headers }, 1);
    await world.deliver(repositoryTarget);

    expect(world.time.sleeps[0]).toBeLessThan(1_000);
  });
});

describe('the token stays on its host (K6)', () => {
  async function elsewhere() {
    const visits: string[] = [];
    const url = await startHost((request, response) => {
      visits.push(String(request.headers.authorization));
      json(response, 200, { values: [] });
    });
    return { url, visits };
  }

  it('when the next page is on another host', async () => {
    const { url: foreign, visits } = await elsewhere();
    const url = await startHost((_request, response) =>
      json(response, 200, { values: [], next: `${foreign}/2.0/more` }),
    );
    const error = await failureOf(clientOf(url).deliver(repositoryTarget));

    expect(error).toMatchObject({ code: 'host-answer-invalid', retryable: false });
    expect(error.message).toContain('brings nothing new, and says that there is more');
    expect(visits).toEqual([]);
  });

  it.each(['//example.com/x', 'https://127.0.0.1/x', 'http://user:pass@HOST/2.0/x', 'mailto:x', 'http://'])(
    'when the next page is %s',
    async (next) => {
      const url: string = await startHost((request, response) =>
        json(response, 200, { values: [], next: next.replace('HOST', String(request.headers.host)) }),
      );
      const error = await failureOf(clientOf(url).deliver(repositoryTarget));
      expect(error.code).toBe('host-answer-invalid');
      expect(error.message).toContain('brings nothing new, and says that there is more');
    },
  );

  it('when the host redirects', async () => {
    const { url: foreign, visits } = await elsewhere();
    const url = await startHost((_request, response) => json(response, 307, {}, { location: `${foreign}/2.0/more` }));
    const error = await failureOf(clientOf(url).deliver(repositoryTarget));

    expect(error).toMatchObject({ code: 'host-answer-invalid', retryable: false });
    expect(error.message).toContain('status 307, and a redirect is not followed');
    expect(visits).toEqual([]);
  });

  it('when the environment names a proxy', async () => {
    const { url: proxy, visits } = await elsewhere();
    const before = process.env.http_proxy;
    process.env.http_proxy = proxy;
    try {
      const url = await variableHost(() => false);
      await clientOf(url).deliver(repositoryTarget);
      expect(visits).toEqual([]);
    } finally {
      if (before === undefined) delete process.env.http_proxy;
      else process.env.http_proxy = before;
    }
  });
});

describe('a list', () => {
  it('with two variables of one name stops the delivery before anything is written', async () => {
    let writes = 0;
    const url = await startHost((request, response) => {
      if (request.method !== 'GET') writes += 1;
      const key = 'AWS_ACCESS_KEY_ID';
      json(response, 200, { values: ['{1}', '{2}'].map((uuid) => ({ uuid, key, secured: false, value: 'x' })) });
    });
    const error = await failureOf(clientOf(url).deliver(repositoryTarget));

    expect(error.code).toBe('host-answer-invalid');
    expect(error.message).toContain('there are 2 variables AWS_ACCESS_KEY_ID');
    expect(writes).toBe(0);
  });

  it('that shows an item twice, because the pages moved, is no duplicate', async () => {
    let paged = false;
    const url: string = await variableHost((request, response) => {
      if (request.method !== 'GET' || request.url?.endsWith('page=2') === true || paged) return false;
      paged = request.url?.endsWith('=100') === true;
      const values = [{ uuid: '{1}', key: 'AWS_ACCESS_KEY_ID', value: 'old', secured: false }];
      json(response, 200, { values, next: `http://${request.headers.host}${request.url}&page=2` });
      return true;
    });
    const receipt = await clientOf(url).deliver(repositoryTarget);

    expect(receipt.wrote).toEqual(['updated AWS_ACCESS_KEY_ID', 'updated AWS_SECRET_ACCESS_KEY']);
  });
});
