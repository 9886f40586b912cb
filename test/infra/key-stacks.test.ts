import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterEach, describe, expect, it } from 'vitest';
import { secretStateOf } from '../../cli/rehearsal/witness/secret-state-of';
import type { ConfigInput } from '../../functions/core/config/config';
import { KeyturnStack } from '../../infra';
import type { Deployment } from '../../local/stack/deployment';
import { DeployedWorld, synthesized } from '../support/deployed-world';
import { bundles, errorsOf, resourcesOf, stackOf, templateOf } from './synthesized';

type KeyInput = NonNullable<ConfigInput['keys']>[number];

const shop: KeyInput = { id: 'shop', user: 'ci-shop' };
const images: KeyInput = { id: 'images', user: 'ci-images' };
const api: KeyInput = { id: 'api', user: 'ci-api' };

/** A key lives for a week. */
const FAST = { rotateAfter: 5, deactivateAfter: 6, deleteAfter: 7, idleFor: 1, holdLimit: 1 };

/** The names of the secrets of each stack. */
function secretsByStack(keys: readonly KeyInput[]): Readonly<Record<string, readonly string[]>> {
  const app = new App();
  const engine = new KeyturnStack(app, 'Keyturn', { bundles, config: { keys: [...keys] } });
  expect(errorsOf(engine)).toEqual([]);
  const stacks = app.node.children.filter((child) => child instanceof Stack);
  return Object.fromEntries(
    stacks.map((stack) => {
      const parameters = Object.values(Template.fromStack(stack).findResources('AWS::SSM::Parameter'));
      const names = parameters.map(({ Properties }) => String(Properties.Name));
      return [stack.stackName, names.flatMap((name) => /^\/keyturn\/keys\/(.*)$/.exec(name)?.[1] ?? [])];
    }),
  );
}

describe('the stack of a key', () => {
  it('is the main one, unless the key says another', () => {
    expect(secretsByStack([shop, { ...images, stack: 2 }, { ...api, stack: 1 }])).toEqual({
      Keyturn: ['shop'],
      KeyturnKeys1: ['api'],
      KeyturnKeys2: ['images'],
    });
  });

  it('stays the same whatever other keys come, go and change places', () => {
    expect(secretsByStack([{ ...api, stack: 1 }, shop])).toEqual({ Keyturn: ['shop'], KeyturnKeys1: ['api'] });
    expect(secretsByStack([images, shop, { ...api, stack: 1 }])).toEqual({
      Keyturn: ['images', 'shop'],
      KeyturnKeys1: ['api'],
    });
    expect(secretsByStack([shop])).toEqual({ Keyturn: ['shop'] });
  });

  it('leaves the exports of the main stack alone, so that the last key of a stack of keys can go', () => {
    const exports = (keys: readonly KeyInput[]) =>
      JSON.stringify(templateOf(stackOf({ keys: [...keys], encryption: 'customer-managed' })).Outputs);

    expect(exports([shop, { ...api, stack: 1 }])).toBe(exports([shop]));
  });

  it.each([0, 51, 1.5])('is not %s', (stack) => {
    expect(errorsOf(stackOf({ keys: [{ ...shop, stack }] }))).toEqual([expect.stringMatching(/^keys\[0\]\.stack: /)]);
  });

  it('has all stacks start the functions, in an event pattern that EventBridge takes', () => {
    const keys = Array.from({ length: 50 }, (_, at) => ({ id: `key-${at}`, user: `user-${at}`, stack: at + 1 }));
    const [pattern] = resourcesOf(templateOf(stackOf({ keys })), 'AWS::Events::Rule').flatMap(({ Properties }) => {
      const text = JSON.stringify(Properties.EventPattern ?? {});
      return text.includes('aws.cloudformation') ? [text] : [];
    });

    expect(pattern).toContain('stack/KeyturnKeys"');
    expect(pattern?.length).toBeLessThan(2_048);
  });
});

describe('keyStacks, which moved keys', () => {
  it.each([1, 3])('is refused (%i), and says how to leave each key where it is', (keyStacks) => {
    const stack = stackOf({ keys: [shop, images] }, { keyStacks });

    expect(errorsOf(stack)).toEqual([
      expect.stringMatching(
        /^keyStacks: expected "stack" on each key, .*Only if KeyturnKeys1 is deployed already.* shop: \d, images: \d\.$/,
      ),
    ]);
    expect(templateOf(stack).Resources).toBeUndefined();
  });

  it('names the stacks that it had made', () => {
    // By the first four bytes of the SHA-256 of the ID.
    expect(errorsOf(stackOf({ keys: [shop, images, api] }, { keyStacks: 3 }))[0]).toContain(
      'shop: 3, images: 2, api: 2',
    );
  });
});

