import { expect, it } from 'vitest';
import { WatchedLife } from './watched-life';

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
