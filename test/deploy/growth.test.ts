import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { keyOf } from './configuration';
import { DAY, DeployWorld } from './world';

/** In a stack of keys of its own. */
const APART: object = { stack: 1 };

let world: DeployWorld;
beforeAll(async () => {
  world = await DeployWorld.start();
  for (const name of ['web-shop', 'api', 'batch']) await world.addPipeline(name);
  world.advance(400 * DAY);
  await world.deploy(configured([keyOf('web-shop'), keyOf('api')]));
});
afterAll(() => world.close());

const configured = (keys: ConfigInput['keys']): ConfigInput => ({ connections: world.connections, keys });

it('a key in a stack of keys is managed like the others, which stay where they are', async () => {
  const before = [await world.currentOf('web-shop'), await world.currentOf('api')];
  await world.deploy(configured([keyOf('web-shop'), keyOf('api'), keyOf('batch', APART)]));
  expect([await world.currentOf('web-shop'), await world.currentOf('api')]).toEqual(before);
  expect(await world.currentOf('batch')).toEqual({ accessKeyId: world.heldBy('batch'), delivered: true });
});

it('a key that moves to a stack of keys takes its secret with it, and nobody has two Active keys in the end', async () => {
  const before = await world.currentOf('api');
  const moved: object = { ...APART, secret: 'existing' };
  await world.deploy(configured([keyOf('web-shop'), keyOf('api', moved), keyOf('batch', APART)]));
  expect(await world.currentOf('api')).toEqual(before);
  const since = world.emulator.now();

  for (const days of [10, 10, 69, 1]) await world.passDays(days);
  expect(await world.findingsOf('api', since)).toEqual([]);
  for (const name of ['web-shop', 'api', 'batch']) {
    expect(await world.currentOf(name)).toEqual({ accessKeyId: world.heldBy(name), delivered: true });
    await world.login(name);
  }
  expect(world.heldBy('api')).not.toBe(before.accessKeyId);
  for (const days of [10, 13]) await world.passDays(days);
  for (const name of ['web-shop', 'api', 'batch']) expect(await world.keysOf(name)).toHaveLength(1);
});

it('never asked for what its policies do not allow (K12)', () => {
  expect(world.emulator.denied()).toEqual([]);
});