describe('in the local account', () => {
  let world: DeployedWorld;
  afterEach(() => world.close());

  const of = (keys: readonly KeyInput[], policy?: ConfigInput['policy']) => synthesized({ keys: [...keys], policy });
  const deploy = (keys: readonly KeyInput[], policy?: ConfigInput['policy']): Promise<DeployedWorld> =>
    DeployedWorld.open(of(keys, policy), {
      before: ({ account }) => {
        for (const { user } of [shop, images, api]) {
          if (!keys.some((key) => key.user === user)) account.iam.users.create({ UserName: user });
        }
      },
    });
  const registered = () =>
    world.world.account.ssm
      .getParametersByPath({ Path: '/keyturn/keys/', Recursive: true })
      .Parameters.map(({ Name }) => String(Name).slice(14));
  const stateOf = (id: string) => {
    const { versions, tags } = secretStateOf(
      world.world.account.secretsManager.describeSecret({ SecretId: `keyturn/${id}` }),
    );
    return { versions, tags };
  };
  const activeKeys = (user: string) => world.keys(user).filter(({ status }) => status === 'Active');

  it('growth leaves existing keys where they are, and all are rotated', async () => {
    world = await deploy([shop, images], FAST);
    await world.until(1);
    const before = [shop, images].map(({ id }) => stateOf(id).versions);
    await world.redeploy(of([shop, images, { ...api, stack: 1 }], FAST));
    await world.until(2);

    expect([shop, images].map(({ id }) => stateOf(id).versions)).toEqual(before);
    expect(registered().sort()).toEqual(['api', 'images', 'shop']);
    expect(activeKeys('ci-api')).toHaveLength(1);
    await world.until(9);
    for (const { user } of [shop, images, api]) {
      expect(activeKeys(user).map(({ createdAt }) => Number(createdAt) > Date.parse('2026-01-05'))).toEqual([true]);
    }
    expect(world.history().filter((line) => line.includes('unmanaged-secret'))).toEqual([]);
  }, 60_000);

  it('a key that is moved without a word is refused, and comes back with its whole state by secret: existing', async () => {
    world = await deploy([shop, images], FAST);
    await world.until(1);
    const before = stateOf('shop');

    await expect(world.redeploy(of([{ ...shop, stack: 1 }, images], FAST))).rejects.toThrow(
      /keyturn\/shop already exists/,
    );
    await world.redeploy(of([{ ...shop, stack: 1, secret: 'existing' }, images], FAST));
    expect(stateOf('shop')).toEqual(before);
    await world.until(2);

    expect(registered().sort()).toEqual(['images', 'shop']);
    await world.until(5, 6);
    expect(world.keys('ci-shop')).toHaveLength(2);
    await world.until(9);
    expect(activeKeys('ci-shop').map(({ createdAt }) => Number(createdAt) > Date.parse('2026-01-05'))).toEqual([true]);
    expect(world.history().filter((line) => /two-keys|foreign-key/.test(line))).toEqual([]);
  }, 60_000);

  it('a key that was taken out in its overlap and is put back goes on as if it had not been away', async () => {
    world = await deploy([shop, images], FAST);
    await world.until(5, 6);
    const inOverlap = world.keys('ci-shop').map(({ id, status }) => ({ id, status }));
    expect(inOverlap).toHaveLength(2);
    await world.redeploy(of([images], FAST));
    await world.until(5, 12);
    expect(registered()).toEqual(['images']);
    await world.redeploy(of([images, { ...shop, secret: 'existing' }], FAST));
    await world.until(9);

    expect(world.keys('ci-shop')).toMatchObject([{ id: inOverlap[1]?.id, status: 'Active' }]);
    expect(world.history().filter((line) => /two-keys|foreign-key/.test(line))).toEqual([]);
  }, 60_000);

  it('the policy of a secret that is taken over is the same as of one that is made', async () => {
    const policies = new Map<string, unknown>();
    const note = ({ secrets }: Deployment) => {
      for (const { name, resourcePolicy } of secrets) policies.set(name, resourcePolicy);
    };
    world = await DeployedWorld.open(synthesized({ keys: [images, { ...shop, secret: 'existing' }] }), {
      before: ({ account }) => {
        account.secretsManager.createSecret({ Name: 'keyturn/shop' });
      },
      onDeploy: note,
    });
    const { ResourcePolicy } = world.world.account.secretsManager.getResourcePolicy({ SecretId: 'keyturn/shop' });

    // But for what each says of its own key's entry.
    const words = (policy: unknown) => JSON.stringify(policy).replace(/DeliverEntry[0-9a-f]{40}/, 'Deliver');
    expect(words(JSON.parse(ResourcePolicy ?? '{}'))).toBe(words(policies.get('keyturn/images')));
  }, 60_000);
});
