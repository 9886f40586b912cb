import { describe, expect, it } from 'vitest';
import { TAG } from '../../functions/core/names';
import { expectLogin, live, superseded } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';
import { whoIs } from '../support/who-is';

const statusOf = (scene: Scene, id: string) =>
  scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId === id)?.Status;

/** Findings of the deactivation in a day's outcomes. */
const deactivation = (outcomes: readonly Outcome[]) => outcomes[2];

/** Days on which the deactivation ran, and what it found. */
async function eachDay(scene: Scene, days: readonly number[], before: () => Promise<unknown> = async () => undefined) {
  const seen: [number, string | undefined, ...string[]][] = [];
  for (const day of days) {
    scene.toDay(day);
    await before();
    const outcome = deactivation(await scene.day());
    const done = outcome?.audits.find(({ event }) => event === 'key-deactivated');
    seen.push([day, done === undefined ? undefined : `deactivated: ${done.reason}`, ...(outcome?.findings ?? [])]);
    await expectLogin(scene);
  }
  return seen;
}

/** The secret of the key that is current now; a consumer may keep it when the key is superseded. */
async function supersededInUse(scene: Scene): Promise<{ readonly old: string; readonly use: () => Promise<string> }> {
  scene.manage('shop');
  await scene.rotate();
  await scene.sync();
  const { accessKeyId: old = '', secretAccessKey = '' } = scene.held('shop');
  scene.toDay(90);
  await scene.rotate();
  await scene.sync();
  return { old, use: () => whoIs(old, secretAccessKey) };
}

