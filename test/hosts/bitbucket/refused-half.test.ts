import { describe, expect, it } from 'vitest';
import type { VariablePlace } from '../../../local/hosts/bitbucket/place';
import type { BitbucketFault } from '../../../local/hosts/bitbucket/server';
import {
  credentialOf,
  earlierOf,
  failureOf,
  halfWrites,
  isWrite,
  production,
  repositoryTarget,
  SECRET,
  START,
  startWorld,
  TOKEN,
  targetOf,
} from './bitbucket-world';

const [ID, SECRET_KEY] = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
const place: VariablePlace = { level: 'repository', workspace: 'acme', repository: 'web-shop' };
const NOBODY = { canPutBack: () => false, beforeWriting: async () => undefined, read: async () => undefined };
const status = (code: number): BitbucketFault => ({ kind: 'status', status: code });
const pairOf = (number: number) => ({
  AWS_ACCESS_KEY_ID: `AKIA${String(number).padStart(16, '0')}`,
  AWS_SECRET_ACCESS_KEY: `${SECRET}-${number}`,
});

/** A place with the first credential, which refuses the writes of one half from now on. */
async function refusing(key: string, code: number, target = production) {
  const world = await startWorld();
  await world.deliver(target, credentialOf(1));
  let wasTorn = false;
  world.bitbucket.onWrite(() => {
    const { [ID]: id = '', [SECRET_KEY]: secret } = world.pipeline('Production');
    wasTorn ||= secret !== `${SECRET}-${Number(id.slice(4))}`;
  });
  world.fail(halfWrites(key), status(code));
  return { world, wasTorn: () => wasTorn };
}

