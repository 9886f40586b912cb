import { expect, it } from 'vitest';
import { newScene } from '../support/dispose';

it('rotates at 90, deactivates at 100 and deletes at 110 days, and the pipeline can always log in (K1, K8)', async () => {
  const scene = await newScene();
  scene.manage('shop');
  const events: string[] = [];
  for (let day = 0; day <= 205; day += 1) {
    scene.toDay(day);
    for (const { audits } of await scene.day()) {
      for (const { event } of audits) {
        if (/^key-(stored|deactivated|deleted)$|^version-delivered$/.test(event)) events.push(`${day} ${event}`);
      }
    }
    expect(await scene.login('shop')).toContain(':user/ci-shop');
  }
  expect(events).toEqual([
    '0 key-stored',
    '0 version-delivered',
    '90 key-stored',
    '90 version-delivered',
    '100 key-deactivated',
    '110 key-deleted',
    '180 key-stored',
    '180 version-delivered',
    '190 key-deactivated',
    '200 key-deleted',
  ]);
  expect(scene.keys('ci-shop')).toHaveLength(1);
}, 90_000);
