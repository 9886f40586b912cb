import { expect, it } from 'vitest';
import { EVERY, FIRST_NUMBER } from '../../deep/sample';
import { DataCenterScene, KEY, NODES } from './nodes';

/** Requests that a delivery has at least, but for those that only wait. */
const FEWEST = 15;

it('a delivery may die after any of its requests: each node is restarted once, one at a time, and both log in (K1, K9)', async () => {
  const scene = await DataCenterScene.open();
  await scene.rotate();
  await scene.sync();
  let died = true;
  let deaths = 0;
  for (let at = FIRST_NUMBER; died; at += EVERY) {
    scene.clock.advanceBy(91 * 86_400_000);
    await scene.rotate();
    died = await scene.kill(at, () => scene.sync());
    if (died) deaths += 1;
    for (let hour = 0; hour < 5 && !scene.isDelivered(KEY); hour += 1) {
      scene.hours(1);
      await scene.sync();
      for (const node of NODES) expect(await scene.loginOf(node)).toContain(':user/ci-backup');
    }
    expect(scene.isDelivered(KEY)).toBe(true);
    const version = scene.current(KEY);
    const restarts = scene.nodes.outages.filter(({ versionId }) => versionId === version).map(({ node }) => node);
    expect(restarts).toEqual([...NODES]);
    for (const node of NODES) expect(scene.keyAt(node)).toBe(scene.currentKey(KEY));
    expect(scene.mostDown).toBe(1);
    // Retire the one before, so that the next rotation has room.
    scene.hours(11 * 24);
    await scene.sync();
    await scene.deactivate();
    scene.hours(11 * 24);
    await scene.sync();
    await scene.delete();
  }
  expect(deaths).toBeGreaterThanOrEqual(Math.floor(FEWEST / EVERY));
  await scene.close();
}, 240_000);
