import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { assemblyOf } from './assembly';
import { CdkError, destroy } from './cdk';
import { keyOf } from './configuration';
import { DAY, DeployWorld } from './world';

let world: DeployWorld;
beforeAll(async () => {
  world = await DeployWorld.start();
  for (const name of ['web-shop', 'api']) await world.addPipeline(name);
  world.advance(400 * DAY);
  await world.deploy(configured([keyOf('web-shop')]));
});
afterAll(() => world.close());

const configured = (keys: ConfigInput['keys'], more: Partial<ConfigInput> = {}): ConfigInput => ({
  connections: world.connections,
  keys,
  ...more,
});

it('an update in which a resource is refused changes nothing, keys go on their way, and the next one goes through', async () => {
  const before = await world.currentOf('web-shop');
  world.emulator.refuse('KeyRotationapiRegistry');
  await expect(world.deploy(configured([keyOf('web-shop'), keyOf('api')]))).rejects.toThrow(CdkError);
  expect(await world.currentOf('web-shop')).toEqual(before);
  for (const days of [10, 10, 70]) await world.passDays(days);
  expect(world.heldBy('web-shop')).not.toBe(before.accessKeyId);
  await world.login('web-shop');

  world.emulator.refuse();
  await world.deploy(configured([keyOf('web-shop'), keyOf('api')]));
  expect(await world.currentOf('api')).toEqual({ accessKeyId: world.heldBy('api'), delivered: true });
});

it('what is destroyed leaves every key as it is', async () => {
  const before = [await world.keysOf('web-shop'), await world.keysOf('api')];
  await destroy(world.emulator, assemblyOf(configured([keyOf('web-shop'), keyOf('api')])));
  expect([await world.keysOf('web-shop'), await world.keysOf('api')]).toEqual(before);
  for (const name of ['web-shop', 'api']) await world.login(name);
});

it('what is deployed again after that goes on with the record and the keys that were there', async () => {
  const existing: object = { secret: 'existing' };
  const since = world.emulator.now();
  const before = [await world.currentOf('web-shop'), await world.currentOf('api')];
  const keys = [keyOf('web-shop', existing), keyOf('api', existing)];
  await world.deploy(configured(keys, { audit: { logGroup: 'existing' } }));
  expect([await world.currentOf('web-shop'), await world.currentOf('api')]).toEqual(before);

  for (const days of [10, 10, 70]) await world.passDays(days);
  for (const name of ['web-shop', 'api']) {
    expect(await world.findingsOf(name, since)).not.toContain('two-keys');
    await world.login(name);
  }
  expect(world.heldBy('web-shop')).not.toBe(before[0]?.accessKeyId);
});

it('never asked for what its policies do not allow (K12)', () => {
  expect(world.emulator.denied()).toEqual([]);
});
