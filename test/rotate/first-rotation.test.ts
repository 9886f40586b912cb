import { describe, expect, it } from 'vitest';
import { expectLogin, expectSettled, live } from '../support/converge';
import { newScene } from '../support/dispose';
import { whoIs } from '../support/who-is';

const ids = (keys: readonly { readonly AccessKeyId: string }[]) => keys.map(({ AccessKeyId }) => AccessKeyId);

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

  it('gets it at once even when it asked to wait for the day a key is due, because there is none to wait for', async () => {
    const scene = await newScene();
    scene.manage('shop', { firstRotation: 'when-due' });
    expect((await scene.rotate()).summary.rotated).toBe(1);
  });
});

describe('a user with one key', () => {
  it('keeps it for the whole overlap and the whole recovery, however old it is (K3, K4)', async () => {
    const scene = await newScene();
    scene.addUser('ci-shop');
    const adopted = scene.createKey('ci-shop').AccessKeyId;
    scene.toDay(800);
    scene.manage('shop');
    const events: string[] = [];
    for (const day of [800, 801, 809, 810, 811, 819, 820, 821]) {
      for (const { audits } of await live(scene, [day])) {
        for (const { event, accessKeyId } of audits) {
          if (event === 'key-stored') events.push(`${day} ${event}`);
          if (accessKeyId === adopted && /^key-(deactivated|deleted)$/.test(event)) events.push(`${day} ${event}`);
        }
      }
    }
    expect(events).toEqual(['800 key-stored', '810 key-deactivated', '820 key-deleted']);
    await expectSettled(scene);
  });

  it('that is a day old loses it before the day on which its successor is due (K3, K4, K8, K10)', async () => {
    const scene = await newScene();
    scene.addUser('ci-shop');
    const { AccessKeyId: adopted } = scene.createKey('ci-shop');
    scene.toDay(1);
    scene.manage('shop');
    const events: string[] = [];
    for (const day of [1, 2, 11, 69, 70, 71, 80, 89, 90, 91]) {
      for (const { audits, findings } of await live(scene, [day])) {
        expect(findings).toEqual([]);
        for (const { event, accessKeyId } of audits) {
          if (event === 'key-stored') events.push(`${day} ${event}`);
          if (accessKeyId === adopted && /^key-(deactivated|deleted)$/.test(event)) events.push(`${day} ${event}`);
        }
      }
    }
    expect(events).toEqual(['1 key-stored', '70 key-deactivated', '90 key-deleted', '91 key-stored']);
    await expectSettled(scene);
  });

  it('is rotated only when that key is due, if so asked', async () => {
    const scene = await newScene();
    scene.addUser('ci-shop');
    scene.createKey('ci-shop');
    scene.hours(1);
    scene.manage('shop', { firstRotation: 'when-due' });
    for (const day of [0.5, 60, 89]) {
      scene.toDay(day);
      expect((await scene.rotate()).summary.rotated).toBe(0);
    }
    scene.toDay(90);
    expect((await scene.rotate()).summary.rotated).toBe(1);
  });
});

describe('a user with two keys', () => {
  it('is left as it is, with a finding that says what to do, and never as a crash (K10)', async () => {
    const scene = await newScene();
    const user = 'ci-shop';
    scene.addUser(user);
    const keys = [scene.createKey(user), scene.createKey(user)];
    scene.hours(1);
    scene.manage('shop');
    for (const day of [1, 90, 100, 110, 200]) {
      scene.toDay(day);
      const [rotation, ...others] = await scene.day();
      expect(rotation?.findings).toEqual(['two-keys']);
      expect(rotation?.audits.find(({ reason }) => reason === 'two-keys')).toMatchObject({
        outcome: 'blocked',
        message: expect.stringContaining('Delete the one that nobody uses'),
      });
      expect(others.flatMap(({ findings }) => findings)).toEqual([]);
    }
    expect(ids(scene.keys(user))).toEqual(ids(keys));
  });

  it('gets room by the ordinary way when one is idle and the registry allows it (K3, K4)', async () => {
    const scene = await newScene();
    const user = 'ci-shop';
    scene.addUser(user);
    const [used, idle] = [scene.createKey(user), scene.createKey(user)];
    scene.hours(1);
    scene.manage('shop', { adopt: 'replace-idle' });
    const events: string[] = [];
    for (const day of [1, 50, 99, 100, 101, 109, 110, 111, 112, 113]) {
      scene.toDay(day);
      expect(await whoIs(used.AccessKeyId, used.SecretAccessKey)).toContain(user);
      for (const { audits } of await scene.day()) {
        for (const { event, accessKeyId } of audits) {
          if (/^key-(stored|deactivated|deleted)$/.test(event)) {
            events.push(`${day} ${event} ${accessKeyId === idle.AccessKeyId ? 'idle' : 'new'}`);
          }
        }
      }
    }
    expect(events).toEqual(['100 key-deactivated idle', '110 key-deleted idle', '111 key-stored new']);
    expect(scene.isDelivered('shop')).toBe(true);
    await expectLogin(scene);
  });

  it('that are both Inactive gets room by the older one, whose recovery nothing begins anew (K4, K8)', async () => {
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

  it('is left to a person while both are in use (K5)', async () => {
    const scene = await newScene();
    const user = 'ci-shop';
    scene.addUser(user);
    const keys = [scene.createKey(user), scene.createKey(user)];
    scene.hours(1);
    scene.manage('shop', { adopt: 'replace-idle' });
    for (const day of [50, 100, 150, 200]) {
      scene.toDay(day);
      for (const key of keys) await whoIs(key.AccessKeyId, key.SecretAccessKey);
      const [, , deactivation] = await scene.day();
      expect(deactivation?.findings).toEqual(['two-keys']);
    }
    expect(scene.keys(user).map(({ Status }) => Status)).toEqual(['Active', 'Active']);
  });
});