describe('a half that is refused for good, while the other one is written (K1)', () => {
  it.each([400, 403, 404, 409, 500].flatMap((code) => [[ID, code] as const, [SECRET_KEY, code] as const]))(
    '%s with %i: pipelines that start five minutes later log in with the old pair',
    async (key, code) => {
      const { world, wasTorn } = await refusing(key, code);

      const error = await failureOf(world.deliver(production, credentialOf(2)));

      expect(wasTorn()).toBe(true);
      expect(error).toMatchObject({ halved: true });
      expect(world.pipeline('Production')).toEqual(pairOf(1));
      expect(world.clock.now() - START).toBeLessThan(5 * 60_000);
      if (code !== 500) {
        expect(error.torn).toBe(false);
        expect(error.message).toContain('The pair is what it was before.');
      }
    },
  );

  it.each([ID, SECRET_KEY])('%s of a first delivery: the other one is taken away', async (key) => {
    const world = await startWorld();
    world.fail((request) => isWrite(request) && request.key === key, status(400));

    const error = await failureOf(world.deliver(production, credentialOf(1), NOBODY));

    expect(error).toMatchObject({ code: 'host-rejected', torn: false, halved: true });
    expect(world.pipeline('Production')).toEqual({});
  });

  it.each([ID, SECRET_KEY])(
    '%s of a first delivery, while another run makes the pair: nothing of it is taken away',
    async (key) => {
      const world = await startWorld({ visibilityDelay: 3_000 });
      const environment = { ...place, level: 'deployment', environment: world.environment.uuid } as const;
      let isMade = false;
      world.fail(({ method }) => {
        if (method !== 'POST' || isMade) return false;
        isMade = true;
        for (const one of [ID, SECRET_KEY] as const) {
          world.bitbucket.createVariable(environment, { key: one, value: pairOf(1)[one], secured: one === SECRET_KEY });
        }
        return false;
      }, status(409));
      world.fail(halfWrites(key), status(403));

      const error = await failureOf(world.deliver(production, credentialOf(1), NOBODY));

      expect(isMade).toBe(true);
      expect(world.pipeline('Production')).toEqual(pairOf(1));
      expect(error.tornPair?.cure).not.toContain('Delete');
    },
  );

  it('of a first delivery whose other half was made and not answered: it is found and taken away', async () => {
    const world = await startWorld({ visibilityDelay: 4_000 });
    world.fail((request) => isWrite(request) && request.key === ID, { kind: 'drop-after' });
    world.fail((request) => isWrite(request) && request.key === SECRET_KEY, status(403));

    await failureOf(world.deliver(production, credentialOf(1), NOBODY));

    expect(world.pipeline('Production')).toEqual({});
  });

  it('where the ID is hidden: what was delivered before comes from the secret', async () => {
    const hidden = targetOf({ ...production, secureAccessKeyId: true });
    const { world } = await refusing(SECRET_KEY, 403, hidden);
    const read: (string | undefined)[] = [];

    const error = await failureOf(
      world.deliver(hidden, credentialOf(2), {
        ...earlierOf(1),
        read: async (id) => {
          read.push(id);
          return earlierOf(1).read(id);
        },
      }),
    );

    expect(error.torn).toBe(false);
    expect(read).toEqual([undefined]);
    expect(world.pipeline('Production')).toEqual(pairOf(1));
  });

  it('whose earlier credential does not authenticate any more: the ID that was read is not given again (K2)', async () => {
    const { world } = await refusing(SECRET_KEY, 403);

    const error = await failureOf(
      world.deliver(production, credentialOf(2), { ...earlierOf(1), read: async () => undefined }),
    );

    expect(error).toMatchObject({ torn: true, halved: true });
    expect(world.pipeline('Production')).toEqual({ ...pairOf(1), [ID]: pairOf(2)[ID] });
  });

  it('and a bundle beside it: the bundle is whole all the time', async () => {
    const bundled = targetOf({ ...production, variables: { bundle: 'AWS_CREDENTIAL' } });
    const { world } = await refusing(SECRET_KEY, 403, bundled);

    await failureOf(world.deliver(bundled, credentialOf(2)));

    const { AWS_CREDENTIAL = '', ...pair } = world.pipeline('Production');
    expect(pair).toEqual(pairOf(1));
    const { accessKeyId, secretAccessKey } = JSON.parse(AWS_CREDENTIAL);
    expect({ [ID]: accessKeyId, [SECRET_KEY]: secretAccessKey }).toEqual(pairOf(2));
  });

  it('a bundle that is refused while the pair is written tears nothing, and nothing is put back', async () => {
    const bundled = targetOf({ ...production, variables: { bundle: 'AWS_CREDENTIAL' } });
    const { world } = await refusing('AWS_CREDENTIAL', 403, bundled);

    const error = await failureOf(world.deliver(bundled, credentialOf(2)));

    expect(error).toMatchObject({ code: 'scope-missing', torn: false, halved: false });
    expect(error.message).toContain('The pair is whole: written: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY');
    expect(world.pipeline('Production')).toMatchObject(pairOf(2));
  });
});

/** A place with somebody's pair that nobody could put back; the writes of one half are refused. */
async function foreign(refused: string, code: number) {
  const world = await startWorld();
  world.bitbucket.createVariable(place, { key: ID, value: 'AKIATEAMSOWN', secured: false });
  world.bitbucket.createVariable(place, { key: SECRET_KEY, value: "the team's own", secured: true });
  const changes: string[] = [];
  world.bitbucket.onWrite(({ key }) => changes.push(key));
  const closed = world.fail(halfWrites(refused), status(code));
  return { world, changes, closed };
}

/** A place that holds the second pair, and shows the ID of the first one. @param reads so often; by default always */
const lagging = async (reads?: number) => {
  const world = await startWorld();
  const environment = { ...place, level: 'deployment', environment: world.environment.uuid } as const;
  await world.deliver(production, credentialOf(1));
  for (const key of [SECRET_KEY, ID] as const) {
    const uuid = world.bitbucket.variables(environment).find((one) => one.key === key)?.uuid ?? '';
    world.bitbucket.updateVariable(environment, uuid, { value: pairOf(2)[key] });
  }
  world.fail(({ method }) => method === 'GET', { kind: 'stale-read' }, reads);
  return world;
};

