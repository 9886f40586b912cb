import { afterAll, beforeAll, expect, it } from 'vitest';
import { CdkError } from './cdk';
import { keyOf } from './configuration';
import { DAY, DeployWorld } from './world';

let world: DeployWorld;
beforeAll(async () => {
  world = await DeployWorld.start();
  await world.addPipeline('web-shop');
  world.advance(400 * DAY);
});
afterAll(() => world.close());

it('a first deployment in which a resource is refused leaves nothing behind that stops the next one', async () => {
  const config = { connections: world.connections, keys: [keyOf('web-shop')] };
  world.emulator.refuse('AWS::CloudWatch::Dashboard');
  await expect(world.deploy(config)).rejects.toThrow(CdkError);
  const before = world.heldBy('web-shop');
  await world.login('web-shop');

  world.emulator.refuse();
  await world.deploy(config);
  expect(world.heldBy('web-shop')).not.toBe(before);
  expect(await world.currentOf('web-shop')).toEqual({ accessKeyId: world.heldBy('web-shop'), delivered: true });
});