describe('a superseded key', () => {
  it('is deactivated at its age when nobody uses it, and not a day before (K3, K7, K8)', async () => {
    const scene = await newScene();
    const old = await superseded(scene);
    expect(await eachDay(scene, [91, 98, 99, 100, 101])).toEqual([
      [91, undefined],
      [98, undefined],
      [99, undefined],
      [100, 'deactivated: idle'],
      [101, undefined],
    ]);
    expect(statusOf(scene, old)).toBe('Inactive');
    expect(scene.tag('shop')[TAG.deactivated]).toMatch(new RegExp(`^${old} 2026-04-11T03:2\\d`));
    const audits = scene.audits.filter(({ event }) => event.startsWith('key-deactivat'));
    const about = { accessKeyId: old, reason: 'idle', key: 'shop', user: 'ci-shop', function: 'deactivate' };
    expect(audits).toMatchObject([
      { event: 'key-deactivation-begun', ...about },
      { event: 'key-deactivated', ...about },
    ]);
  });

  it('that is in use is held, and people are told each day, until it has been idle (K3)', async () => {
    const scene = await newScene();
    const { old, use } = await supersededInUse(scene);
    const seen = await eachDay(scene, [99, 100, 101, 102, 103, 104], async () => {
      if (scene.clock.now() < Date.parse('2026-04-13T00:00:00Z')) expect(await use()).toContain('ci-shop');
    });
    expect(seen).toEqual([
      [99, undefined],
      [100, undefined, 'in-use'],
      [101, undefined, 'in-use'],
      [102, undefined, 'in-use'],
      [103, 'deactivated: idle'],
      [104, undefined],
    ]);
    expect(statusOf(scene, old)).toBe('Inactive');
    const told = scene.account.sns.messages.filter(({ message }) => message.includes('[in-use]'));
    expect(told).toHaveLength(3);
    expect(told[0]?.message).toContain(`${old} is due to be made Inactive but was used 2026-04-11`);
  });

  it('that stays in use is held to the limit, and no longer (K3, K8)', async () => {
    const scene = await newScene();
    const { old, use } = await supersededInUse(scene);
    const seen = await eachDay(scene, [100, 105, 109, 110, 111], use);
    expect(seen).toEqual([
      [100, undefined, 'in-use'],
      [105, undefined, 'in-use'],
      [109, undefined, 'in-use'],
      [110, 'deactivated: hold-limit', 'hold-limit'],
      [111, undefined],
    ]);
    expect(scene.account.sns.messages.at(-1)?.message).toContain(`--access-key-id ${old} --status Active`);
    expect(await use()).toBe('InvalidClientTokenId');
  });

  it('that is in use after a pause gets its whole hold from then on, and it is recorded once (K3, K7)', async () => {
    const scene = await newScene();
    const { old, use } = await supersededInUse(scene);
    scene.setTag('shop', TAG.paused, '2026-05-01T00:00:00Z ana@example.com release freeze');
    const seen = await eachDay(scene, [100, 110, 119, 120, 121, 129, 130], use);
    expect(seen).toEqual([
      [100, undefined, 'paused'],
      [110, undefined, 'paused'],
      [119, undefined, 'paused'],
      [120, undefined, 'in-use'],
      [121, undefined, 'in-use'],
      [129, undefined, 'in-use'],
      [130, 'deactivated: hold-limit', 'hold-limit'],
    ]);
    const recorded = scene.audits.filter(({ event }) => event === 'hold-recorded');
    expect(recorded).toMatchObject([{ accessKeyId: old, outcome: 'held', key: 'shop', user: 'ci-shop' }]);
    expect(scene.tag('shop')[TAG.held]).toBe(`${old} ${recorded[0]?.time}`);
  });

  it('that is in use again after somebody made it Active gets a whole hold again (K3)', async () => {
    const scene = await newScene();
    const { old, use } = await supersededInUse(scene);
    await eachDay(scene, [100, 101, 110], use);
    expect(statusOf(scene, old)).toBe('Inactive');
    scene.toDay(111.5);
    scene.setStatus('ci-shop', old, 'Active');
    const seen = await eachDay(scene, [112, 121, 122, 123, 131, 132], use);
    expect(seen).toEqual([
      [112, undefined, 'reactivated'],
      [121, undefined],
      [122, undefined, 'in-use'],
      [123, undefined, 'in-use'],
      [131, undefined, 'in-use'],
      [132, 'deactivated: hold-limit', 'hold-limit'],
    ]);
  });

  it('is held no day longer when a run starts seconds earlier in the day than the one before (K3, K8)', async () => {
    const scene = await newScene();
    const { use } = await supersededInUse(scene);
    scene.toDay(100);
    scene.hours(0.5);
    await use();
    expect((await scene.deactivate()).findings).toEqual(['in-use']);
    scene.toDay(110);
    scene.hours(0.49);
    await use();
    expect((await scene.deactivate()).findings).toEqual(['hold-limit']);
  });

  it('is named before it is made Inactive, so that a lost answer leaves no change without a trace (K7)', async () => {
    const scene = await newScene();
    const old = await superseded(scene);
    scene.toDay(100);
    scene.awsFault = ({ action }) => (action === 'UpdateAccessKey' ? { kind: 'drop-after' } : undefined);
    const { audits, findings } = await scene.deactivate();
    expect(findings).toEqual(['step-failed']);
    expect(audits.filter(({ event }) => event.startsWith('key-'))).toMatchObject([
      { event: 'key-deactivation-begun', accessKeyId: old, reason: 'idle' },
    ]);
    expect(statusOf(scene, old)).toBe('Inactive');
  });

  it('whose successor is not delivered stays Active, however old it is (K1, K3)', async () => {
    const scene = await newScene();
    scene.manage('shop');
    await scene.rotate();
    await scene.sync();
    const old = scene.currentKey('shop') ?? '';
    scene.toDay(90);
    await scene.rotate();
    scene.hostFault = () => ({ kind: 'status', status: 503 });
    expect(await eachDay(scene, [100, 110, 150, 300])).toEqual([
      [100, undefined, 'undelivered'],
      [110, undefined, 'undelivered'],
      [150, undefined, 'undelivered'],
      [300, undefined, 'undelivered'],
    ]);
    expect(statusOf(scene, old)).toBe('Active');
    scene.hostFault = undefined;
    const seen = await eachDay(scene, [301, 302, 310, 311]);
    expect(seen.at(-1)).toEqual([311, 'deactivated: idle']);
  });

  it('whose successor somebody deleted stays Active (K1, K3)', async () => {
    const scene = await newScene();
    const old = await superseded(scene);
    scene.toDay(100);
    scene.deleteKey('ci-shop', scene.currentKey('shop') ?? '');
    expect((await scene.deactivate()).findings).toEqual(['current-key-missing']);
    expect(statusOf(scene, old)).toBe('Active');
  });

  it.each([
    { what: 'refused', fault: { kind: 'error', status: 403, code: 'AccessDenied' } as const },
    { what: 'cut off', fault: { kind: 'drop-before' } as const },
  ])('whose last use is $what is never read as never used (K3)', async ({ fault }) => {
    const scene = await newScene();
    const { old, use } = await supersededInUse(scene);
    scene.toDay(100);
    await use();
    scene.awsFault = ({ action }) => (action === 'GetAccessKeyLastUsed' ? fault : undefined);
    const { summary, findings, thrown } = await scene.deactivate();
    scene.awsFault = undefined;
    expect(thrown).toBeUndefined();
    expect(summary).toMatchObject({ deactivated: 0, failed: 1 });
    expect(findings).toEqual(['step-failed']);
    expect(statusOf(scene, old)).toBe('Active');
  });

  it('that a person makes Active again is left so for the overlap, and then retired again (K3, K4, K7)', async () => {
    const scene = await newScene();
    const old = await superseded(scene);
    await live(scene, [100]);
    expect(statusOf(scene, old)).toBe('Inactive');
    scene.toDay(104.5);
    scene.setStatus('ci-shop', old, 'Active');
    const seen = await eachDay(scene, [105, 106, 110, 114, 115, 116, 124, 125]);
    expect(seen).toEqual([
      [105, undefined, 'reactivated'],
      [106, undefined],
      [110, undefined],
      [114, undefined],
      [115, 'deactivated: idle'],
      [116, undefined],
      [124, undefined],
      [125, undefined],
    ]);
    expect(scene.keys('ci-shop')).toHaveLength(1);
    expect(scene.audits.filter(({ event }) => event === 'reactivation-recorded')).toMatchObject([
      { accessKeyId: old, key: 'shop', user: 'ci-shop', function: 'deactivate', outcome: 'ok' },
    ]);
  });
});

it('a run that cannot write when it deactivated a key lets the whole recovery count from when that is known (K4)', async () => {
  const scene = await newScene();
  const old = await superseded(scene);
  scene.toDay(100);
  scene.awsFault = ({ action }) =>
    action === 'TagResource' ? { kind: 'error', status: 400, code: 'AccessDeniedException' } : undefined;
  const { findings, summary, audits } = await scene.deactivate();
  scene.awsFault = undefined;
  expect(findings).toEqual(['step-failed']);
  expect(summary).toMatchObject({ deactivated: 1, failed: 1 });
  expect(audits.find(({ event }) => event === 'key-deactivated')).toMatchObject({ accessKeyId: old });
  expect(statusOf(scene, old)).toBe('Inactive');

  const events: string[] = [];
  for (const day of [101, 102, 109, 110, 111, 112]) {
    for (const { audits: all } of await live(scene, [day])) {
      for (const { event } of all) if (/^(inactive-recorded|key-deleted)$/.test(event)) events.push(`${day} ${event}`);
    }
  }
  expect(events).toEqual(['101 inactive-recorded', '111 key-deleted']);
});
