import { describe, expect, it } from 'vitest';
import { everyDeath, expectLogin, expectSettled, live } from '../support/converge';
import type { Scene } from '../support/scene';
import { whoIs } from '../support/who-is';

/** A variable that holds the whole credential cannot be torn. */
const withBundle = { deliverTo: [{ variables: { bundle: 'AWS_CREDENTIAL' } }] };

async function loginOfBundle(scene: Scene): Promise<string> {
  const { AWS_CREDENTIAL } = scene.bitbucket.pipelineVariables('acme', 'shop', 'Production');
  const { accessKeyId, secretAccessKey } = JSON.parse(AWS_CREDENTIAL ?? '{}');
  return whoIs(accessKeyId, secretAccessKey);
}

describe('a delivery whose process dies after any of its requests', () => {
  it('is finished by the next run; a pair is torn between its two writes only (K1, K9)', async () => {
    let torn = 0;
    let old = { accessKeyId: '', secretAccessKey: '' };
    const deaths = await everyDeath({
      prepare: async (scene) => {
        scene.manage('shop', withBundle);
        await scene.rotate();
        await scene.sync();
        const { accessKeyId = '', secretAccessKey = '' } = scene.held('shop');
        old = { accessKeyId, secretAccessKey };
        scene.toDay(90);
        await scene.rotate();
      },
      run: (scene) => scene.sync(),
      afterwards: async (scene) => {
        const held = scene.held('shop');
        const isTorn = (held.accessKeyId === old.accessKeyId) !== (held.secretAccessKey === old.secretAccessKey);
        if (isTorn) torn += 1;
        else await expectLogin(scene);
        expect(await loginOfBundle(scene)).toContain('ci-shop');
        await scene.sync();
        await expectSettled(scene);
        expect(await loginOfBundle(scene)).toContain('ci-shop');
        scene.hours(1);
        expect((await scene.sync()).audits).toHaveLength(2);
        expect(scene.keys('ci-shop').map(({ AccessKeyId }) => AccessKeyId)).toEqual([
          old.accessKeyId,
          held && scene.currentKey('shop'),
        ]);
      },
    });
    expect(deaths).toBeGreaterThanOrEqual(15);
    expect(torn).toBeLessThanOrEqual(2);
  });

  it('late does not shorten the overlap (K3, K9)', async () => {
    await everyDeath({
      prepare: async (scene) => {
        scene.manage('shop');
        await scene.rotate();
        await scene.sync();
        scene.toDay(90);
        await scene.rotate();
        scene.hours(30);
      },
      run: (scene) => scene.sync(),
      afterwards: async (scene) => {
        await scene.sync();
        await expectSettled(scene);
        await live(scene, [101]);
        expect(scene.keys('ci-shop').map(({ Status }) => Status)).toEqual(['Active', 'Active']);
        await live(scene, [102]);
        expect(scene.keys('ci-shop').map(({ Status }) => Status)).toEqual(['Inactive', 'Active']);
      },
    });
  });

  it('to a changed set of targets is finished too, without a stale label (K9)', async () => {
    await everyDeath({
      prepare: async (scene) => {
        scene.manage('shop');
        await scene.rotate();
        await scene.sync();
        scene.register(scene.entry('shop', { deliverTo: [{ region: 'eu-west-1' }] }));
      },
      run: (scene) => scene.sync(),
      afterwards: async (scene) => {
        await scene.sync();
        await scene.sync();
        await expectSettled(scene);
        const labels = Object.values(scene.labels('shop')).flat();
        expect(labels.filter((label) => label.startsWith('DELIVERED-'))).toHaveLength(1);
      },
    });
  });
});