describe('what could not be put back: the secret goes first (K1, K2)', () => {
  it.each([400, 403, 404])('where it is refused with %i, nothing was written', async (code) => {
    const { world, changes } = await foreign(SECRET_KEY, code);

    const error = await failureOf(world.deliver(repositoryTarget, credentialOf(1), NOBODY));

    expect(error.torn).toBe(false);
    expect(changes).toEqual([]);
    expect(world.pipeline()).toEqual({ [ID]: 'AKIATEAMSOWN', [SECRET_KEY]: "the team's own" });
  });

  it('where the ID is refused after it, the error says what to set', async () => {
    const { world, changes } = await foreign(ID, 403);

    const error = await failureOf(world.deliver(repositoryTarget, credentialOf(1), NOBODY));

    expect(error).toMatchObject({ torn: true, halved: true });
    expect(error.tornPair?.cure).toContain(`Set ${ID} to ${pairOf(1)[ID]} by hand`);
    expect(changes).toEqual([SECRET_KEY]);
  });

  it('where the secret was written and not answered, everything else follows', async () => {
    const { world, changes, closed } = await foreign(SECRET_KEY, 503);
    closed.end();
    let tries = 0;
    world.fail((request) => halfWrites(SECRET_KEY)(request) && tries++ < 5, { kind: 'drop-after' });
    const bundled = targetOf({ ...repositoryTarget, variables: { bundle: 'AWS_CREDENTIAL' } });

    await world.deliver(bundled, credentialOf(1), NOBODY);

    expect(tries).toBeGreaterThan(5);
    expect([...new Set(changes)]).toEqual([SECRET_KEY, expect.anything(), expect.anything()]);
    expect(world.pipeline()).toMatchObject(pairOf(1));
    expect(world.pipeline()).toHaveProperty('AWS_CREDENTIAL');
  });

  it('where a host shows what was there before, the pair that it holds stays whole', async () => {
    const world = await lagging();
    world.fail(halfWrites(SECRET_KEY), status(403));

    const error = await failureOf(
      world.deliver(production, credentialOf(2), { ...earlierOf(1), canPutBack: () => false }),
    );

    expect(error.torn).toBe(false);
    expect(world.pipeline('Production')).toEqual(pairOf(2));
  });

  it('nor is its secret put back, where the ID is refused after it and the host shows another one by then', async () => {
    const world = await lagging(3);
    world.fail(halfWrites(ID), status(403));

    const error = await failureOf(
      world.deliver(production, credentialOf(2), { ...earlierOf(1), canPutBack: () => false }),
    );

    expect(error.torn).toBe(true);
    expect(world.pipeline('Production')).toEqual(pairOf(2));
  });
});

describe('a host that accepts neither way (K1)', () => {
  /** Writes one half of the pair once, and nothing after it. */
  function closing(world: Awaited<ReturnType<typeof startWorld>>, first: string) {
    const [id, secret] = [halfWrites(ID), halfWrites(SECRET_KEY)];
    let isWritten = false;
    return world.fail((request) => {
      const isOfPair = [id(request), secret(request)].includes(true);
      if (!isOfPair || isWritten || request.key !== first) return isOfPair || request.method === 'DELETE';
      isWritten = true;
      return false;
    }, status(403));
  }

  it.each([
    [ID, 'Set AWS_ACCESS_KEY_ID to AKIA0000000000000001 by hand'],
    [SECRET_KEY, 'Set AWS_ACCESS_KEY_ID to AKIA0000000000000002 by hand'],
  ])('after %s is torn, and the error says what to set', async (first, cure) => {
    const world = await startWorld();
    await world.deliver(production, credentialOf(1));
    const closed = closing(world, first);

    const error = await failureOf(world.deliver(production, credentialOf(2)));

    expect(error).toMatchObject({ code: 'scope-missing', torn: true, halved: true });
    expect(error.tornPair).toMatchObject({ variables: [ID, SECRET_KEY], cure: expect.stringContaining(cure) });
    expect(error.message).not.toContain(SECRET);
    // Done to the letter, the pair is whole.
    const [, variable = '', value = ''] = /Set (\w+) to (\w+) by hand/.exec(error.message) ?? [];
    const environment = { ...place, level: 'deployment', environment: world.environment.uuid } as const;
    const held = world.bitbucket.variables(environment).find(({ key }) => key === variable);
    world.bitbucket.updateVariable(environment, held?.uuid ?? '', { value });
    expect([pairOf(1), pairOf(2)]).toContainEqual(world.pipeline('Production'));

    closed.end();
    await world.deliver(production, credentialOf(2));
    expect(world.pipeline('Production')).toEqual(pairOf(2));
  });
});

