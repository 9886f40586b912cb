import { describe, expect, it } from 'vitest';
import { datedTag } from '../../functions/core/key/dated-tag';
import { TAG } from '../../functions/core/names';
import { ROLE, replaceable, takeRole } from '../deactivate/replaceable';
import { expectLogin } from '../support/converge';
import type { Scene } from '../support/scene';

/** Whoever may tag the secret says that its key goes for good, and is Inactive. */
function forge(scene: Scene): void {
  const said = datedTag(scene.currentKey('shop') ?? '', new Date(scene.clock.now() - 3 * 3_600_000));
  for (const tag of [TAG.replaced, TAG.deactivated]) scene.setTag('shop', tag, said);
}

const readings = ({ calls }: Scene, from: number) =>
  calls.slice(from).filter(({ action }) => action === 'FilterLogEvents').length;

describe('of a key that roles have replaced sync', () => {
  it('asks the record at two hours of a day, and not in each', async () => {
    const scene = await replaceable();
    scene.toDay(1);
    await takeRole(scene);
    scene.toDay(35);
    await scene.day();
    scene.toDay(36);
    const from = scene.calls.length;
    for (let hour = 0; hour < 24; hour += 1) {
      scene.hours(1);
      expect((await scene.sync()).audits).toHaveLength(2);
    }
    expect(readings(scene, from)).toBeGreaterThan(0);
    expect(readings(scene, from)).toBeLessThanOrEqual(4);
  });

  it('finds within a day what has drifted, whatever tags say each hour (K13)', async () => {
    const scene = await replaceable();
    scene.toDay(2);
    await scene.sync();
    scene.bitbucket.removeEnvironment('acme', 'shop', 'Production');
    scene.bitbucket.addEnvironment('acme', 'shop', 'Production');
    const found: string[] = [];
    for (let hour = 0; hour < 26; hour += 1) {
      scene.hours(1);
      forge(scene);
      found.push(...(await scene.sync()).findings);
    }
    expect(found).toContain('drifted');
    await expectLogin(scene);
  });

  it('delivers at once to targets that it got since, where only tags say that it is gone (K1)', async () => {
    const scene = await replaceable();
    scene.toDay(2);
    forge(scene);
    const other = { environment: 'Staging' };
    scene.bitbucket.addEnvironment('acme', 'shop', 'Staging');
    scene.register(scene.entry('shop', { replacedBy: { roles: [ROLE], idleFor: 30 }, deliverTo: [{}, other] }));
    expect((await scene.sync()).audits.filter(({ event }) => event === 'target-delivered')).toHaveLength(2);
  });
});

describe('how late a key is', () => {
  it('no tag hides from the metrics that says that roles have replaced it', async () => {
    const scene = await replaceable();
    scene.toDay(94);
    await expectLogin(scene);
    forge(scene);
    scene.awsFault = ({ action }) =>
      action === 'CreateAccessKey' ? { kind: 'error', status: 503, code: 'ServiceUnavailable' } : undefined;
    const { summary } = await scene.rotate();
    expect(summary.mostOverdueDays).toBeGreaterThan(3);
    expect(summary.oldestCurrentKeyDays).toBeGreaterThan(93);
  });
});
