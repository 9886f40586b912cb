import { expect, it } from 'vitest';
import { FUNCTION_NAMES } from '../../functions/core/names';
import { WatchedLife } from './watched-life';

it.each(['rotate', 'deactivate', 'delete'] as const)('silent-%s: a daily function does not run', async (name) => {
  const life = await WatchedLife.start();
  await life.until(1, 12);
  expect(life.fired).toEqual([]);
  const enable = life.disable(`Triggers${name[0]?.toUpperCase()}${name.slice(1)}`);
  await life.until(2, 4);
  expect(life.fired).toEqual([]);

  await life.until(2, 9);

  expect(life.fired).toEqual([`silent-${name}`]);
  expect(life.told(`silent-${name}`)).toEqual(['ALARM']);

  enable();
  await life.until(3, 5);
  expect(life.told(`silent-${name}`)).toEqual(['ALARM', 'OK']);
  expect(life.ringing).toEqual([]);
  expect(life.fired).toEqual([`silent-${name}`]);
});

it('silent-sync: the hourly function does not run', async () => {
  const life = await WatchedLife.start();
  await life.until(3);
  const enable = life.disable('TriggersReconcile');
  await life.until(3, 2);
  expect(life.fired).toEqual([]);

  await life.until(3, 6);

  expect(life.fired).toEqual(['silent-sync']);
  expect(life.told('silent-sync')).toEqual(['ALARM']);

  enable();
  await life.until(3, 9);
  expect(life.told('silent-sync')).toEqual(['ALARM', 'OK']);
  expect(life.ringing).toEqual([]);
  expect(life.fired).toEqual(['silent-sync']);
});

it('right after the first deployment only silence rings, until each function has run once', async () => {
  // CloudWatch looks at a new alarm at once; the local account would first do so at the full hour.
  const life = await WatchedLife.start({
    onDeploy: (_, { alarms, clock }) => {
      for (const step of alarms.steps()) alarms.evaluate(step, clock.now());
    },
  });
  const silent = FUNCTION_NAMES.map((name) => `silent-${name}` as const);
  expect(life.fired).toEqual(silent);
  await life.until(0, 1);
  expect(life.ringing).toEqual([]);
  await life.until(1, 12);

  expect(life.ringing).toEqual([]);
  expect(life.fired).toEqual(silent);
  for (const name of silent) expect(life.told(name)).toEqual(['ALARM', 'OK']);
});