describe('before the first write', () => {
  it.each([401, 403, 429, 503])(
    'the place is shown to take one: %i to the first PUT, and nothing has changed',
    async (code) => {
      const world = await startWorld();
      await world.deliver(production, credentialOf(1));
      const changes: string[] = [];
      world.bitbucket.onWrite(({ key }) => changes.push(key));
      world.fail(({ method }) => method === 'PUT', status(code));

      const error = await failureOf(world.deliver(production, credentialOf(2)));

      expect(error).toMatchObject({ torn: false, halved: false });
      expect(error.message).toContain('could not show that the variables can be written');
      expect(error.message).toContain('Nothing was written: the variables hold what they held before.');
      expect(changes).toEqual([]);
    },
  );

  it.each([
    ['a first delivery', production],
    ['an ID that is hidden', targetOf({ ...production, secureAccessKeyId: true })],
  ])('so it is for %s', async (_what, target) => {
    const world = await startWorld();
    if (_what !== 'a first delivery') await world.deliver(target, credentialOf(1));
    const before = world.pipeline('Production');
    const changes: string[] = [];
    world.bitbucket.onWrite(({ key }) => changes.push(key));
    world.fail(({ method }) => method === 'PUT', status(403));

    await failureOf(world.deliver(target, credentialOf(2)));

    expect(changes).toEqual([]);
    expect(world.pipeline('Production')).toEqual(before);
  });

  it('nothing is changed: what another run has delivered since the look-up stays whole if this one ends here', async () => {
    const world = await startWorld();
    await world.deliver(repositoryTarget, credentialOf(1));
    const variables = world.bitbucket.variables(place);
    let isDelivered = false;
    world.fail(({ method }) => {
      if (method !== 'PUT' || isDelivered) return method === 'PUT';
      isDelivered = true;
      for (const { uuid, key } of variables) {
        world.bitbucket.updateVariable(place, uuid, { value: key === ID ? pairOf(2)[ID] : pairOf(2)[SECRET_KEY] });
      }
      return false;
    }, status(503));

    await failureOf(world.deliver(repositoryTarget, credentialOf(2)));

    expect(isDelivered).toBe(true);
    expect(world.pipeline()).toEqual(pairOf(2));
  });

  it.each([400, 409])(
    'a host that refuses the try itself by %i shows nothing, and the receipt says so',
    async (code) => {
      const world = await startWorld();
      await world.deliver(production, credentialOf(1));
      let tries = 0;
      world.fail(({ method }) => method === 'PUT' && tries++ === 0, status(code));
      const { unproved } = await world.deliver(production, credentialOf(2));
      expect(unproved).toEqual([ID, SECRET_KEY]);
      expect(world.pipeline('Production')).toEqual(pairOf(2));
    },
  );

  it('a pair that is torn is tried at once, and the receipt names what was not shown before', async () => {
    const world = await startWorld();
    await world.deliver(production, credentialOf(1));
    const puts = () => world.requests.filter(({ method }) => method === 'PUT').length;
    const before = puts();

    const torn = await world.deliver(production, credentialOf(2), { ...earlierOf(1), torn: true });

    expect(torn.unproved).toEqual([ID, SECRET_KEY]);
    expect(puts() - before).toBe(2);
    expect((await world.deliver(production, credentialOf(3))).unproved).toBeUndefined();
  });
});

it('an ID that was new already, from a delivery that died: what the secret holds is not guessed', async () => {
  const world = await startWorld();
  await world.deliver(production, credentialOf(2));
  world.fail((request) => isWrite(request) && request.key === SECRET_KEY, status(403));

  const error = await failureOf(world.deliver(production, credentialOf(2)));

  expect(error.torn).toBe(true);
  expect(error.tornPair?.cure).toBe(
    'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY by hand to the two halves of one key.',
  );
  expect(world.pipeline('Production')).toEqual(pairOf(2));
});

