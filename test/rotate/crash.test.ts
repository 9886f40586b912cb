import { describe, expect, it } from 'vitest';
import { delivered, everyDeath, expectLogin, expectSettled, live } from '../support/converge';

describe('a rotation whose process dies after any of its requests', () => {
  it('is finished by a later run, and the pipeline logs in all the time (K1, K9, K10)', async () => {
    let old: string | undefined;
    const deaths = await everyDeath({
      prepare: async (scene) => {
        await delivered(scene);
        old = scene.currentKey('shop');
        scene.toDay(90);
      },
      run: (scene) => scene.rotate(),
      afterwards: async (scene) => {
        await expectLogin(scene);
        await scene.sync();
        await expectLogin(scene);
        // Lambda tries again within minutes, when the dead run might still be at work.
        scene.hours(0.2);
        await scene.rotate();
        await scene.sync();
        await live(scene, [91]);
        await expectSettled(scene);
        expect(scene.keys('ci-shop').map(({ AccessKeyId }) => AccessKeyId)).toEqual([old, scene.currentKey('shop')]);
      },
    });
    expect(deaths).toBeGreaterThanOrEqual(11);
  });

  it('leaves nobody without a first key (K9, K10)', async () => {
    const deaths = await everyDeath({
      prepare: async (scene) => {
        scene.manage('shop');
      },
      run: (scene) => scene.rotate(),
      afterwards: async (scene) => {
        await live(scene, [0.01, 1]);
        await expectSettled(scene);
        expect(scene.keys('ci-shop')).toHaveLength(1);
      },
    });
    expect(deaths).toBeGreaterThanOrEqual(11);
  });

  it('discards what a dead run left behind, even when that run dies as well (K9)', async () => {
    let old: string | undefined;
    await everyDeath({
      prepare: async (scene) => {
        await delivered(scene);
        old = scene.currentKey('shop');
        scene.toDay(90);
        // Dies when the new key is made and nobody knows it.
        scene.awsFault = ({ action }) => (action === 'CreateAccessKey' ? { kind: 'drop-after' } : undefined);
        await scene.rotate();
        scene.awsFault = undefined;
        expect(scene.keys('ci-shop')).toHaveLength(2);
        scene.toDay(91);
      },
      run: (scene) => scene.rotate(),
      afterwards: async (scene) => {
        await expectLogin(scene);
        await live(scene, [91.01, 92]);
        await expectSettled(scene);
        expect(scene.keys('ci-shop').map(({ AccessKeyId }) => AccessKeyId)).toEqual([old, scene.currentKey('shop')]);
      },
    });
  });
});
