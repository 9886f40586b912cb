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

it('errors: two runs in an hour are stopped as a whole, and the third one comes to its end', async () => {
  const life = await WatchedLife.start();
  await life.until(2, 2);
  let left = 2;
  life.aws = ({ action, principal }) =>
    action === 'GetParametersByPath' && principal.arn.includes('Rotate') && left-- > 0
      ? { kind: 'error', status: 400, code: 'InvalidFilterKey' }
      : undefined;
  await life.until(2, 5);

  expect(left).toBeLessThan(0);
  expect(life.fired).toEqual(['errors']);
  expect(life.told('errors')).toEqual(['ALARM']);
  expect(life.ringing).toEqual([]);
});

it('errors, dead-letters and silence: a function fails for as long as it lasts', async () => {
  const life = await WatchedLife.start();
  await life.until(2);
  life.aws = ({ action, principal }) =>
    action === 'GetParametersByPath' && principal.arn.includes('Sync')
      ? { kind: 'error', status: 400, code: 'InvalidFilterKey' }
      : undefined;
  await life.until(2, 7);

  expect(life.fired).toEqual(['silent-sync', 'errors', 'dead-letters']);

  life.aws = undefined;
  for (const { messages } of life.deployed.deployment.queues) messages.splice(0);
  await life.until(2, 12);
  expect(life.ringing).toEqual([]);
});

it('dead-letters: an event cannot be handed to its function', async () => {
  const life = await WatchedLife.start();
  await life.until(2, 2);
  const { world } = life.deployed;
  const [rule] = world.bus.rules.filter(({ name }) => name.includes('TriggersDelete'));
  if (rule === undefined) throw new Error('There is no rule for delete');
  // The function's own policy does not know the rule any more.
  world.bus.putRule({ ...rule, arn: rule.arn.replace('TriggersDelete', 'TriggersOther') });
  await life.until(2, 5);

  expect(life.fired).toEqual(['dead-letters']);
  expect(life.told('dead-letters')).toEqual(['ALARM']);

  world.bus.putRule(rule);
  for (const { messages } of life.deployed.deployment.queues) messages.splice(0);
  await life.until(2, 6);
  expect(life.told('dead-letters')).toEqual(['ALARM', 'OK']);
  expect(life.ringing).toEqual([]);
  expect(life.fired).toEqual(['dead-letters']);
});

it('record-incomplete: the record takes no events', async () => {
  // The record is in no trail, so the runs that the shortcut passes over would go on without it.
  const life = await WatchedLife.start({ everyHour: true });
  await life.until(3);
  life.aws = ({ action }) =>
    action === 'PutLogEvents' ? { kind: 'error', status: 400, code: 'AccessDeniedException' } : undefined;
  await life.until(3, 5);

  expect(life.fired).toEqual(['record-incomplete']);
  expect(life.told('record-incomplete')).toEqual(['ALARM']);

  life.aws = undefined;
  await life.until(4, 12);
  expect(life.ringing).toEqual([]);
  expect(life.fired).toEqual(['record-incomplete']);
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
