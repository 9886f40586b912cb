import { DescribeSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConfigInput } from '../../functions/core/config/config';
import { secretName } from '../../functions/core/names';
import { keyOf } from './configuration';
import { KeyHistory } from './key-history';
import { DAY, DeployWorld } from './world';

/** Takes the secret that is there already. */
const EXISTING: object = { secret: 'existing' };
const FASTER = { rotateAfter: 60, deactivateAfter: 70, deleteAfter: 80 };

let world: DeployWorld;
beforeAll(async () => {
  world = await DeployWorld.start();
  for (const name of ['web-shop', 'api', 'batch']) await world.addPipeline(name);
  world.advance(400 * DAY);
});
afterAll(() => world.close());

const configured = (keys: ConfigInput['keys'], more: Partial<ConfigInput> = {}): ConfigInput => ({
  connections: world.connections,
  keys,
  ...more,
});

it('a key that is added gets its first key at once, and the others keep theirs', async () => {
  await world.deploy(configured([keyOf('web-shop')]));
  const before = await world.currentOf('web-shop');
  await world.deploy(configured([keyOf('web-shop'), keyOf('api')]));

  expect(await world.currentOf('web-shop')).toEqual(before);
  expect(await world.currentOf('api')).toEqual({ accessKeyId: world.heldBy('api'), delivered: true });
});

it('a policy that is changed counts from then on: nothing is rotated before its day, and all on it', async () => {
  const keys = [keyOf('web-shop'), keyOf('api')];
  await world.deploy(configured(keys, { policy: FASTER }));
  const history = new KeyHistory(await world.keysOf('web-shop'));
  const happened: string[] = [];
  for (const day of [20, 39, 1, 9, 1, 10]) {
    await world.passDays(day);
    happened.push(...history.changesTo(await world.keysOf('web-shop')));
    await world.login('web-shop');
  }
  expect(happened).toEqual(['1 deactivated', '1 deleted', '3 made', '2 deactivated', '2 deleted']);
});

it('a key of the account’s own encrypts what is stored, and an archive keeps the record, from the next rotation on', async () => {
  const keys = [keyOf('web-shop'), keyOf('api')];
  await world.deploy(configured(keys, { policy: FASTER, encryption: 'customer-managed' }));
  const { KmsKeyId } = await world
    .client(SecretsManagerClient)
    .send(new DescribeSecretCommand({ SecretId: secretName('web-shop') }));
  expect(KmsKeyId).toContain(':key/');
  await world.deploy(
    configured(keys, { policy: FASTER, encryption: 'customer-managed', audit: { archive: { years: 1 } } }),
  );
  const before = world.heldBy('web-shop');
  await world.passDays(40);

  expect(world.heldBy('web-shop')).not.toBe(before);
  expect(await world.currentOf('web-shop')).toEqual({ accessKeyId: world.heldBy('web-shop'), delivered: true });
});

it('a place that is changed gets the current key at once, and nothing is rotated for it', async () => {
  const [, placed] = [keyOf('web-shop'), keyOf('api', { deliverTo: keyOf('batch').deliverTo })];
  const before = await world.currentOf('api');
  await world.deploy(configured([keyOf('web-shop'), placed], { policy: FASTER }));
  expect(await world.currentOf('api')).toEqual(before);
  expect(world.heldBy('batch')).toBe(before.accessKeyId);
});

it('a key that is taken out in its overlap stays as it is: both its keys log in for as long as people like', async () => {
  const before = await world.keysOf('api');
  expect(before).toHaveLength(2);
  await world.deploy(configured([keyOf('web-shop')], { policy: FASTER }));
  for (const days of [10, 10]) await world.passDays(days);
  expect(await world.keysOf('api')).toEqual(before);
  await world.login('api');
});

it('a key that is put back goes on with the secret that it had', async () => {
  const since = world.emulator.now();
  const before = await world.currentOf('api');
  await world.deploy(configured([keyOf('web-shop'), keyOf('api', EXISTING)], { policy: FASTER }));
  expect(await world.currentOf('api')).toEqual(before);
  // What it was delivered to is looked at first; the key before it is deactivated on the next day, and deleted ten later.
  for (const days of [1, 19, 20, 20]) await world.passDays(days);

  expect(await world.findingsOf('api', since)).not.toContain('two-keys');
  expect(await world.currentOf('api')).not.toEqual(before);
  await world.login('api');
});

it('never asked for what its policies do not allow (K12)', () => {
  expect(world.emulator.denied()).toEqual([]);
});
