import { expect } from 'vitest';
import type { Outcome, Scene } from './scene';
import { whoIs } from './who-is';

const ARN = (user: string) => `arn:aws:iam::111122223333:user/${user}`;

/** A managed key that was rotated and delivered for the first time just now. */
export async function delivered(scene: Scene, id = 'shop'): Promise<void> {
  scene.manage(id);
  await scene.rotate();
  await scene.sync();
  await expectLogin(scene, id);
}

/** Brings a delivered key to day 90 and past it: a fresh key is delivered, and the old one is superseded. */
export async function superseded(scene: Scene, id = 'shop'): Promise<string> {
  await delivered(scene, id);
  return await rotatedAway(scene, id);
}

/** The same, of a key whose secret a consumer keeps: `use` authenticates with it. */
export async function supersededInUse(
  scene: Scene,
): Promise<{ readonly old: string; readonly use: () => Promise<string> }> {
  await delivered(scene);
  const { secretAccessKey = '' } = scene.held('shop');
  const old = await rotatedAway(scene, 'shop');
  return { old, use: () => whoIs(old, secretAccessKey) };
}

async function rotatedAway(scene: Scene, id: string): Promise<string> {
  const old = scene.currentKey(id) ?? '';
  scene.toDay(90);
  await scene.rotate();
  await scene.sync();
  expect(scene.currentKey(id)).not.toBe(old);
  return old;
}

export async function expectLogin(scene: Scene, id = 'shop'): Promise<void> {
  expect(await scene.login(id)).toBe(ARN(`ci-${id}`));
}

/** The key is current, its targets hold it, and nothing half-done is left (K9). */
export async function expectSettled(scene: Scene, id = 'shop'): Promise<void> {
  expect(scene.isDelivered(id)).toBe(true);
  expect(scene.held(id).accessKeyId).toBe(scene.currentKey(id));
  expect(scene.openIntent(id)).toBeUndefined();
  await expectLogin(scene, id);
}

/** The ordinary runs of some days, at a distance that no decision of a day falls between; none may fail. */
export async function live(scene: Scene, days: readonly number[], id = 'shop'): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const day of days) {
    scene.toDay(day);
    for (const outcome of await scene.day()) {
      expect(outcome.thrown).toBeUndefined();
      expect(outcome.findings).not.toContain('step-failed');
      expect(scene.keys(`ci-${id}`).length).toBeLessThanOrEqual(2);
      outcomes.push(outcome);
    }
    if (scene.held(id).accessKeyId !== undefined) await expectLogin(scene, id);
  }
  return outcomes;
}
