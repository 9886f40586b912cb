import { setTimeout as realTime } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Clock } from '../../../clock';
import type { VariableWrite } from '../../../hosts/bitbucket/bitbucket';
import type { BitbucketRequest } from '../../../hosts/bitbucket/server';
import { servedAcme, start } from './acme';

describe('Requests on a clock that stands still', () => {
  async function withPair(latency: (request: BitbucketRequest) => number) {
    const world = await servedAcme({ latency, settle: 50 });
    const { bitbucket, places, paths, send } = world;
    const writes: VariableWrite[] = [];
    const put = (key: string) => {
      const { uuid } = bitbucket.createVariable(places.deployment, { key, value: 'old' });
      return () => send(`${paths.deployment}/${uuid}`, { method: 'PUT', body: { key, value: 'new' } });
    };
    const [putId, putSecret] = [put('ID'), put('SECRET')];
    bitbucket.onWrite((write) => writes.push(write));
    const effects = () => writes.map(({ key, at }) => [key, at - start]);
    return { ...world, putId, putSecret, effects };
  }

  test('overlap when they arrive together: each takes effect after its own latency', async () => {
    const { clock, putId, putSecret, effects } = await withPair(({ key }) => (key === 'ID' ? 80 : 30));

    await Promise.all([putId(), putSecret()]);

    expect(effects()).toEqual([
      ['SECRET', 30],
      ['ID', 80],
    ]);
    expect(clock.now()).toBe(start + 80);
  });

  test('follow each other when one waits for the other', async () => {
    const { putId, putSecret, effects } = await withPair(() => 40);

    await putId();
    await putSecret();

    expect(effects()).toEqual([
      ['ID', 40],
      ['SECRET', 80],
    ]);
  });

  test('let one that follows an answer overtake a slower one', async () => {
    const { putId, putSecret, paths, send, effects, clock } = await withPair(({ method, key }) =>
      method === 'GET' ? 10 : key === 'ID' ? 100 : 20,
    );

    await Promise.all([putId(), send(paths.deployment).then(putSecret)]);

    expect(effects()).toEqual([
      ['SECRET', 30],
      ['ID', 100],
    ]);
    expect(clock.now()).toBe(start + 100);
  });

  test('take no time without latency, and less than a millisecond is no time', async () => {
    const { clock, putId, putSecret } = await withPair(({ key }) => (key === 'ID' ? 0 : 0.5));
    await Promise.all([putId(), putSecret()]);
    expect(clock.now()).toBe(start);
  });

  test('expire tokens at the instant of their effect', async () => {
    const { bitbucket, send, paths } = await servedAcme({ latency: () => 100 });
    const token = bitbucket.addApiToken({
      email: 'a@example.com',
      scopes: ['read:pipeline:bitbucket'],
      expiresAt: start + 150,
    });
    const authorization = `Basic ${btoa(`a@example.com:${token}`)}`;
    expect((await send(paths.repository, { authorization })).status).toBe(200);
    expect((await send(paths.repository, { authorization })).status).toBe(401);
  });
});

test('On a clock that runs, latency is real time', async () => {
  const clock = new Clock(start);
  clock.run();
  const { send, paths } = await servedAcme({ clock, latency: () => 60 });
  const before = performance.now();

  expect((await send(paths.repository)).status).toBe(200);

  expect(performance.now() - before).toBeGreaterThanOrEqual(58);
});

test('Real latency holds the answer back and leaves the clock alone', async () => {
  const { send, paths, clock } = await servedAcme({ realLatency: () => 60 });
  const before = performance.now();

  await send(paths.repository);

  expect(performance.now() - before).toBeGreaterThanOrEqual(58);
  expect(clock.now()).toBe(start);
});

test('A closed server applies nothing that was still waiting', async () => {
  const { server, bitbucket, send, paths, places } = await servedAcme({ latency: () => 10, settle: 100 });
  const lost = send(paths.repository, { method: 'POST', body: { key: 'A', value: '1' } }).catch(() => 'lost');
  await realTime(40);

  await server.close();

  expect(await lost).toBe('lost');
  await realTime(120);
  expect(bitbucket.variables(places.repository)).toEqual([]);
});
