import { describe, expect, it } from 'vitest';
import { TAG } from '../../functions/core/names';
import { everyDeath, expectSettled, live, superseded } from '../support/converge';

describe('a deletion whose process dies after any of its requests', () => {
  it('is finished by the next run, and touches no other key (K1, K9)', async () => {
    const deaths = await everyDeath({
      prepare: async (scene) => {
        await superseded(scene);
        await live(scene, [100]);
        scene.toDay(110.1);
      },
      run: (scene) => scene.delete(),
      afterwards: async (scene) => {
        await live(scene, [111]);
        await expectSettled(scene);
        expect(scene.keys('ci-shop').map(({ AccessKeyId }) => AccessKeyId)).toEqual([scene.currentKey('shop')]);
        expect(scene.tag('shop')[TAG.deactivated]).toBeUndefined();
      },
    });
    expect(deaths).toBeGreaterThanOrEqual(8);
  });

  it('that only records is repeated, and the recovery counts from a record (K4, K9)', async () => {
    await everyDeath({
      prepare: async (scene) => {
        const old = await superseded(scene);
        scene.toDay(109);
        scene.setStatus('ci-shop', old, 'Inactive');
        scene.toDay(110);
      },
      run: (scene) => scene.delete(),
      afterwards: async (scene) => {
        await live(scene, [111, 119]);
        expect(scene.keys('ci-shop')).toHaveLength(2);
        await live(scene, [121]);
        expect(scene.keys('ci-shop')).toHaveLength(1);
        await expectSettled(scene);
      },
    });
  });
});
