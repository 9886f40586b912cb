import { describe, expect, it } from 'vitest';
import type { DeliveredKey } from '../../../functions/core/hosts/host';
import type { TargetConfig } from '../../../functions/core/hosts/target';
import type { VariablePlace } from '../../../local/hosts/bitbucket/place';
import {
  credentialOf,
  failureOf,
  isWrite,
  production,
  repositoryTarget,
  SECRET,
  STORED,
  startWorld,
  targetOf,
  workspaceTarget,
} from './bitbucket-world';

type World = Awaited<ReturnType<typeof startWorld>>;

const ID = 'AWS_ACCESS_KEY_ID';
const SECRET_KEY = 'AWS_SECRET_ACCESS_KEY';
const wanted: DeliveredKey = { ...STORED, accessKeyId: credentialOf().accessKeyId };

const inspect = async ({ targets, connection }: World, target: TargetConfig = production) =>
  (await targets.open(target, connection)).inspect(wanted);

const place = ({ environment }: World): VariablePlace => ({
  level: 'deployment',
  workspace: 'acme',
  repository: 'web-shop',
  environment: environment.uuid,
});

function edit(world: World, key: string, change: { value?: string; secured?: boolean }): void {
  const { bitbucket } = world;
  const variable = bitbucket.variables(place(world)).find((one) => one.key === key);
  const { value = world.pipeline('Production')[key], secured = variable?.secured } = change;
  bitbucket.updateVariable(place(world), variable?.uuid ?? '', { key, value, secured });
}

function remove(world: World, key: string): void {
  const { bitbucket } = world;
  const variable = bitbucket.variables(place(world)).find((one) => one.key === key);
  bitbucket.removeVariable(place(world), variable?.uuid ?? '');
}

describe('a look at what was delivered', () => {
  it.each([production, repositoryTarget, workspaceTarget])(
    'finds nothing amiss, and changes nothing: %j',
    async (to) => {
      const world = await startWorld();
      world.bitbucket.addAccessToken({ token: 'other', workspace: 'acme', scopes: ['pipeline:variable'] });
      await world.deliver(to);
      const before = world.requests.length;

      const seen = await inspect(world, to);

      expect(seen).toMatchObject({ differences: [], holds: wanted.accessKeyId, compared: [ID, SECRET_KEY] });
      expect(seen.places).toHaveLength(2);
      const made = world.requests.slice(before);
      expect(made.filter(isWrite)).toEqual([]);
      // The environments are known since the delivery.
      expect(made).toHaveLength(1);
    },
  );

  it.each<[string, (world: World) => void, string]>([
    ['an ID that is gone', (world) => remove(world, ID), `${ID} is missing`],
    ['a secret that is gone', (world) => remove(world, SECRET_KEY), `${SECRET_KEY} is missing`],
    ['another ID', (world) => edit(world, ID, { value: 'AKIA00000000000000OL' }), `${ID} holds AKIA00000000000000OL`],
    ['anything else as an ID', (world) => edit(world, ID, { value: SECRET }), `${ID} holds something else`],
    ['a secret that anybody can read', (world) => edit(world, SECRET_KEY, { secured: false }), 'is not secured'],
    [
      'an environment that is gone',
      (world) => world.bitbucket.removeEnvironment('acme', 'web-shop', 'Production'),
      'its environment is not there',
    ],
  ])('tells %s, without any value but an access key ID (K6)', async (_what, deed, says) => {
    const world = await startWorld();
    await world.deliver(production);
    deed(world);

    const { differences } = await inspect(world);

    expect(differences).toEqual([expect.stringContaining(says)]);
    expect(differences.join()).not.toContain(SECRET);
  });

  it('tells the region and the bundle, where they are delivered', async () => {
    const world = await startWorld();
    const to = targetOf({ ...production, region: 'eu-west-1', variables: { bundle: 'AWS' } });
    await world.deliver(to);
    edit(world, 'AWS_DEFAULT_REGION', { value: 'us-east-1' });
    remove(world, 'AWS');

    expect((await inspect(world, to)).differences).toEqual([
      'AWS_DEFAULT_REGION holds something else',
      'AWS is missing',
    ]);
  });

  it('takes a difference for one only when it is still there seconds later', async () => {
    const world = await startWorld();
    await world.deliver(production);
    let looks = 0;
    world.fail(({ method, path }) => method === 'GET' && path.includes('/variables') && ++looks === 1, {
      kind: 'status',
      status: 200,
      body: { values: [], pagelen: 100 },
    });

    expect((await inspect(world)).differences).toEqual([]);
    expect(world.time.sleeps).toEqual([2_000]);
  });

  it('cannot compare an ID that is secured, and says nothing about it', async () => {
    const world = await startWorld();
    await world.deliver(targetOf({ ...production, secureAccessKeyId: true }));

    expect(await inspect(world)).toMatchObject({ differences: [], holds: undefined });
  });

  it.each<[string, (world: World) => void]>([
    [
      'an environment that was deleted and made again, with variables that look alike',
      (world) => {
        world.bitbucket.removeEnvironment('acme', 'web-shop', 'Production');
        Object.assign(world.environment, world.bitbucket.addEnvironment('acme', 'web-shop', 'Production'));
        const at = place(world);
        world.bitbucket.createVariable(at, { key: ID, value: wanted.accessKeyId, secured: false });
        world.bitbucket.createVariable(at, { key: SECRET_KEY, value: 'an older one', secured: true });
      },
    ],
    [
      'a hidden value that was deleted and made again',
      (world) => {
        remove(world, SECRET_KEY);
        world.bitbucket.createVariable(place(world), { key: SECRET_KEY, value: 'an older one', secured: true });
      },
    ],
  ])('shows %s as another revision', async (_what, deed) => {
    const world = await startWorld();
    const created = await world.deliver(production);
    const { revision } = await inspect(world);
    expect((await inspect(world)).revision).toBe(revision);
    // What a delivery says that it wrote to, whether it made the variables or found them.
    expect(created.revision).toBe(revision);
    expect((await world.deliver(production)).revision).toBe(revision);
    deed(world);

    // Another run has another client.
    const again = await inspect({ ...world, targets: world.openAgain() });
    expect(again.differences).toEqual([]);
    expect(again.revision).not.toBe(revision);
  });

  it('that nobody could take is an error, and no difference', async () => {
    const world = await startWorld();
    await world.deliver(production);
    world.fail(() => true, { kind: 'status', status: 503 });

    expect(await failureOf(inspect(world))).toMatchObject({ code: 'host-down' });
  });
});

