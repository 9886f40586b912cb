import { describe, expect, it } from 'vitest';
import { DAY } from '../../functions/core/duration';
import { everyDeath, expectSettled, live, superseded } from '../support/converge';

describe('a deactivation whose process dies after any of its requests', () => {
  it('is finished by the next run, and the whole recovery is kept (K1, K4, K9)', async () => {
    let old = '';
    const deaths = await everyDeath({
      prepare: async (scene) => {
        old = await superseded(scene);
        scene.toDay(100);
      },
      run: (scene) => scene.deactivate(),
      afterwards: async (scene) => {
        await live(scene, [101]);
        expect(scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId === old)?.Status).toBe('Inactive');
        await live(scene, [110, 112]);
        await expectSettled(scene);
        expect(scene.keys('ci-shop').map(({ AccessKeyId }) => AccessKeyId)).toEqual([scene.currentKey('shop')]);
        const at = (action: string) => scene.calls.findLast((call) => call.action === action)?.at ?? 0;
        expect(at('DeleteAccessKey') - at('UpdateAccessKey')).toBeGreaterThanOrEqual(10 * DAY);
      },
    });
    expect(deaths).toBeGreaterThanOrEqual(9);
  });
});
