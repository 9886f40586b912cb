import { expect, it } from 'vitest';
import { deliveredKey, expectLogin, expectSettled, live } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';

/** Lets several runs meet: none goes on with an action before all of them have come to it. */
function meetAt(scene: Scene, action: string): void {
  scene.awsFault = (call) => (call.action === action ? { kind: 'delay', milliseconds: 60 } : undefined);
}

it.each(['TagResource', 'CreateAccessKey', 'PutSecretValue'])(
  'two runs that meet at %s make one fresh key at most where there is room for one (K1, K9, K10)',
  async (action) => {
    const scene = await deliveredKey();
    const old = scene.currentKey('shop');
    scene.toDay(90);
    meetAt(scene, action);
    const outcomes = await Promise.all([scene.rotate(), scene.rotate()]);
    scene.awsFault = undefined;
    expect(outcomes.map(({ thrown }) => thrown)).toEqual([undefined, undefined]);
    expect(outcomes.map(({ summary }) => summary.rotated).sort()).toEqual([0, 1]);
    expect(scene.keys('ci-shop')).toHaveLength(2);
    await expectLogin(scene);
    await scene.sync();
    await live(scene, [91]);
    await expectSettled(scene);
    expect(scene.keys('ci-shop').map(({ AccessKeyId }) => AccessKeyId)).toEqual([old, scene.currentKey('shop')]);
  },
);

it('two first rotations at the same time leave one current key; the other one is gone before the next is due (K4, K8, K9, K10)', async () => {
  const scene = await newScene();
  scene.manage('shop');
  meetAt(scene, 'TagResource');
  await Promise.all([scene.rotate(), scene.rotate()]);
  scene.awsFault = undefined;
  expect(scene.keys('ci-shop')).toHaveLength(2);
  await scene.sync();
  await expectLogin(scene);
  // The other key's delivery may be under way: what this one proved is not believed yet.
  expect(scene.isDelivered('shop')).toBe(false);
  scene.hours(1);
  await scene.sync();
  await expectSettled(scene);
  const first = scene.currentKey('shop');
  await live(scene, [1, 60, 70, 80, 89]);
  expect(scene.keys('ci-shop').map(({ AccessKeyId }) => AccessKeyId)).toEqual([first]);
  await live(scene, [90]);
  expect(scene.currentKey('shop')).not.toBe(first);
  await expectSettled(scene);
});
