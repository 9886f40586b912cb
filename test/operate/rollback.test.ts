import { describe, expect, it } from 'vitest';
import { TAG } from '../../functions/core/names';
import { expectLogin, expectSettled, live, supersededKey } from '../support/converge';
import type { Scene } from '../support/scene';

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const ROLLBACK = { schema: 'keyturn.request/v1', id: ID, do: 'rollback', keys: ['shop'], why: 'a bad deployment' };
const ADMINISTRATOR = { level: 'administrator' } as const;
const statusOf = (scene: Scene, id: string) =>
  scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId === id)?.Status;
const refused = async (scene: Scene, more: object = {}, asking: object = ADMINISTRATOR) =>
  (await scene.ask({ ...ROLLBACK, ...more }, asking)).answer?.refused?.reason;

/** Shown, and then done. */
async function doneBy(scene: Scene) {
  const { answer } = await scene.ask(ROLLBACK, ADMINISTRATOR);
  return scene.ask({ ...ROLLBACK, plan: answer?.plan?.digest }, ADMINISTRATOR);
}

/** The function that the front starts, and the one that the moved label starts. */
async function follow(scene: Scene) {
  const rotated = await scene.rotate({ look: ['shop'] });
  return { rotated, synced: await scene.sync({ look: ['shop'] }) };
}

/** On day 91, a day after the newer key was delivered. */
async function askedFor() {
  const { scene, old } = await supersededKey();
  const fresh = scene.currentKey('shop') ?? '';
  scene.toDay(91);
  expect((await doneBy(scene)).answer?.outcome).toBe('done');
  return { scene, old, fresh };
}

async function rolledBack() {
  const all = await askedFor();
  await follow(all.scene);
  expect(all.scene.currentKey('shop')).toBe(all.old);
  return all;
}