describe('a half that was refused the last time goes first, and the other one when the host has taken it (K1)', () => {
  it.each([ID, SECRET_KEY])('%s: nothing is torn as long as it is refused', async (key) => {
    const world = await startWorld();
    await world.deliver(production, credentialOf(1));
    const refusal = world.fail(halfWrites(key), status(403));
    expect(await failureOf(world.deliver(production, credentialOf(2)))).toMatchObject({ halved: true });
    let writes = 0;
    world.bitbucket.onWrite(() => {
      writes += 1;
    });
    const asked = world.requests.length;

    const error = await failureOf(world.deliver(production, credentialOf(2)));

    // It is tried again within minutes all the same.
    expect(error).toMatchObject({ code: 'scope-missing', halved: true, unchanged: true, torn: false });
    expect(writes).toBe(0);
    expect(world.requests.slice(asked).filter(halfWrites(key))).toHaveLength(1);
    expect(world.pipeline('Production')).toEqual(pairOf(1));

    refusal.end();
    await world.deliver(production, credentialOf(2));
    expect(world.pipeline('Production')).toEqual(pairOf(2));
    const order = world.requests.filter(isWrite).map((request) => request.key);
    expect(order.slice(-2)).toEqual(key === ID ? [ID, SECRET_KEY] : [SECRET_KEY, ID]);
  });

  it('once: when both were taken, both leave together again', async () => {
    const world = await startWorld();
    await world.deliver(production, credentialOf(1));
    world.fail(halfWrites(SECRET_KEY), status(403), 7);
    await failureOf(world.deliver(production, credentialOf(2)));
    await world.deliver(production, credentialOf(2));
    let isRefusedAgain = false;
    world.fail(halfWrites(SECRET_KEY), status(403));
    world.bitbucket.onWrite(() => {
      isRefusedAgain = true;
    });

    await failureOf(world.deliver(production, credentialOf(3), earlierOf(2)));

    expect(isRefusedAgain).toBe(true);
    expect(world.pipeline('Production')).toEqual(pairOf(2));
  });
});

describe("the hour's requests of a token, when they are nearly used up (K1)", () => {
  /** A place with the first credential, and so many requests left in this hour. */
  async function nearlyUsedUp(left: number) {
    const world = await startWorld({ rateLimit: 100 });
    await world.deliver(production, credentialOf(1));
    const caller = world.bitbucket.authenticate(`Bearer ${TOKEN}`);
    for (let used = world.requests.length; used < 100 - left; used += 1) world.bitbucket.meter(caller);
    return world;
  }

  it.each([ID, SECRET_KEY])('a delivery does not begin that could not be put back if %s is refused', async (key) => {
    const world = await nearlyUsedUp(4);
    world.fail(halfWrites(key), status(403));

    const error = await failureOf(world.deliver(production, credentialOf(2)));

    expect(world.pipeline('Production')).toEqual(pairOf(1));
    expect(error).toMatchObject({ code: 'rate-limited', retryable: true, torn: false });
    expect(error.message).toContain('Nothing was written');
    expect(world.requests.filter(isWrite).filter(({ key: name }) => name === ID)).toHaveLength(1);
    // It is no matter of seconds: to ask again would use up what is left.
    expect(world.time.sleeps).toEqual([]);
  });

  it('what is torn is made whole all the same', async () => {
    const world = await nearlyUsedUp(15);

    await world.deliver(production, credentialOf(2), { ...earlierOf(1), torn: true });

    expect(world.pipeline('Production')).toEqual(pairOf(2));
  });

  it('an hour later it is delivered', async () => {
    const world = await nearlyUsedUp(15);
    const { retryAt } = await failureOf(world.deliver(production, credentialOf(2)));
    world.clock.advanceTo(retryAt?.getTime() ?? 0);

    await world.deliver(production, credentialOf(2));

    expect(world.pipeline('Production')).toEqual(pairOf(2));
  });
});
