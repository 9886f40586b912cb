import { describe, expect, it } from 'vitest';
import { expectSettled, live } from '../support/converge';
import { newScene } from '../support/dispose';

describe('a user without keys', () => {
  it('gets its first key right after the deployment, and its targets get it too', async () => {
    const scene = await newScene();
    scene.manage('shop');
    const { audits, findings } = await scene.rotate();
    expect(audits.find(({ event }) => event === 'key-stored')).toMatchObject({ reason: 'first', outcome: 'ok' });
    expect(findings).toEqual([]);
    await scene.sync();
    await expectSettled(scene);
  });
});

it('a user with two keys that are both Inactive gets room by the older one, whose recovery nothing begins anew (K4, K8)', async () => {
  const scene = await newScene();
  const user = 'ci-shop';
  scene.addUser(user);
  const older = scene.createKey(user).AccessKeyId;
  scene.hours(1);
  const newer = scene.createKey(user).AccessKeyId;
  for (const id of [older, newer]) scene.setStatus(user, id, 'Inactive');
  scene.toDay(120);
  scene.manage('shop', { adopt: 'replace-idle' });
  const events: string[] = [];
  for (const day of [120, 121, 122, 129, 130, 131, 132]) {
    for (const { audits } of await live(scene, [day])) {
      for (const { event, accessKeyId } of audits) {
        if (/^(inactive-recorded|key-deleted)$/.test(event)) events.push(`${day} ${event} ${accessKeyId === older}`);
        if (event === 'key-stored') events.push(`${day} ${event}`);
      }
    }
  }
  expect(events.slice(0, 3)).toEqual(['120 inactive-recorded true', '130 key-deleted true', '131 key-stored']);
  await expectSettled(scene);
});
