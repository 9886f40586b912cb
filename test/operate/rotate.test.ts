import { describe, expect, it } from 'vitest';
import { TAG } from '../../functions/core/names';
import { deliveredKey, expectSettled, live, supersededKey } from '../support/converge';
import type { Scene } from '../support/scene';

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const ROTATE = { schema: 'keyturn.request/v1', id: ID, do: 'rotate', keys: ['shop'], why: 'a developer left' };
const DELIVER = { ...ROTATE, do: 'deliver', why: 'the variables were changed' };

/** Shown, and then done. */
async function doneBy(scene: Scene, document: object) {
  const { answer } = await scene.ask(document);
  return scene.ask({ ...document, plan: answer?.plan?.digest });
}
const created = ({ calls }: Scene) => calls.filter(({ action }) => action === 'CreateAccessKey').length;

describe('a rotation that was asked for', () => {
  it('is begun at once, and done once, however often the function is started (K14)', async () => {
    const scene = await deliveredKey();
    scene.toDay(40);
    const before = created(scene);
    const { answer } = await doneBy(scene, ROTATE);
    expect([answer?.outcome, answer?.started]).toEqual(['done', [{ function: 'rotate', isStarted: true }]]);
    expect(scene.started).toEqual([{ name: 'rotate', keys: ['shop'] }]);
    expect((await scene.rotate({ look: ['shop'] })).summary.rotated).toBe(1);
    await scene.sync();
    for (const again of [{ look: ['shop'] }, {}]) expect((await scene.rotate(again)).summary.rotated).toBe(0);
    expect(created(scene)).toBe(before + 1);
    await expectSettled(scene);
  });

  it('is done by the daily run when nothing was started', async () => {
    const scene = await deliveredKey();
    scene.toDay(40);
    await doneBy(scene, ROTATE);
    scene.toDay(40.5);
    const { summary, audits } = await scene.rotate();
    expect(summary.rotated).toBe(1);
    expect(audits.find(({ event }) => event === 'key-stored')?.reason).toBe('requested');
  });

  it('is told, and tried no more, when a day has passed without it', async () => {
    const scene = await deliveredKey();
    scene.toDay(40);
    await doneBy(scene, ROTATE);
    scene.toDay(41.1);
    const late = await scene.rotate();
    expect([late.findings, late.summary.rotated]).toEqual([['request-refused'], 0]);
    scene.toDay(43);
    const later = await scene.rotate();
    expect([later.findings, later.summary.rotated]).toEqual([[], 0]);
  });

  it('may be asked for again when nothing has come of it, and is done at once then', async () => {
    const scene = await deliveredKey();
    scene.toDay(40);
    const { AccessKeyId } = scene.createKey('ci-shop');
    await doneBy(scene, ROTATE);
    expect((await scene.rotate({ look: ['shop'] })).findings).toContain('two-keys');
    const again = { ...ROTATE, id: 'e4b5e3a1-52a5-4be8-9a4e-1f7a9f6c2d10' };
    expect((await scene.ask(again)).answer?.refused?.reason).toBe('nothing-to-do');
    scene.hours(0.1);
    scene.deleteKey('ci-shop', AccessKeyId);
    const { answer } = await doneBy(scene, again);
    expect([answer?.outcome, answer?.plan?.words[1]]).toEqual(['done', expect.stringContaining('it is tried again')]);
    expect((await scene.rotate({ look: ['shop'] })).summary.rotated).toBe(1);
  });

  it('makes nothing by a look that nobody has asked for', async () => {
    const scene = await deliveredKey();
    scene.toDay(40);
    expect((await scene.rotate({ look: ['shop'] })).summary.rotated).toBe(0);
  });

  it('is refused while the current key has not reached every target', async () => {
    const scene = await deliveredKey();
    scene.toDay(90);
    await scene.rotate();
    expect((await scene.ask(ROTATE)).answer?.refused?.reason).toBe('not-delivered');
  });
});

describe('a delivery that was asked for', () => {
  it('is marked at once, also of a key that has replaced another: what was asked is no other delivery (K13)', async () => {
    const { scene } = await supersededKey();
    scene.toDay(95);
    await doneBy(scene, DELIVER);
    expect((await scene.sync({ look: ['shop'] })).summary.delivered).toBe(1);
    await expectSettled(scene);
  });

  it('does not put the retirement of the key before off, however often it is asked for (K8)', async () => {
    const { scene, old } = await supersededKey();
    for (const [index, day] of [93, 97, 99.5].entries()) {
      scene.toDay(day);
      await doneBy(scene, { ...DELIVER, id: `${ID}-${index}` });
      expect((await scene.sync({ look: ['shop'] })).summary.delivered).toBe(1);
      await expectSettled(scene);
    }
    await live(scene, [100, 101]);
    expect(scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId === old)?.Status).toBe('Inactive');
  });

  it('writes every target again, and holds the retirement of the key before back until then', async () => {
    const scene = await deliveredKey();
    scene.toDay(40);
    const before = scene.hostRequests.length;
    expect((await doneBy(scene, DELIVER)).answer?.outcome).toBe('done');
    expect(scene.started).toEqual([{ name: 'sync', keys: ['shop'] }]);
    const { summary } = await scene.sync({ look: ['shop'] });
    expect([summary.delivered, scene.hostRequests.length > before]).toEqual([1, true]);
    expect((await scene.sync()).summary.delivered).toBe(0);
    expect(scene.tag('shop')[TAG.deliveryAsked]).toContain(' 2026-');
    await expectSettled(scene);
  });
});
