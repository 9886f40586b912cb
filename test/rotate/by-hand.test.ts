import { describe, expect, it } from 'vitest';
import { TAG } from '../../functions/core/names';
import { rotateRequestOf } from '../../functions/rotate/trigger';
import { delivered, deliveredKey, expectLogin, expectSettled, supersededKey } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';

const status = (scene: Scene) =>
  Object.fromEntries(scene.keys('ci-shop').map(({ AccessKeyId, Status }) => [AccessKeyId, Status]));

describe('a current key that somebody', () => {
  it('makes Inactive while there is no room for a new one gives its place back to the old one (K1, K10)', async () => {
    const { scene, old } = await supersededKey();
    const dead = scene.currentKey('shop') ?? '';
    scene.toDay(95);
    scene.setStatus('ci-shop', dead, 'Inactive');
    scene.hours(4);
    const { findings, audits, summary } = await scene.rotate();
    expect(findings).toEqual(['current-key-inactive', 'key-promoted']);
    const about = { key: 'shop', user: 'ci-shop', accessKeyId: old };
    expect(audits.find(({ event }) => event === 'key-promoted')).toMatchObject({
      ...about,
      version: scene.current('shop'),
    });
    expect(audits.find(({ reason }) => reason === 'key-promoted')).toMatchObject({ ...about, outcome: 'failed' });
    expect(summary).toMatchObject({ rotated: 0, failed: 0 });
    expect(scene.currentKey('shop')).toBe(old);
    await scene.sync();
    await expectSettled(scene);
    expect(status(scene)).toEqual({ [old]: 'Active', [dead]: 'Inactive' });
    // Its recovery counts from here, whether or not the credential report shows a key that is Inactive.
    expect(scene.tag('shop')[TAG.deactivated]).toMatch(new RegExp(`^${dead} 2026-04-06T07:\\d\\d:\\d\\d\\.\\d{3}Z$`));
    expect(audits.find(({ event }) => event === 'inactive-recorded')).toMatchObject({ accessKeyId: dead });
  });
});

describe('a foreign key', () => {
  it.each([
    { what: 'at once', trailDelay: 0, waits: [] },
    { what: 'hours later', trailDelay: 6 * 3_600_000, waits: ['rotation-in-progress'] },
  ])(
    'made just after a dead run wrote its intent is not taken for what that run left: CloudTrail says so $what (K5)',
    async ({ trailDelay, waits }) => {
      const scene = await newScene({ trailDelay });
      await delivered(scene);
      scene.toDay(90);
      scene.awsFault = ({ action }) => (action === 'CreateAccessKey' ? { kind: 'drop-before' } : undefined);
      await scene.rotate();
      scene.awsFault = undefined;
      scene.hours(0.1);
      const foreign = scene.createKey('ci-shop');
      scene.hours(2);
      const told = ['foreign-key', 'two-keys'];
      expect((await scene.rotate()).findings).toEqual(waits.length > 0 ? waits : told);
      scene.hours(22);
      expect((await scene.rotate()).findings).toEqual(told);
      expect(status(scene)[foreign.AccessKeyId]).toBe('Active');
      expect(scene.openIntent('shop')).toBeUndefined();
    },
  );
});

describe('a requested rotation', () => {
  it('is audited with who asked for it and why (K7)', async () => {
    const scene = await deliveredKey();
    scene.toDay(30);
    const event = { keys: ['shop'], by: 'jo@example.com', why: 'leaked in a log' };
    const { trigger, facts, ...request } = rotateRequestOf(event);
    const { audits, summary } = await scene.rotate(request, facts);
    expect(trigger).toBe('request');
    expect(summary.rotated).toBe(1);
    expect(audits.find((audit) => audit.event === 'run-started')).toMatchObject({
      reason: 'request',
      facts: { requestedBy: 'jo@example.com', requestedWhy: 'leaked in a log' },
    });
  });
});

describe('a secret that somebody edited', () => {
  it('is never delivered, and a fresh key replaces the value (K2)', async () => {
    const scene = await deliveredKey();
    scene.toDay(20);
    scene.put('shop', '{"accessKeyId": "mine"}');
    expect((await scene.sync()).findings).toEqual(['secret-edited']);
    await expectLogin(scene);
    const { findings, audits } = await scene.rotate();
    expect(findings).toEqual(['secret-edited']);
    expect(audits.find(({ event }) => event === 'key-stored')).toMatchObject({ reason: 'secret-edited' });
    await scene.sync();
    await expectLogin(scene);
    scene.hours(1);
    await scene.sync();
    await expectSettled(scene);
  });

  it('with a version from the future is repaired all the same: that one settles never', async () => {
    const scene = await deliveredKey();
    scene.toDay(20);
    scene.put('shop', 'made up', 'access-key-AKIA00000000MADEUP00-29990101T000000Z');
    const { findings } = await scene.rotate();
    expect(findings).toEqual(['current-key-missing']);
    await scene.sync();
    await expectLogin(scene);
    scene.hours(1);
    await scene.sync();
    await expectSettled(scene);
  });
});
