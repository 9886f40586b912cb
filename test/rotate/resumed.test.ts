import { describe, expect, it } from 'vitest';
import { deliveredKey, expectLogin, expectSettled } from '../support/converge';
import type { Scene } from '../support/scene';
import { due, failing, keyIds } from './due-key';

const HOUR = 60 * 60_000;

/** Hourly reconciles until one has rotate look, at so many hours from now at most; that look is taken, as Lambda does. */
async function resumedWithin(scene: Scene, hours: number) {
  for (let hour = 1; hour <= hours; hour += 1) {
    scene.clock.advanceBy(HOUR);
    await scene.sync();
    const [started] = scene.started.splice(0);
    if (started !== undefined) return { hour, started, ran: await scene.rotate({ look: started.keys }) };
  }
  return undefined;
}

describe('K8: a rotation that one bad minute of AWS has ended', () => {
  it.each([
    ['an answer of CreateAccessKey that never came', 'CreateAccessKey', { kind: 'drop-before' }],
    ['a key that was made without an answer', 'CreateAccessKey', { kind: 'drop-after' }],
    ['an outage of Secrets Manager', 'PutSecretValue', { kind: 'error', status: 503, code: 'InternalServiceError' }],
    ['a key that STS does not know', 'GetCallerIdentity', { kind: 'error', status: 403, code: 'InvalidClientTokenId' }],
  ] as const)('is made up for on the same day: %s', async (_what, action, fault) => {
    const { scene, old } = await due();
    failing(scene, action, fault);
    expect((await scene.rotate()).summary).toMatchObject({ rotated: 0, failed: 1 });
    scene.awsFault = undefined;
    const resumed = await resumedWithin(scene, 3);
    expect(resumed).toMatchObject({
      hour: 1,
      started: { name: 'rotate', keys: ['shop'] },
      ran: { summary: { rotated: 1 } },
    });
    await scene.sync();
    await expectLogin(scene);
    expect(keyIds(scene)).toEqual([old, scene.currentKey('shop')]);
    scene.clock.advanceBy(HOUR);
    await scene.sync();
    expect(scene.started).toEqual([]);
    await expectSettled(scene);
  });

  it('is not tried while it is held back, nor every hour for ever', async () => {
    const { scene } = await due();
    failing(scene, 'CreateAccessKey', { kind: 'error', status: 403, code: 'AccessDenied' });
    await scene.rotate();
    let tries = 0;
    for (let day = 0; day < 3; day += 1) {
      for (let hour = 0; hour < 24; hour += 1) {
        scene.clock.advanceBy(HOUR);
        await scene.sync();
        if (scene.started.splice(0).length === 0) continue;
        tries += 1;
        await scene.rotate({ look: ['shop'] });
      }
      await scene.rotate();
    }
    expect(tries).toBeGreaterThan(3);
    expect(tries).toBeLessThan(12);
  });
});

it('K1: pipelines whose key somebody has deleted wait an hour, and not a day, when the first repair fails', async () => {
  const scene = await deliveredKey();
  scene.toDay(30);
  scene.deleteKey('ci-shop', scene.currentKey('shop') ?? '');
  failing(scene, 'CreateAccessKey', { kind: 'drop-before' });
  expect((await scene.rotate()).summary).toMatchObject({ rotated: 0, failed: 1 });
  scene.awsFault = undefined;
  expect(await resumedWithin(scene, 2)).toMatchObject({ hour: 1, ran: { summary: { rotated: 1 } } });
  await scene.sync();
  await expectLogin(scene);
});
