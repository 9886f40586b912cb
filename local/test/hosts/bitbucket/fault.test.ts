import { describe, expect, test } from 'vitest';
import type { BitbucketFault, BitbucketRequest } from '../../../hosts/bitbucket/server';
import { servedAcme, start } from './acme';

const post = { method: 'POST', body: { key: 'A', value: 'hush', secured: false } };

async function withFault(fault: BitbucketFault, when = (request: BitbucketRequest) => request.number === 1) {
  const log: [BitbucketRequest, number][] = [];
  const world = await servedAcme({
    fault: (request) => (when(request) ? fault : undefined),
    onRequest: (request, status) => log.push([request, status]),
  });
  const statuses = () => log.map(([, status]) => status);
  return { ...world, log, statuses };
}

describe('A fault', () => {
  test('answers with a status and headers of its own, without effect, and only the request it was meant for', async () => {
    const { send, paths, statuses } = await withFault({ kind: 'status', status: 503, headers: { 'retry-after': '7' } });

    const answer = await send(paths.repository, post);

    expect(answer).toMatchObject({ status: 503, body: { type: 'error' } });
    expect(answer.headers.get('retry-after')).toBe('7');
    expect((await send(paths.repository)).body.size).toBe(0);
    expect((await send(paths.repository, post)).status).toBe(201);
    expect(statuses()).toEqual([503, 200, 201]);
  });

  test('answers with a body of its own', async () => {
    const { send, paths } = await withFault({ kind: 'status', status: 502, body: '<h1>Bad gateway</h1>' });
    expect(await send(paths.repository)).toMatchObject({ status: 502, body: '<h1>Bad gateway</h1>' });
  });

  test('cuts the connection before the effect', async () => {
    const { send, paths, statuses } = await withFault({ kind: 'drop-before' });
    await expect(send(paths.repository, post)).rejects.toThrow('fetch failed');
    expect((await send(paths.repository)).body.size).toBe(0);
    expect(statuses()).toEqual([0, 200]);
  });

  test('cuts the connection after the effect', async () => {
    const { send, paths, statuses } = await withFault({ kind: 'drop-after' });
    await expect(send(paths.repository, post)).rejects.toThrow('fetch failed');
    expect((await send(paths.repository)).body.size).toBe(1);
    expect((await send(paths.repository, post)).status).toBe(409);
    expect(statuses()).toEqual([0, 200, 409]);
  });

  test('delays on the clock', async () => {
    const { send, paths, clock } = await withFault({ kind: 'delay', milliseconds: 30_000 });
    expect((await send(paths.repository, post)).status).toBe(201);
    expect(clock.now()).toBe(start + 30_000);
  });

  test('answers 200 with HTML, without effect', async () => {
    const { send, paths } = await withFault({ kind: 'garbage' });
    const answer = await send(paths.repository, post);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(answer.body).toContain('<html>');
    expect((await send(paths.repository)).body.size).toBe(0);
  });

  test('lets a read be behind', async () => {
    const { send, paths } = await withFault({ kind: 'stale-read' }, ({ number }) => number === 2);
    await send(paths.deployment, post);
    expect((await send(paths.deployment)).body.values).toEqual([]);
    expect((await send(paths.deployment)).body.values).toHaveLength(1);
  });
});

test('A request is described by what it is about, never by a value or a credential', async () => {
  const { send, paths, log, token } = await withFault({ kind: 'garbage' }, () => false);

  await send(`${paths.deployment}?pagelen=50`, post);
  await send(paths.workspace);
  await send('/repositories/acme/web-shop/environments');

  expect(log.map(([request]) => request)).toEqual([
    {
      number: 1,
      method: 'POST',
      path: `/2.0${paths.deployment}`,
      query: { pagelen: '50' },
      kind: 'variables',
      level: 'deployment',
      key: 'A',
      arrivedAt: start,
    },
    expect.objectContaining({ number: 2, method: 'GET', kind: 'variables', level: 'workspace' }),
    expect.objectContaining({ number: 3, kind: 'environments' }),
  ]);
  expect(JSON.stringify(log)).not.toContain('hush');
  expect(JSON.stringify(log)).not.toContain(token);
});
