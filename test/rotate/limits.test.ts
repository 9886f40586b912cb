import { describe, expect, it } from 'vitest';
import { TAG } from '../../functions/core/names';
import { rotateRequestOf } from '../../functions/rotate/trigger';
import { settledScene } from '../bench/settled-scene';
import { delivered, deliveredKey, expectLogin } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';

/** Managed keys that were rotated and delivered one day after the other. */
async function aDayApart(scene: Scene, ids: readonly string[]): Promise<void> {
  for (const [day, id] of ids.entries()) {
    scene.toDay(day);
    await delivered(scene, id);
  }
}

const rotated = ({ audits }: Outcome) => audits.flatMap(({ event, key }) => (event === 'key-stored' ? [key] : []));

describe('the cap on rotations', () => {
  it('lets the most overdue keys go first, and says who waits (K8)', async () => {
    const scene = await newScene();
    await aDayApart(scene, ['delta', 'alpha', 'charlie', 'bravo', 'echo']);
    scene.toDay(120);
    const first = await scene.rotate({ maxRotations: 2 });
    expect(rotated(first).sort()).toEqual(['alpha', 'delta']);
    expect(first.findings).toEqual(['rotation-cap']);
    const { message } = first.audits.find(({ reason }) => reason === 'rotation-cap') ?? {};
    expect(message).toContain(
      "2 rotations are this run's limit; 3 keys wait for the next 2 runs (charlie, bravo, echo).",
    );
    expect(scene.account.sns.messages.at(-1)?.message).toContain('[rotation-cap]');
    await scene.sync();
    expect(rotated(await scene.rotate({ maxRotations: 2 })).sort()).toEqual(['bravo', 'charlie']);
    const last = await scene.rotate({ maxRotations: 2 });
    expect(rotated(last)).toEqual(['echo']);
    expect(last.findings).toEqual([]);
  });
});

it('by its own policy a key can be more overdue than an older one (K8)', async () => {
  const scene = await newScene();
  await delivered(scene, 'older');
  scene.toDay(10);
  scene.manage('strict', { policy: { rotateAfter: 30, deactivateAfter: 35, deleteAfter: 40 } });
  await scene.rotate();
  await scene.sync();
  scene.toDay(95);
  expect(rotated(await scene.rotate({ maxRotations: 1 }))).toEqual(['strict']);
});

it('the record says how late a rotation was (K7, K8)', async () => {
  const scene = await deliveredKey();
  const late = ({ audits }: Outcome) =>
    audits.flatMap(({ event, facts }) => (event === 'key-stored' ? [facts?.daysOverdue] : []));
  scene.toDay(90);
  expect(late(await scene.rotate())).toEqual([0]);
  await scene.sync();
  scene.toDay(195);
  scene.deleteKey(
    'ci-shop',
    scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId !== scene.currentKey('shop'))?.AccessKeyId ?? '',
  );
  expect(late(await scene.rotate())).toEqual([15]);
});

it('a key is as overdue as its current key, not as one that was superseded long ago (K8)', async () => {
  const scene = await newScene();
  await delivered(scene, 'renewed');
  const old = scene.currentKey('renewed') ?? '';
  scene.toDay(50);
  await delivered(scene, 'other');
  scene.toDay(60);
  await scene.rotate({ requested: ['renewed'] });
  await scene.sync();
  scene.deleteKey('ci-renewed', old);
  scene.toDay(200);
  expect(rotated(await scene.rotate({ maxRotations: 1 }))).toEqual(['other']);
});

describe('a rotation that an operator asks for', () => {
  it('is of that key alone, finds nothing wrong with it, and needs no report of the whole account', async () => {
    const scene = await newScene();
    for (const id of ['a', 'b']) await delivered(scene, id);
    scene.toDay(30);
    const from = scene.calls.length;
    const outcome = await scene.rotate({ requested: ['a'] });
    expect(outcome).toMatchObject({ findings: [], summary: { rotated: 1 } });
    expect(rotated(outcome)).toEqual(['a']);
    expect(scene.calls.slice(from).filter(({ action }) => action.includes('CredentialReport'))).toEqual([]);
  });

  it('of a key that is not managed is told, and stops no other (K11)', async () => {
    const scene = await newScene();
    for (const id of ['a', 'b']) await delivered(scene, id);
    scene.toDay(30);
    const outcome = await scene.rotate({ requested: ['nobody', 'b'] });
    expect(rotated(outcome)).toEqual(['b']);
    expect(outcome.audits.filter(({ event }) => event === 'finding')).toMatchObject([
      {
        key: 'nobody',
        reason: 'request-refused',
        message: expect.stringMatching(/^"nobody" was asked for, but there is no managed key of that id/),
      },
    ]);
  });
});

