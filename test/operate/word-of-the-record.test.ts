import { describe, expect, it } from 'vitest';
import { DAY, MINUTE } from '../../functions/core/duration';
import { datedTag } from '../../functions/core/key/dated-tag';
import { TAG } from '../../functions/core/names';
import { deliveredKey, expectSettled, supersededKey } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';

const SAYS = [TAG.withdrawn, TAG.compromised, TAG.disableFirst];

/** Somebody who may tag secrets writes what only an administrator may ask for. */
function forge(scene: Scene, tag: string, id: string, from: number): void {
  scene.setTag(id, tag, datedTag(scene.currentKey(id) ?? '', new Date(scene.clock.now() + from)));
}

/** How long a run took. */
async function lasted(scene: Scene, run: () => Promise<unknown>): Promise<number> {
  const from = scene.clock.now();
  await run();
  return scene.clock.now() - from;
}

function statusOf(scene: Scene, accessKeyId: string): string | undefined {
  return scene.keys('ci-shop').find((key) => key.AccessKeyId === accessKeyId)?.Status;
}

describe.each(SAYS)('a tag %s that nobody may have written', (tag) => {
  it('holds nothing up, and is not obeyed, when it is of the future (K8, K13)', async () => {
    const { scene, old } = await supersededKey();
    const current = scene.currentKey('shop');
    scene.toDay(91);
    forge(scene, tag, 'shop', 1500 * DAY);
    expect(await lasted(scene, () => scene.rotate())).toBeLessThan(MINUTE);
    expect(await lasted(scene, () => scene.sync())).toBeLessThan(MINUTE);
    for (const day of [100.1, 111.2]) {
      scene.toDay(day);
      await scene.day();
    }
    expect([scene.currentKey('shop'), statusOf(scene, old)]).toEqual([current, undefined]);
    await expectSettled(scene);
  });

  it('is waited for from when a run has met it, and not for as long as its time says', async () => {
    const { scene } = await supersededKey();
    scene.toDay(91);
    for (const run of [() => scene.rotate({ look: ['shop'] }), () => scene.sync({ look: ['shop'] })]) {
      forge(scene, tag, 'shop', 4.9 * MINUTE);
      expect(await lasted(scene, run)).toBeLessThan(3 * MINUTE);
    }
  });

  it('delays no other key (K11)', async () => {
    const scene = await newScene();
    const ids = ['a', 'b', 'c', 'shop'];
    for (const id of ids) scene.manage(id);
    await scene.rotate();
    const from = scene.clock.now();
    forge(scene, tag, 'shop', 0);
    const { audits } = await scene.sync();
    const took = new Map(
      audits.flatMap(({ event, key, time }) =>
        event === 'version-delivered' ? [[key, Date.parse(time) - from] as const] : [],
      ),
    );
    expect([...took.keys()].sort()).toEqual(ids);
    for (const id of ['a', 'b', 'c']) expect(took.get(id)).toBeLessThan(took.get('shop') ?? 0);
  });

  it('is looked for in the streams of those who may say it, around its time (K11)', async () => {
    const { scene } = await supersededKey();
    scene.toDay(91);
    for (const age of [-2 * MINUTE, -20 * 60 * MINUTE, -700 * DAY]) {
      forge(scene, tag, 'shop', age);
      const from = scene.calls.length;
      await scene.sync({ look: ['shop'] });
      await scene.rotate({ look: ['shop'] });
      const asked = scene.calls.slice(from).filter(({ action, input }) => {
        return action === 'FilterLogEvents' && /ask-written|exposed/.test(String(input.filterPattern));
      });
      for (const { input } of asked) {
        expect(input.logStreamNamePrefix).toMatch(/^(administrator|rotate)\/$/);
        expect(Number(input.endTime) - Number(input.startTime)).toBeLessThan(2 * DAY);
      }
    }
  });
});

describe('a rollback that the record does not know', () => {
  it('keeps no key from being retired, also when it is asked for every day anew (K8)', async () => {
    const { scene, old } = await supersededKey();
    const current = scene.currentKey('shop');
    for (const day of [100.1, 111.2]) {
      scene.toDay(day);
      await scene.rotate();
      await scene.sync();
      for (const run of [() => scene.deactivate(), () => scene.delete()]) {
        forge(scene, TAG.withdrawn, 'shop', 0);
        expect(await lasted(scene, run)).toBeLessThan(5 * MINUTE);
      }
      expect(statusOf(scene, old)).toBe(day > 110 ? undefined : 'Inactive');
    }
    expect(scene.currentKey('shop')).toBe(current);
  });
});

describe('while the record cannot be read', () => {
  const isRead = ({ action }: { readonly action: string }) => action === 'FilterLogEvents';
  const unread = (scene: Scene) => {
    scene.awsFault = (call) =>
      isRead(call) ? { kind: 'error', status: 400, code: 'AccessDeniedException' } : undefined;
  };

  it.each(SAYS)('a delivery that the tag %s would hold back is held, and that is said (K14)', async (tag) => {
    const scene = await deliveredKey();
    scene.toDay(90);
    await scene.rotate();
    forge(scene, tag, 'shop', 0);
    unread(scene);
    const { summary, findings } = await scene.sync();
    expect(summary.delivered).toBe(0);
    if (tag !== TAG.withdrawn) expect(findings).toContain('compromised-unproved');
    scene.awsFault = undefined;
    await scene.sync();
    await expectSettled(scene);
  });

  it('a rollback is not done, and no key is retired meanwhile (K1, K14)', async () => {
    const { scene, old } = await supersededKey();
    const current = scene.currentKey('shop');
    scene.toDay(100.1);
    forge(scene, TAG.withdrawn, 'shop', 0);
    unread(scene);
    await scene.day();
    expect([scene.currentKey('shop'), statusOf(scene, old)]).toEqual([current, 'Active']);
    scene.awsFault = undefined;
    scene.toDay(101.2);
    await scene.day();
    expect([scene.currentKey('shop'), statusOf(scene, old)]).toEqual([current, 'Inactive']);
  });
});
