import { afterAll, beforeAll, expect, it } from 'vitest';
import { keyOf } from './configuration';
import { KeyHistory } from './key-history';
import { DAY, DeployWorld } from './world';

/** What happens on which day after the deployment to a user whose only key is old. */
const YEAR: Readonly<Record<number, readonly string[]>> = {
  10: ['1 deactivated'],
  20: ['1 deleted'],
  90: ['3 made'],
  100: ['2 deactivated'],
  110: ['2 deleted'],
  180: ['4 made'],
  190: ['3 deactivated'],
  200: ['3 deleted'],
  270: ['5 made'],
  280: ['4 deactivated'],
  290: ['4 deleted'],
  360: ['6 made'],
};
const LAST_DAY = 365;
/** Those days, and each day before one. */
const DAYS = [...Object.keys(YEAR).flatMap((day) => [Number(day) - 1, Number(day)]), LAST_DAY];

let world: DeployWorld;
beforeAll(async () => {
  world = await DeployWorld.start();
  await world.addPipeline('web-shop');
  world.advance(400 * DAY);
});
afterAll(() => world.close());

it('delivers the first key within the deployment’s own hour, by the event of the deployment (K1)', async () => {
  const before = world.heldBy('web-shop');
  await world.deploy({ connections: world.connections, keys: [keyOf('web-shop')] });

  const current = await world.currentOf('web-shop');
  expect(current).toEqual({ accessKeyId: expect.any(String), delivered: true });
  expect(current.accessKeyId).not.toBe(before);
  expect(world.heldBy('web-shop')).toBe(current.accessKeyId);
  expect(await world.login('web-shop')).toMatch(/:user\/web-shop$/);
});

it('changes nothing when it is deployed again', async () => {
  const before = await world.currentOf('web-shop');
  expect(await world.deploy({ connections: world.connections, keys: [keyOf('web-shop')] })).toContain('(no changes)');
  expect(await world.currentOf('web-shop')).toEqual(before);
});

it('lives through a year on the dates, and the pipeline logs in on every day (K1, K3, K4, K8)', async () => {
  const history = new KeyHistory(await world.keysOf('web-shop'));
  const happened: Record<number, readonly string[]> = {};
  let today = 0;
  for (const day of DAYS) {
    await world.passDays(day - today);
    today = day;
    await expect(world.login('web-shop'), `day ${day}`).resolves.toMatch(/:user\/web-shop$/);
    const changes = history.changesTo(await world.keysOf('web-shop'));
    if (changes.length > 0) happened[day] = changes;
  }
  expect(happened).toEqual(YEAR);
});

it('never asked for what its policies do not allow (K12)', () => {
  expect(world.emulator.denied()).toEqual([]);
});