describe('a rollback', () => {
  it('makes the key before current and delivers it at once, and keeps the newer one', async () => {
    const { scene, old, fresh } = await askedFor();
    expect(scene.started).toEqual([{ name: 'rotate', keys: ['shop'] }]);
    const { rotated, synced } = await follow(scene);
    expect([rotated.findings, synced.findings, synced.summary.delivered]).toEqual([[], [], 1]);
    const told = ['run-started', 'key-promotion-begun', 'key-promoted', 'run-finished'];
    expect(rotated.audits.map(({ event }) => event)).toEqual(told);
    expect([scene.currentKey('shop'), statusOf(scene, old), statusOf(scene, fresh)]).toEqual([old, 'Active', 'Active']);
    await expectSettled(scene);
  });

  it('makes it Active first where it is Inactive, told before and after, and proved at every endpoint (K2, K7)', async () => {
    const { scene, old } = await supersededKey();
    await live(scene, [91, 100.1]);
    expect(statusOf(scene, old)).toBe('Inactive');
    await doneBy(scene);
    const { rotated, synced } = await follow(scene);
    expect(rotated.audits.map(({ event }) => event)).toEqual([
      'run-started',
      'key-reactivation-begun',
      'key-reactivated',
      'key-promotion-begun',
      'key-promoted',
      'run-finished',
    ]);
    const proofs = synced.audits.filter(({ event }) => event === 'key-proved');
    expect(proofs.map(({ accessKeyId, facts }) => [accessKeyId, facts?.regions])).toEqual([
      [old, 'eu-west-1 us-east-1'],
      [old, undefined],
    ]);
    expect([scene.currentKey('shop'), statusOf(scene, old)]).toEqual([old, 'Active']);
    scene.hours(1);
    await scene.sync();
    await expectSettled(scene);
  });

  it('never goes back to a key that has leaked, not even when the newer one leaks after it (K1)', async () => {
    const { scene, old } = await supersededKey();
    const leaked = { ...ROLLBACK, do: 'compromised', why: 'in a log' };
    for (const [day, accessKey] of [
      [92, old],
      [94, scene.currentKey('shop') ?? ''],
    ] as const) {
      scene.toDay(day);
      const document = { ...leaked, id: `leaked-on-the-day-${day}`, accessKey };
      const { answer } = await scene.ask(document, ADMINISTRATOR);
      expect((await scene.ask({ ...document, plan: answer?.plan?.digest }, ADMINISTRATOR)).answer?.outcome).toBe(
        'done',
      );
      await scene.deactivate({ look: ['shop'] });
    }
    expect(statusOf(scene, old)).toBe('Inactive');
    expect(await refused(scene)).toBe('nothing-to-do');
  });

  it('is done by the daily run when nothing was started, and once, however often it is started (K9)', async () => {
    const { scene, old } = await askedFor();
    scene.toDay(91.5);
    const promoted: number[] = [];
    for (const again of [{}, { look: ['shop'] }, {}]) {
      const { audits } = await scene.rotate(again);
      promoted.push(audits.filter(({ event }) => event === 'key-promoted').length);
      await scene.sync();
    }
    expect([promoted, scene.currentKey('shop')]).toEqual([[1, 0, 0], old]);
    await expectSettled(scene);
  });

  it('has the withdrawn key retired after overlap and recovery, says until when, and then rotates (K1, K3, K4, K8)', async () => {
    const { scene, old, fresh } = await rolledBack();
    const outcomes = await live(scene, [92, 100]);
    expect(outcomes.flatMap(({ findings }) => findings)).toContain('withdrawn');
    const { message } =
      scene.audits.findLast(({ event, reason }) => event === 'finding' && reason === 'withdrawn') ?? {};
    expect(message).toContain(`${fresh}, which was withdrawn, has the second place`);
    expect(message).toContain('Inactive from 2026-04-12 on and deleted from 2026-04-22 on');
    expect(statusOf(scene, fresh)).toBe('Active');
    await live(scene, [101.1, 110]);
    expect([statusOf(scene, fresh), scene.currentKey('shop')]).toEqual(['Inactive', old]);
    await live(scene, [111.2]);
    expect([statusOf(scene, fresh), scene.tag('shop')[TAG.withdrawn]]).toEqual([undefined, undefined]);
    await live(scene, [112.2]);
    expect([old, fresh]).not.toContain(scene.currentKey('shop'));
    await expectSettled(scene);
  });

  it('never makes the withdrawn key current again, nor delivers it', async () => {
    const { scene, old } = await rolledBack();
    scene.setStatus('ci-shop', old, 'Inactive');
    scene.toDay(92);
    await scene.day();
    expect([scene.currentKey('shop'), scene.held('shop').accessKeyId]).toEqual([old, old]);
  });

  it('stops a delivery of the newer key, and ends whole', async () => {
    const { scene } = await supersededKey();
    await live(scene, [100.1, 111.2]);
    scene.toDay(180.2);
    const before = scene.currentKey('shop');
    await scene.rotate();
    expect([scene.currentKey('shop') === before, scene.held('shop').accessKeyId]).toEqual([false, before]);
    await doneBy(scene);
    expect((await scene.sync()).summary.delivered).toBe(0);
    await follow(scene);
    scene.hours(1);
    await scene.sync();
    expect(scene.currentKey('shop')).toBe(before);
    await expectSettled(scene);
  });

  it('waits for a retirement of the key before that may be at work (K1)', async () => {
    const { scene, old } = await supersededKey();
    await live(scene, [91, 95]);
    scene.toDay(100.2);
    await doneBy(scene);
    const asked = scene.clock.now();
    expect((await scene.deactivate()).summary.deactivated).toBe(0);
    const { rotated } = await follow(scene);
    const at = Date.parse(rotated.audits.find(({ event }) => event === 'key-promotion-begun')?.time ?? '');
    expect(at - asked).toBeGreaterThanOrEqual(2 * 60_000);
    expect([scene.currentKey('shop'), statusOf(scene, old)]).toEqual([old, 'Active']);
  });

  it('is refused while it is being done, when it was done, and to an operator', async () => {
    const { scene } = await askedFor();
    expect(await refused(scene, { id: `${ID}-b` })).toBe('in-progress');
    await follow(scene);
    expect(await refused(scene, { id: `${ID}-c` })).toBe('nothing-to-do');
    expect(await refused(scene, {}, {})).toBe('beyond-level');
    await expectLogin(scene);
  });

  it('is told where IAM lists no key before any more, changes nothing, and lapses in a day (K14)', async () => {
    const { scene, old } = await supersededKey();
    const fresh = scene.currentKey('shop');
    scene.deleteKey('ci-shop', old);
    scene.toDay(91);
    await doneBy(scene);
    const { rotated } = await follow(scene);
    expect([rotated.findings, scene.currentKey('shop')]).toEqual([['not-rolled-back'], fresh]);
    scene.toDay(92.1);
    expect((await scene.rotate()).findings).toEqual(['not-rolled-back']);
    scene.toDay(93.2);
    expect((await scene.rotate()).findings).toEqual([]);
    await expectSettled(scene);
  });
});

describe('a tag that the sealed record does not know', () => {
  it('does nothing but a finding, whoever wrote it', async () => {
    const { scene } = await supersededKey();
    const fresh = scene.currentKey('shop') ?? '';
    scene.toDay(91);
    scene.setTag('shop', TAG.withdrawn, `${fresh} ${new Date(scene.clock.now()).toISOString()}`);
    expect((await scene.rotate()).findings).toEqual(['not-rolled-back']);
    scene.removeTag('shop', TAG.checked);
    await scene.sync();
    expect(scene.currentKey('shop')).toBe(fresh);
    await expectSettled(scene);
  });

  it('is none with another time, another access key, or of another managed key', async () => {
    const { scene, old, fresh } = await askedFor();
    const said = scene.tag('shop')[TAG.withdrawn] ?? '';
    const later = new Date(scene.clock.now() + 60_000).toISOString();
    for (const forged of [`${fresh} ${later}`, `${old} ${said.split(' ')[1]}`]) {
      scene.setTag('shop', TAG.withdrawn, forged);
      await scene.rotate({ look: ['shop'] });
      expect(scene.currentKey('shop')).toBe(fresh);
    }
  });
});
