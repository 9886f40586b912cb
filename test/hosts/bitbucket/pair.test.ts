import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { clientOf, variableHost } from '../http/scripted-host';
import {
  credentialOf,
  failureOf,
  halfWrites,
  isWrite,
  production,
  repositoryTarget,
  SECRET,
  START,
  startWorld,
  targetOf,
} from './bitbucket-world';

const NAMES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
const pairOf = (number: number) => ({
  AWS_ACCESS_KEY_ID: `AKIA${String(number).padStart(16, '0')}`,
  AWS_SECRET_ACCESS_KEY: `${SECRET}-${number}`,
});

describe('the two halves of a pair (K1)', () => {
  it('leave at the same moment: the host has both before it answers either', async () => {
    const held: (() => void)[] = [];
    let isProved = false;
    const url = await variableHost(async ({ method }) => {
      if (method !== 'PUT') return false;
      // Before the pair comes a write of no variable.
      if (!isProved) {
        isProved = true;
        return false;
      }
      await new Promise<void>((release) => {
        held.push(release);
        if (held.length === 2) for (const each of held) each();
      });
      return false;
    });
    // One after the other, the first would never be answered and the delivery would fail.
    const receipt = await clientOf(url, { timeout: 2_000 }).deliver(repositoryTarget);

    expect(receipt.wrote).toHaveLength(2);
    expect(held).toHaveLength(2);
  });

  it('travel on connections that were open before, so that no handshake comes between them', async () => {
    const sockets = new Map<IncomingMessage['socket'], string[]>();
    const url = await variableHost(({ method = '', socket }) => {
      sockets.set(socket, [...(sockets.get(socket) ?? []), method]);
      return false;
    });
    await clientOf(url).deliver(repositoryTarget);

    const used = [...sockets.values()].filter((methods) => methods.includes('PUT'));
    expect(used).toHaveLength(2);
    for (const methods of used) expect(methods.slice(0, 2)).toEqual(['GET', 'PUT']);
  });

  it('change in one instant where the host takes as long for one as for the other', async () => {
    const world = await startWorld({ server: { latency: () => 80 } });
    const instants: number[] = [];
    world.bitbucket.onWrite(({ at }) => instants.push(at));
    const { tornFor } = await world.deliver(
      targetOf({ ...production, region: 'eu-west-1', variables: { bundle: 'B' } }),
    );

    expect(new Set(instants).size).toBe(1);
    expect(tornFor).toBe(80);
  });

  it('are torn for no longer than the receipt says', async () => {
    const world = await startWorld({
      server: { latency: ({ key }) => (key === 'AWS_SECRET_ACCESS_KEY' ? 700 : 80) },
    });
    await world.deliver(production, credentialOf(1));
    const instants: number[] = [];
    world.bitbucket.onWrite(({ at }) => instants.push(at));
    const { tornFor } = await world.deliver(production, credentialOf(2));

    expect(Math.max(...instants) - Math.min(...instants)).toBe(620);
    expect(tornFor).toBe(700);
  });

  it.each(
    NAMES.flatMap(
      (key) =>
        [
          [key, 'created', 1],
          [key, 'updated', 2],
        ] as const,
    ),
  )('are whole after the answer to %s was lost when it was %s', async (key, _deed, number) => {
    const world = await startWorld();
    if (number === 2) await world.deliver(production, credentialOf(1));
    world.fail(halfWrites(key), { kind: 'drop-after' }, 1);
    const receipt = await world.deliver(production, credentialOf(number));

    expect(world.pipeline('Production')).toEqual(pairOf(number));
    expect(receipt.readBack).toBe(true);
  });

  it('are whole when an answer was lost and the new variable shows up late', async () => {
    const world = await startWorld({ visibilityDelay: 4_000 });
    world.fail(isWrite, { kind: 'drop-after' }, 1);
    await world.deliver(production);

    expect(world.pipeline('Production')).toEqual(pairOf(1));
  });
});

