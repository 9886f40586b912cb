import { describe, expect, it } from 'vitest';
import { TAG } from '../../functions/core/names';
import { live, supersededKey } from '../support/converge';
import type { Scene } from '../support/scene';

const has = (scene: Scene, id: string) => scene.keys('ci-shop').some(({ AccessKeyId }) => AccessKeyId === id);

/** A key that was superseded on day 90 and made Inactive on day 100. */
async function inactiveKey() {
  const superseded = await supersededKey();
  await live(superseded.scene, [100]);
  return superseded;
}

describe('an Inactive superseded key', () => {
  it('that was used after its deactivation was Active in between, and gets its recovery anew (K4)', async () => {
    const { scene, old, use } = await inactiveKey();
    // Within one day, so that no run sees it Active.
    scene.toDay(105.2);
    scene.setStatus('ci-shop', old, 'Active');
    expect(await use()).toContain('ci-shop');
    scene.setStatus('ci-shop', old, 'Inactive');
    const events: string[] = [];
    for (const day of [106, 110, 119, 120]) {
      for (const { audits } of await live(scene, [day])) {
        for (const { event } of audits) if (/^(inactive-|key-|finding)/.test(event)) events.push(`${day} ${event}`);
      }
    }
    expect(events).toEqual(['110 finding', '110 inactive-recorded', '120 key-deletion-begun', '120 key-deleted']);
  });

  it.each([
    { what: 'refused', fault: { kind: 'error', status: 403, code: 'AccessDenied' } as const },
    { what: 'cut off', fault: { kind: 'drop-after' } as const },
  ])('whose last use is $what is kept (K4)', async ({ fault }) => {
    const { scene, old } = await inactiveKey();
    scene.toDay(110.1);
    scene.awsFault = ({ action }) => (action === 'GetAccessKeyLastUsed' ? fault : undefined);
    expect(await scene.delete()).toMatchObject({ findings: ['step-failed'], summary: { deleted: 0, failed: 1 } });
    scene.awsFault = undefined;
    expect(has(scene, old)).toBe(true);
    await live(scene, [111]);
    expect(has(scene, old)).toBe(false);
  });

  it('is named before it is deleted, and its records go with it (K7)', async () => {
    const { scene, old } = await inactiveKey();
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
    const { scene, old } = await inactiveKey();
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
    const { scene, old } = await inactiveKey();
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
