import { expect } from 'vitest';
import { newScene } from './dispose';
import type { Outcome, Scene } from './scene';
import type { SceneOptions } from './stage';
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
  const old = scene.currentKey(id) ?? '';
  scene.toDay(90);
  await scene.rotate();
  await scene.sync();
  expect(scene.currentKey(id)).not.toBe(old);
  return old;
}

/** A scene whose first key is stored, and no target has it yet. */
export async function storedKey(): Promise<Scene> {
  const scene = await newScene();
  scene.manage('shop');
  await scene.rotate();
  return scene;
}

/** A scene whose first key is everywhere. */
export async function deliveredKey(options?: SceneOptions): Promise<Scene> {
  const scene = await newScene(options);
  await delivered(scene);
  return scene;
}

interface SupersededKey {
  readonly scene: Scene;
  readonly old: string;
  /** Authenticates with the old key, as a consumer does that has kept a copy of it. */
  readonly use: () => Promise<string>;
}

/** A scene on day 90, whose second key is everywhere. */
export async function supersededKey(): Promise<SupersededKey> {
  const scene = await newScene();
  const old = await superseded(scene);
  const { iam } = scene.account;
  const kept = iam.accessKeys.of(iam.users.get('ci-shop')).find(({ id }) => id === old);
  return { scene, old, use: () => whoIs(old, kept?.secretAccessKey ?? '') };
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
