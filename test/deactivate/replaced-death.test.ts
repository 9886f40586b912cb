import { expect, it } from 'vitest';
import type { AuditEventName } from '../../functions/core/audit';
import { EVERY, FIRST_NUMBER } from '../deep/sample';
import { expectLogin } from '../support/converge';
import type { Scene } from '../support/scene';
import { replaceable, takeRole } from './replaceable';

const keys = (scene: Scene) => scene.keys('ci-shop').map(({ AccessKeyId, Status }) => `${AccessKeyId} ${Status}`);

/** A key that goes for good today. */
async function going(): Promise<Scene> {
  const scene = await replaceable();
  scene.toDay(69);
  await takeRole(scene);
  scene.toDay(70);
  return scene;
}

/** Lambda tries again when the dead run is over. */
async function again(scene: Scene, by: 'deactivate' | 'delete'): Promise<void> {
  scene.hours(0.2);
  await scene[by]();
  await scene.sync();
}

/** The record said that it goes before it went (K7). */
function expectAnnounced(scene: Scene, key: string, event: AuditEventName, at: number): void {
  const isSaid = scene.recorded().some((one) => one.event === event && one.accessKeyId === key);
  expect(isSaid, `request ${at}`).toBe(true);
}

/** One world for each request at which a run dies, until it has fewer. @param least requests that it has at least */
async function atEach(least: number, live: (scene: Scene, at: number) => Promise<boolean>): Promise<void> {
  let at = FIRST_NUMBER;
  for (; ; at += EVERY) {
    const scene = await going();
    const died = await live(scene, at);
    await scene.close();
    if (!died) break;
  }
  expect(at).toBeGreaterThan(least);
}

it('a process may die at every request with which a key goes for good: it goes the next day, and nothing comes after it (K7, K8, K9)', async () => {
  await atEach(13, async (scene, at) => {
    const key = scene.currentKey('shop') ?? '';
    const died = await scene.kill(at, () => scene.deactivate());
    if (keys(scene)[0] === `${key} Inactive`) expectAnnounced(scene, key, 'key-deactivation-begun', at);
    await again(scene, 'deactivate');
    scene.toDay(71);
    await scene.day();
    expect(keys(scene), `request ${at}`).toEqual([`${key} Inactive`]);
    for (const day of [75, 82, 90, 100]) {
      scene.toDay(day);
      await scene.day();
    }
    expect(keys(scene), `request ${at}`).toEqual([]);
    expect(scene.currentKey('shop'), `request ${at}`).toBe(key);
    expect(scene.openIntent('shop')).toBeUndefined();
    return died;
  });
});

it('whoever wants the key back after such a death has one that works, and is delivered (K1, K9)', async () => {
  await atEach(13, async (scene, at) => {
    const died = await scene.kill(at, () => scene.deactivate());
    scene.hours(0.2);
    scene.register(scene.entry('shop'));
    await scene.rotate();
    await scene.sync();
    await expectLogin(scene);
    for (const day of [71, 80, 82, 90]) {
      scene.toDay(day);
      await scene.day();
      await expectLogin(scene);
    }
    expect(scene.isDelivered('shop')).toBe(true);
    return died;
  });
});

it('a process may die at every request with which such a key is deleted: it is deleted once, and nothing comes after it (K4, K7, K9)', async () => {
  await atEach(8, async (scene, at) => {
    const key = scene.currentKey('shop') ?? '';
    await scene.deactivate();
    scene.toDay(81);
    const died = await scene.kill(at, () => scene.delete());
    if (keys(scene).length === 0) expectAnnounced(scene, key, 'key-deletion-begun', at);
    await again(scene, 'delete');
    for (const day of [82, 90, 100]) {
      scene.toDay(day);
      await scene.day();
      expect(keys(scene), `request ${at}`).toEqual([]);
    }
    expect(scene.currentKey('shop'), `request ${at}`).toBe(key);
    return died;
  });
});