describe('a half that fails', () => {
  it.each(NAMES)('is tried for much longer once the other is written (%s)', async (key) => {
    const world = await startWorld();
    await world.deliver(production, credentialOf(1));
    world.fail(halfWrites(key), { kind: 'status', status: 503 }, 12);
    const receipt = await world.deliver(production, credentialOf(2));

    expect(world.pipeline('Production')).toEqual(pairOf(2));
    expect(receipt.tornFor).toBe(world.clock.now() - START);
  });

  it('is tried again even when it looks refused for good', async () => {
    const world = await startWorld();
    await world.deliver(production, credentialOf(1));
    world.fail(({ key }) => key === 'AWS_SECRET_ACCESS_KEY', { kind: 'status', status: 403 }, 5);
    await world.deliver(production, credentialOf(2));

    expect(world.pipeline('Production')).toEqual(pairOf(2));
  });

  it('waits for the host as long as it asks, up to a minute', async () => {
    const world = await startWorld();
    const headers = { 'retry-after': '45' };
    world.fail(({ key }) => key === 'AWS_ACCESS_KEY_ID', { kind: 'status', status: 429, headers }, 1);
    const receipt = await world.deliver(production);

    expect(world.time.sleeps).toEqual([45_000]);
    expect(receipt.tornFor).toBe(45_000);
  });

  it('is given up in the end, with an error that says what may be torn, and the next delivery repairs it (K9)', async () => {
    const world = await startWorld();
    await world.deliver(production, credentialOf(1));
    const outage = world.fail(halfWrites('AWS_SECRET_ACCESS_KEY'), { kind: 'status', status: 500 });
    const error = await failureOf(world.deliver(production, credentialOf(2)));

    expect(error).toMatchObject({ code: 'host-down', retryable: true, torn: true, halved: true });
    expect(error.message).toContain('could not write AWS_SECRET_ACCESS_KEY: Bitbucket is not well (500)');
    expect(error.message).toContain('The pair may be torn');
    expect(error.message).toContain('written: AWS_ACCESS_KEY_ID; perhaps written: AWS_SECRET_ACCESS_KEY');
    // Whatever the 500s have done: the ID is back, and the secret's last tries were for the old one.
    expect(world.pipeline('Production')).toEqual(pairOf(1));
    expect(world.clock.now() - START).toBeLessThan(240_000);

    outage.end();
    await world.deliver(production, credentialOf(2));
    expect(world.pipeline('Production')).toEqual(pairOf(2));
  });

  it('does not keep anybody waiting when the host refuses both: the old pair stays whole', async () => {
    const world = await startWorld();
    await world.deliver(production, credentialOf(1));
    const before = world.requests.length;
    world.fail(isWrite, { kind: 'status', status: 429 });
    const error = await failureOf(world.deliver(production, credentialOf(2)));

    expect(error).toMatchObject({ code: 'rate-limited', retryable: true });
    expect(error.message).toContain('Nothing was written: the variables hold what they held before.');
    // None of them for the pair: it is not tried where no write is taken.
    expect(world.requests.slice(before).filter(isWrite)).toHaveLength(4);
    expect(world.pipeline('Production')).toEqual(pairOf(1));
  });

  it('is perhaps written when nothing but silence came back', async () => {
    const world = await startWorld();
    world.fail(({ method }) => method === 'POST', { kind: 'drop-before' });
    world.fail(() => world.requests.some(({ method }) => method === 'POST'), { kind: 'status', status: 503 });
    const error = await failureOf(world.deliver(production));

    expect(error).toMatchObject({ code: 'host-down', torn: true });
    expect(error.message).toContain(`written: none; perhaps written: ${NAMES.join(', ')}; not written: none`);
  });

  it('names the failure that needs a person before the one that passes', async () => {
    const world = await startWorld();
    world.fail(({ key }) => key === 'AWS_ACCESS_KEY_ID', { kind: 'status', status: 500 });
    world.fail(({ key }) => key === 'AWS_SECRET_ACCESS_KEY', { kind: 'status', status: 403 });

    expect((await failureOf(world.deliver(production))).code).toBe('scope-missing');
  });

  it('survives a client whose connections the host has closed meanwhile', async () => {
    const closed: Promise<unknown>[] = [];
    const url = await variableHost((request) => {
      if (request.method !== 'PUT' || closed.length > 0) return false;
      closed.push(once(request.socket, 'close'));
      request.socket.destroy();
      return true;
    });
    const receipt = await clientOf(url).deliver(repositoryTarget);

    expect(receipt.wrote).toHaveLength(2);
    await Promise.all(closed);
  });
});
