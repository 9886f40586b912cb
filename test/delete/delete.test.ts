import { describe, expect, it } from 'vitest';
import { DAY } from '../../functions/core/duration';
import { TAG } from '../../functions/core/names';
import { expectLogin, expectSettled, live, superseded } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';
import { whoIs } from '../support/who-is';

const has = (scene: Scene, id: string) => scene.keys('ci-shop').some(({ AccessKeyId }) => AccessKeyId === id);

/** What the deletion did, by day. */
async function eachDay(scene: Scene, days: readonly number[]): Promise<string[]> {
  const events: string[] = [];
  for (const day of days) {
    for (const { audits } of await live(scene, [day])) {
      for (const { event, reason } of audits) {
        if (/^(inactive-recorded|key-deleted|key-deactivated)$/.test(event)) events.push(`${day} ${event}`);
        if (event === 'finding') events.push(`${day} ${reason}`);
      }
    }
  }
  return events;
}

describe('an Inactive superseded key', () => {
  it('is deleted with an audit event that says for how long it was Inactive (K4, K7)', async () => {
    const scene = await newScene();
    const old = await superseded(scene);
    await live(scene, [100]);
    scene.toDay(110);
    const [, , , deletion] = await scene.day();
    expect(has(scene, old)).toBe(false);
    expect(deletion?.summary.deleted).toBe(1);
    const deleted = deletion?.audits.find(({ event }) => event === 'key-deleted');
    const { inactiveSince } = deleted?.facts ?? {};
    expect(deleted).toMatchObject({ accessKeyId: old, key: 'shop', user: 'ci-shop' });
    expect(Date.parse(deleted?.time ?? '') - Date.parse(String(inactiveSince))).toBeGreaterThanOrEqual(10 * DAY);
    await expectLogin(scene);
  });

  it.each([
    { what: 'that was deactivated late', report: true },
    { what: 'of which no credential report tells', report: false },
  ])('$what is kept for its whole recovery (K4)', async ({ report }) => {
    const scene = await newScene();
    const old = await superseded(scene);
    // The deactivation was off for weeks.
    scene.toDay(130);
    await scene.deactivate();
    scene.awsFault = ({ action }) =>
      action === 'GetCredentialReport' && !report ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined;
    for (const day of [130.1, 131, 139]) {
      scene.toDay(day);
      await scene.delete();
      expect(has(scene, old)).toBe(true);
    }
    scene.toDay(140.1);
    await scene.delete();
    expect(has(scene, old)).toBe(false);
  });

  it('whose record is of another key gets its recovery anew (K4)', async () => {
    const scene = await newScene();
    const old = await superseded(scene);
    await live(scene, [100]);
    scene.setTag('shop', TAG.deactivated, 'AKIA0000000000000000 2026-01-01T00:00:00.000Z');
    const events = await eachDay(scene, [110, 111, 119, 120, 121]);
    expect(events.at(-1)).toMatch(/key-deleted$/);
    expect(events[0]).toBe('110 inactive-since-unknown');
    expect(events.filter((event) => event.endsWith('key-deleted'))).toEqual(['120 key-deleted']);
    expect(has(scene, old)).toBe(false);
  });

  it('that was used after its deactivation was Active in between, and gets its recovery anew (K4)', async () => {
    const scene = await newScene();
    scene.manage('shop');
    await scene.rotate();
    await scene.sync();
    const { accessKeyId: old = '', secretAccessKey = '' } = scene.held('shop');
    scene.toDay(90);
    await scene.rotate();
    await scene.sync();
    await live(scene, [100]);
    // Within one day, so that no run sees it Active.
    scene.toDay(105.2);
    scene.setStatus('ci-shop', old, 'Active');
    expect(await whoIs(old, secretAccessKey)).toContain('ci-shop');
    scene.setStatus('ci-shop', old, 'Inactive');
    expect(await eachDay(scene, [106, 110, 119, 120])).toEqual([
      '110 inactive-since-unknown',
      '110 inactive-recorded',
      '120 key-deleted',
    ]);
  });

  it.each([
    { what: 'refused', fault: { kind: 'error', status: 403, code: 'AccessDenied' } as const },
    { what: 'cut off', fault: { kind: 'drop-after' } as const },
  ])('whose last use is $what is kept (K4)', async ({ fault }) => {
    const scene = await newScene();
    const old = await superseded(scene);
    await live(scene, [100]);
    scene.toDay(110.1);
    scene.awsFault = ({ action }) => (action === 'GetAccessKeyLastUsed' ? fault : undefined);
    expect(await scene.delete()).toMatchObject({ findings: ['step-failed'], summary: { deleted: 0, failed: 1 } });
    scene.awsFault = undefined;
    expect(has(scene, old)).toBe(true);
    await live(scene, [111]);
    expect(has(scene, old)).toBe(false);
  });

  it('whose successor is not delivered to all targets of today is kept (K1)', async () => {
    const scene = await newScene();
    const old = await superseded(scene);
    await live(scene, [100]);
    scene.register(scene.entry('shop', { deliverTo: [{}, { environment: 'Nowhere' }] }));
    scene.toDay(110.1);
    expect((await scene.delete()).findings).toEqual(['undelivered']);
    expect(has(scene, old)).toBe(true);
  });

  it('is named before it is deleted, and its records go with it (K7)', async () => {
    const scene = await newScene();
    const old = await superseded(scene);
    await live(scene, [100]);
    scene.setTag('shop', TAG.held, `${old} 2026-04-11T03:20:00.000Z`);
    scene.toDay(110.1);
    let named: readonly string[] = [];
    scene.awsFault = ({ action }) => {
      if (action === 'DeleteAccessKey') named = scene.audits.map(({ event }) => event);
      return undefined;
    };
    const { audits } = await scene.delete();
    expect(named.at(-1)).toBe('key-deletion-begun');
    const events = audits.filter(({ event }) => event.startsWith('key-'));
    expect(events.map(({ event, accessKeyId }) => [event, accessKeyId])).toEqual([
      ['key-deletion-begun', old],
      ['key-deleted', old],
    ]);
    const inactiveSince = expect.stringMatching(/^2026-04-11T03:2/);
    for (const audit of events) expect(audit).toMatchObject({ key: 'shop', user: 'ci-shop', facts: { inactiveSince } });
    expect(Object.keys(scene.tag('shop')).filter((tag) => /deactivated|reactivated|held/.test(tag))).toEqual([]);
  });

  it('that somebody deletes meanwhile leaves no record behind (K9)', async () => {
    const scene = await newScene();
    const old = await superseded(scene);
    await live(scene, [100]);
    scene.deleteKey('ci-shop', old);
    await live(scene, [109]);
    expect(scene.tag('shop')[TAG.deactivated]).toContain(old);
    const [, , , deletion] = await live(scene, [110]);
    expect(deletion).toMatchObject({ findings: [], summary: { deleted: 0, failed: 0 } });
    expect(scene.tag('shop')[TAG.deactivated]).toBeUndefined();
    const from = scene.calls.length;
    await live(scene, [111]);
    expect(scene.calls.slice(from).filter(({ action }) => action === 'ListAccessKeys')).toEqual([]);
  });

  it('whose deletion lost its answer counts as deleted (K9)', async () => {
    const scene = await newScene();
    const old = await superseded(scene);
    await live(scene, [100]);
    scene.toDay(110.1);
    let calls = 0;
    scene.awsFault = ({ action }) => {
      if (action !== 'DeleteAccessKey') return undefined;
      calls += 1;
      return calls === 1 ? { kind: 'drop-after' } : undefined;
    };
    expect(await scene.delete()).toMatchObject({ findings: [], summary: { deleted: 1, failed: 0 } });
    expect(calls).toBe(2);
    expect(has(scene, old)).toBe(false);
  });
});

it('a current key is never deactivated and never deleted by a run, even when a person made it Inactive (K1, K5)', async () => {
  const scene = await newScene();
  const old = await superseded(scene);
  await live(scene, [100, 110]);
  expect(has(scene, old)).toBe(false);
  const current = scene.currentKey('shop') ?? '';
  scene.setStatus('ci-shop', current, 'Inactive');
  for (const day of [111, 125, 300]) {
    scene.toDay(day);
    await scene.deactivate();
    await scene.delete();
    expect(has(scene, current)).toBe(true);
  }
  await scene.rotate();
  await scene.sync();
  await expectSettled(scene);
});
