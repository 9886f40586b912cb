import { describe, expect, it } from 'vitest';
import { delivered, expectSettled } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';

const stored = ({ audits }: Outcome) => audits.filter(({ event }) => event === 'key-stored');
const rotated = (outcome: Outcome) => stored(outcome).map(({ key }) => key);
const ids = (keys: number) => Array.from({ length: keys }, (_, index) => `k${String(index).padStart(2, '0')}`);

/** A deployment, whose run rotates at once, and the daily run of the same day. */
async function deployed(scene: Scene, keys: readonly string[], options: { readonly maxRotations?: number } = {}) {
  for (const id of keys) scene.manage(id);
  const outcomes = [await scene.rotate(options)];
  await scene.sync();
  scene.hours(3);
  outcomes.push(await scene.rotate(options));
  await scene.sync();
  return outcomes;
}

it('thirty keys with the defaults are all in time, although their deployment made them on one day (K8)', async () => {
  const scene = await newScene();
  const keys = ids(30);
  const [first, second] = await deployed(scene, keys);
  expect(first?.findings).toEqual(['rotation-cap']);
  // New keys are made over as many days as it takes: nothing is late, and nobody has to act.
  expect(first?.audits.find(({ reason }) => reason === 'rotation-cap')?.message).toContain('their first rotation');
  expect(scene.account.sns.messages.filter(({ message }) => message.includes('[rotation-cap]'))).toEqual([]);
  expect([first?.summary.rotated, second?.summary.rotated]).toEqual([25, 5]);

  const days = new Map<string | undefined, number>();
  for (const day of [87, 88, 89, 90, 91]) {
    scene.toDay(day);
    scene.hours(3);
    const outcome = await scene.rotate();
    expect(outcome.findings).toEqual([]);
    expect(outcome.summary.rotated).toBeLessThanOrEqual(25);
    for (const { key, reason, facts } of stored(outcome)) {
      days.set(key, day);
      expect(reason).toBe(day === 89 ? 'brought-forward' : 'due');
      expect(facts?.daysOverdue).toBeLessThan(1);
      // The day on which it would have been due.
      if (day === 89) expect(String(facts?.dueAt)).toMatch(/^2026-04-01T0[36]:/);
      else expect(facts?.dueAt).toBeUndefined();
    }
    await scene.sync();
  }
  expect([...days.values()].sort()).toEqual([...Array(5).fill(89), ...Array(25).fill(90)]);
  for (const id of keys) await expectSettled(scene, id);
});

describe('a cap that a later day would exceed', () => {
  it('brings nothing forward that cannot come: what is paused or not delivered keeps its day, and no word is lost', async () => {
    const scene = await newScene();
    const keys = ids(4);
    await deployed(scene, keys, { maxRotations: 4 });
    scene.toDay(88);
    scene.setTag('k00', 'keyturn:paused', '2026-04-01T00:00:00Z jo release');
    const from = scene.calls.length;
    const outcome = await scene.rotate({ maxRotations: 2 });
    // Four are due on day 90, two of them come on day 89: nothing has to come today.
    expect(outcome.findings).toEqual([]);
    expect(rotated(outcome)).toEqual([]);
    expect(scene.calls.slice(from).some(({ action }) => action === 'ListAccessKeys')).toBe(false);
    scene.toDay(89);
    expect(rotated(await scene.rotate({ maxRotations: 2 })).sort()).toEqual(['k01', 'k02']);
  });

  it('counts first rotations that wait for an age, by the credential report', async () => {
    const scene = await newScene();
    for (const id of ids(3)) {
      scene.addUser(`ci-${id}`);
      scene.createKey(`ci-${id}`);
      scene.manage(id, { firstRotation: 'when-due' });
    }
    scene.toDay(88);
    expect(rotated(await scene.rotate({ maxRotations: 2 }))).toEqual([]);
    scene.toDay(89);
    const early = await scene.rotate({ maxRotations: 2 });
    expect(stored(early)).toMatchObject([{ reason: 'brought-forward' }]);
    scene.toDay(90);
    expect(stored(await scene.rotate({ maxRotations: 2 }))).toMatchObject([{ reason: 'first' }, { reason: 'first' }]);
  });

  it('lets keys that are due go before new ones: only those can be late', async () => {
    const scene = await newScene();
    for (const id of ['old', 'older']) await delivered(scene, id);
    scene.toDay(90);
    for (const id of ids(3)) scene.manage(id);
    const first = await scene.rotate({ maxRotations: 2 });
    expect(rotated(first).sort()).toEqual(['old', 'older']);
    expect(first.audits.find(({ reason }) => reason === 'rotation-cap')).toMatchObject({
      message: expect.stringContaining('3 keys wait for the next 2 runs (k00, k01, k02)'),
    });
  });
});