describe('what people have secured', () => {
  it('stays so when another key is delivered', async () => {
    const world = await startWorld();
    const to = targetOf({ ...production, region: 'eu-west-1' });
    await world.deliver(to);
    for (const key of [ID, 'AWS_DEFAULT_REGION']) edit(world, key, { secured: true });

    expect(await world.deliver(to, credentialOf(2))).toMatchObject({ readBack: undefined });

    expect(world.bitbucket.variables(place(world)).map(({ secured }) => secured)).toEqual([true, true, true]);
    expect(world.pipeline('Production')).toMatchObject({ [ID]: credentialOf(2).accessKeyId });
  });

  it('stays so where it is made and secured while the delivery is at work', async () => {
    const world = await startWorld();
    let isMade = false;
    world.fail(
      ({ method, path }) => {
        if (method === 'POST' && path.includes('/variables') && !isMade) {
          isMade = true;
          world.bitbucket.createVariable(place(world), { key: ID, value: 'mine', secured: true });
        }
        return false;
      },
      { kind: 'drop-before' },
    );

    await world.deliver(production);

    const id = world.bitbucket.variables(place(world)).find(({ key }) => key === ID);
    expect(id).toMatchObject({ secured: true });
    expect(world.pipeline('Production')).toMatchObject({ [ID]: credentialOf().accessKeyId });
  });
});

describe('a place whose name would lead elsewhere', () => {
  it.each<[string, object]>([
    ['up', { repository: '../..' }],
    ['up from a repository', { repository: 'acme/..' }],
    ['deeper', { repository: 'acme/web-shop/downloads' }],
    ['with an encoded dot', { repository: 'acme/%2e%2e' }],
  ])('is refused before any request, whoever wrote it into the registry: %s', async (_what, change) => {
    const world = await startWorld();
    const to = { ...production, ...change } as TargetConfig;

    for (const deed of [world.deliver(to), inspect(world, to)]) {
      expect(await failureOf(deed)).toMatchObject({ code: 'invalid-config', retryable: false });
    }
    expect(world.requests).toEqual([]);
  });

  it('is not followed where the host says so', async () => {
    const world = await startWorld();
    world.fail(({ path }) => path.endsWith('/environments'), {
      kind: 'status',
      status: 200,
      body: { values: [{ uuid: '..', name: 'Production' }] },
    });

    expect((await failureOf(world.deliver(production))).code).toBe('host-answer-invalid');
    expect(world.requests.filter(({ path }) => !path.endsWith('/environments'))).toEqual([]);
  });
});