describe('a current key that somebody made Inactive', () => {
  it('is replaced by the next run, whatever the cap: pipelines wait for it (K1, K4)', async () => {
    const scene = await newScene();
    await aDayApart(scene, ['due', 'a', 'b', 'late']);
    scene.toDay(120);
    const dead = ['a', 'b'];
    for (const id of dead) scene.setStatus(`ci-${id}`, scene.currentKey(id) ?? '', 'Inactive');
    const outcome = await scene.rotate({ maxRotations: 1 });
    expect(rotated(outcome).sort()).toEqual(['a', 'b', 'due']);
    expect(outcome.findings).toContain('rotation-cap');
    for (const id of dead) expect(scene.tag(id)[TAG.deactivated]).toContain('2026-05-01');
  });
});

it('right after a deployment waits a minute, in which IAM spreads the rights that have changed', async () => {
  const scene = await newScene();
  scene.manage('shop');
  const start = scene.clock.now();
  const { justDeployed = false } = rotateRequestOf({ source: 'aws.cloudformation', detail: {} });
  const { summary } = await scene.rotate({ justDeployed });
  expect(summary.rotated).toBe(1);
  expect(scene.calls[0]?.at).toBeGreaterThanOrEqual(start + 60_000);
});

describe('the time of a run', () => {
  it('that is too short for one key is used for none, and the run says what is left (K9)', async () => {
    const scene = await newScene();
    for (const id of ['a', 'b', 'c']) scene.manage(id);
    scene.lifetime = 80_000;
    const { summary, findings, audits } = await scene.rotate();
    expect(summary).toMatchObject({ examined: 3, rotated: 0, left: 3, failed: 0 });
    expect(findings).toEqual(['out-of-time', 'quarantined']);
    expect(audits.find(({ reason }) => reason === 'out-of-time')?.message).toContain('3 of 3 keys are left');
    expect(scene.calls.some(({ action }) => action === 'CreateAccessKey')).toBe(false);
  });

  it('that ends half-way finishes what it began and starts nothing new (K9)', async () => {
    const scene = await newScene({ newKeyDelay: 30_000 });
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const id of ids) scene.manage(id);
    scene.lifetime = 150_000;
    const { summary, findings } = await scene.rotate();
    expect(summary.rotated).toBeGreaterThan(0);
    expect(summary.left).toBeGreaterThan(0);
    expect(summary.rotated + summary.left).toBe(6);
    expect(findings).toEqual(['out-of-time', 'quarantined']);
    for (const id of ids) expect(scene.keys(`ci-${id}`)).toHaveLength(scene.current(id) === undefined ? 0 : 1);
  });

  it('counts for every function alike', async () => {
    const scene = await deliveredKey();
    const old = scene.currentKey('shop') ?? '';
    scene.toDay(90);
    await scene.rotate();
    scene.lifetime = 80_000;
    expect(await scene.sync()).toMatchObject({ summary: { left: 1, delivered: 0 }, findings: ['out-of-time'] });
    await expectLogin(scene);
    scene.lifetime = 300_000;
    await scene.sync();
    scene.toDay(100);
    scene.lifetime = 80_000;
    expect(await scene.deactivate()).toMatchObject({ summary: { left: 1, deactivated: 0 } });
    expect(scene.keys('ci-shop')[0]).toMatchObject({ AccessKeyId: old, Status: 'Active' });
  });
});

it.each(['rotate', 'deactivate', 'delete', 'sync'] as const)(
  'a quiet run of %s uses at most 0.15 AWS calls a managed key',
  async (name) => {
    const keys = 200;
    const scene = await settledScene(keys);
    try {
      await scene.deactivate();
      const from = scene.calls.length;
      const { summary, findings } = await scene[name]();
      expect(findings).toEqual([]);
      expect(summary).toMatchObject({ examined: keys, failed: 0 });
      // The credential report and the two audit events of the run do not grow with the keys.
      expect(scene.calls.length - from).toBeLessThanOrEqual(0.15 * keys + 4);
    } finally {
      await scene.close();
    }
  },
);
