import { expect } from 'vitest';
import type { AwsFault } from '../../local/account/wire/server';
import { deliveredKey, expectSettled, live } from '../support/converge';
import type { Scene } from '../support/scene';

/** A delivered key on the day that its successor is due. */
export async function due(): Promise<{ readonly scene: Scene; readonly old: string }> {
  const scene = await deliveredKey();
  scene.toDay(90);
  return { scene, old: scene.currentKey('shop') ?? '' };
}

/** Fails the calls of one action in turn: the first fault for the first call, and so on; the last one for all others. */
export function failing(scene: Scene, action: string, ...faults: readonly (AwsFault | undefined)[]): void {
  let calls = 0;
  scene.awsFault = (call) => {
    if (call.action !== action) return undefined;
    calls += 1;
    return calls > faults.length ? faults.at(-1) : faults[calls - 1];
  };
}

export const keyIds = (scene: Scene) => scene.keys('ci-shop').map(({ AccessKeyId }) => AccessKeyId);

/** The days that follow bring everything in order, and the old key has one successor. */
export async function expectSuccessor(scene: Scene, old: string): Promise<void> {
  scene.awsFault = undefined;
  await live(scene, [91]);
  await expectSettled(scene);
  expect(keyIds(scene)).toEqual([old, scene.currentKey('shop')]);
}
