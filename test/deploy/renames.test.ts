import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { keyOf } from './configuration';
import { DAY, DeployWorld } from './world';

let world: DeployWorld;
beforeAll(async () => {
  world = await DeployWorld.start();
  for (const name of ['web-shop', 'web-shop-2', 'api']) await world.addPipeline(name);
  world.advance(400 * DAY);
  await world.deploy(configured([keyOf('web-shop'), keyOf('api')]));
  await world.passDays(5);
});
afterAll(() => world.close());

const configured = (keys: ConfigInput['keys']): ConfigInput => ({ connections: world.connections, keys });

it('a key whose id is changed in its overlap is rotated on its day', async () => {
  const since = world.emulator.now();
  const renamed = keyOf('api', { id: 'api-production' });
  await world.deploy(configured([keyOf('web-shop'), renamed]));
  await world.login('api');
  for (const days of [5, 10, 70]) await world.passDays(days);

  expect(await world.findingsOf('api-production', since)).not.toContain('two-keys');
  expect(await world.currentOf('api-production')).toEqual({ accessKeyId: world.heldBy('api'), delivered: true });
  await world.login('api');
});

it('a key whose user is changed gets the new user’s first key at once, and nobody is accused of anything', async () => {
  // A key that was delivered a moment ago is left alone for the time that a delivery may take.
  await world.passDays(1);
  const since = world.emulator.now();
  await world.deploy(configured([keyOf('web-shop', { user: 'web-shop-2' }), keyOf('api', { id: 'api-production' })]));
  expect(await world.login('web-shop')).toMatch(/:user\/web-shop-2$/);
  expect(await world.currentOf('web-shop')).toEqual({ accessKeyId: world.heldBy('web-shop'), delivered: true });
  expect(await world.findingsOf('web-shop', since)).not.toContain('current-key-missing');
  for (const days of [5, 10]) await world.passDays(days);
  expect(world.emulator.denied()).toEqual([]);
});
