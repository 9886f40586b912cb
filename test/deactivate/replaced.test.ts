import { describe, expect, it } from 'vitest';
import { TAG } from '../../functions/core/names';
import { expectLogin } from '../support/converge';
import type { Outcome, Scene } from '../support/scene';
import { ROLE, replaceable, takeRole } from './replaceable';

/** An administrator says that the current key has leaked. */
async function leaks(scene: Scene): Promise<void> {
  const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
  const document = { schema: 'keyturn.request/v1', id, do: 'compromised', keys: ['shop'], why: 'in a log' };
  const { answer } = await scene.ask(document, { level: 'administrator' });
  const done = await scene.ask({ ...document, plan: answer?.plan?.digest }, { level: 'administrator' });
  expect(done.answer?.outcome).toBe('done');
}

const statusOf = (scene: Scene) => scene.keys('ci-shop').map(({ Status }) => Status);

async function dayOf(scene: Scene, day: number): Promise<readonly Outcome[]> {
  scene.toDay(day);
  const outcomes = await scene.day();
  for (const { thrown, findings } of outcomes) {
    expect(thrown).toBeUndefined();
    expect(findings).not.toContain('step-failed');
  }
  return outcomes;
}

const changes = (outcomes: readonly Outcome[]) =>
  outcomes.flatMap(({ audits }) =>
    audits
      .filter(({ event }) => /^key-(deactivated|deleted|created|stored)$|^target-delivered$/.test(event))
      .map(({ event, reason }) => `${event}${reason === undefined ? '' : ` ${reason}`}`),
  );

describe('a key whose role has taken over', () => {
  it('is made Inactive when it is idle, deleted after its recovery, and never rotated or delivered again (K3, K4, K7)', async () => {
    const scene = await replaceable();
    const [key] = scene.keys('ci-shop');
    scene.toDay(10);
    await expectLogin(scene);
    scene.toDay(11);
    await takeRole(scene);
    expect(changes(await dayOf(scene, 39))).toEqual([]);
    await expectLogin(scene);
    const again = await dayOf(scene, 68);
    expect(again[2]?.findings).toEqual(['not-replaced-yet']);
    await takeRole(scene);
    const went = await dayOf(scene, 70);
    expect(changes(went)).toEqual(['key-deactivated replaced']);
    expect(went[2]?.audits.find(({ event }) => event === 'key-deactivated')).toMatchObject({
      accessKeyId: key?.AccessKeyId,
      facts: { roles: [ROLE], rolesUsed: expect.stringMatching(/^2026-03-/) },
    });
    expect(statusOf(scene)).toEqual(['Inactive']);
    expect(scene.tag('shop')[TAG.replaced]).toMatch(new RegExp(`^${key?.AccessKeyId} 2026-03-`));
    expect(changes(await dayOf(scene, 79))).toEqual([]);
    expect(changes(await dayOf(scene, 81))).toEqual(['key-deleted']);
    expect(statusOf(scene)).toEqual([]);
    for (const day of [82, 95, 200]) {
      const outcomes = await dayOf(scene, day);
      expect(changes(outcomes)).toEqual([]);
      expect(outcomes.map(({ findings }) => findings)).toEqual([[], [], ['replaced'], []]);
    }
    expect(scene.account.sns.messages.at(-1)?.message).toContain('delete its variables at bitbucket acme/shop');
  });

  it('that somebody needs after all gets a new key, which is delivered, as soon as its entry names no role (K1)', async () => {
    const scene = await replaceable();
    scene.toDay(1);
    await takeRole(scene);
    await dayOf(scene, 35);
    expect(statusOf(scene)).toEqual(['Inactive']);
    scene.register(scene.entry('shop'));
    const outcomes = await dayOf(scene, 36);
    expect(changes(outcomes)).toEqual([
      'key-created current-key-inactive',
      'key-stored current-key-inactive',
      'target-delivered',
    ]);
    await expectLogin(scene);
  });

  it('that somebody needs after all in the same hour gets it then: the report of before that hour says nothing (K1)', async () => {
    const scene = await replaceable();
    scene.toDay(1);
    await takeRole(scene);
    await dayOf(scene, 35);
    expect(statusOf(scene)).toEqual(['Inactive']);
    scene.hours(0.2);
    scene.register(scene.entry('shop'));
    await scene.rotate();
    await scene.sync();
    await expectLogin(scene);
  });

  it('of which nobody knows whether the role was used is rotated as before (K8)', async () => {
    const scene = await replaceable();
    scene.awsFault = ({ action }) =>
      action === 'GetRole' ? { kind: 'error', status: 403, code: 'AccessDenied' } : undefined;
    await takeRole(scene);
    expect((await dayOf(scene, 60))[2]?.findings).toEqual(['not-replaced-yet']);
    expect(changes(await dayOf(scene, 90))).toContain('key-stored due');
    await expectLogin(scene);
  });

  it('that a rotation is at work on stays as it is, and so does one that another run has begun to take away (K1)', async () => {
    const scene = await replaceable();
    scene.toDay(1);
    await takeRole(scene);
    scene.toDay(90);
    // A rotation begins between the look of deactivate and its step.
    let begun = false;
    scene.awsFault = ({ action }) => {
      if (action === 'GetRole' && !begun) {
        begun = true;
        const at = new Date(scene.clock.now()).toISOString();
        scene.setTag('shop', TAG.intent, `${at} run-2 ${scene.currentKey('shop')}`);
      }
      return undefined;
    };
    const { findings } = await scene.deactivate();
    expect(begun).toBe(true);
    expect(findings).toEqual(['step-failed']);
    expect(statusOf(scene)).toEqual(['Active']);
    await expectLogin(scene);
  });

  it('gets no successor on the day on which a run has begun to take it away, and then lives on where it is used (K1, K9)', async () => {
    const scene = await replaceable();
    scene.toDay(1);
    await takeRole(scene);
    scene.toDay(95);
    scene.awsFault = ({ action }) =>
      action === 'UpdateAccessKey' ? { kind: 'error', status: 400, code: 'InvalidInput' } : undefined;
    await scene.deactivate();
    scene.awsFault = undefined;
    expect((await scene.rotate()).findings).toEqual([]);
    expect(statusOf(scene)).toEqual(['Active']);
    await expectLogin(scene);
    await takeRole(scene);
    await dayOf(scene, 96);
    expect(statusOf(scene)).toEqual(['Active']);
    expect(changes(await dayOf(scene, 97))).toContain('key-stored due');
  });

  it('of which a tag says so, and the record does not, is rotated and repaired as any other (K1, K8)', async () => {
    const scene = await replaceable();
    const forged = () =>
      scene.setTag('shop', TAG.replaced, `${scene.currentKey('shop')} ${new Date(scene.clock.now()).toISOString()}`);
    scene.toDay(50);
    await expectLogin(scene);
    forged();
    const [key] = scene.keys('ci-shop');
    scene.setStatus('ci-shop', key?.AccessKeyId ?? '', 'Inactive');
    const outcomes = await dayOf(scene, 51);
    expect(changes(outcomes)).toContain('key-stored current-key-inactive');
    await expectLogin(scene);
    for (const day of [100, 120, 141]) {
      scene.toDay(day);
      await expectLogin(scene);
      forged();
      await scene.day();
    }
    expect(scene.keys('ci-shop').length).toBe(2);
    await expectLogin(scene);
  });

  it('gets no successor either where rotate saw the word, and the key went while it was at work (K1)', async () => {
    const scene = await replaceable();
    scene.toDay(1);
    await takeRole(scene);
    scene.toDay(95);
    await takeRole(scene);
    const rotating: Promise<unknown>[] = [];
    scene.awsFault = ({ action }) => {
      // Deactivate has said it, and looks; rotate begins now, and writes its intent before the key goes.
      if (action === 'UpdateAccessKey' && rotating.length === 0) rotating.push(scene.rotate());
      return undefined;
    };
    await scene.deactivate();
    await Promise.all(rotating);
    scene.awsFault = undefined;
    expect(scene.keys('ci-shop')).toHaveLength(1);
    await dayOf(scene, 96);
    await dayOf(scene, 107);
    expect(statusOf(scene)).toEqual([]);
  });

  it('K8: that somebody has back and that has leaked is rotated at once, whatever was said of its end', async () => {
    const scene = await replaceable();
    scene.toDay(1);
    await takeRole(scene);
    await dayOf(scene, 35);
    const [{ AccessKeyId = '' } = {}] = scene.keys('ci-shop');
    scene.toDay(36);
    scene.setStatus('ci-shop', AccessKeyId, 'Active');
    await leaks(scene);
    await scene.rotate();
    await scene.sync();
    await scene.deactivate();
    expect(scene.currentKey('shop')).not.toBe(AccessKeyId);
    expect(scene.keys('ci-shop').find((key) => key.AccessKeyId === AccessKeyId)?.Status).toBe('Inactive');
    await expectLogin(scene);
  });

  it.each([
    ['refused', { kind: 'error', status: 503, code: 'ServiceUnavailable' } as const],
    ['done, and its answer lost', { kind: 'drop-after' } as const],
  ])('K9: whose end is %s goes the next day, and is delivered meanwhile where it works', async (_what, fault) => {
    const scene = await replaceable();
    scene.toDay(1);
    await takeRole(scene);
    scene.toDay(35);
    scene.awsFault = ({ action }) => (action === 'UpdateAccessKey' ? fault : undefined);
    await scene.deactivate();
    scene.awsFault = undefined;
    const isStill = statusOf(scene)[0] === 'Active';
    const outcomes = await dayOf(scene, 36);
    expect(changes(outcomes)).toEqual(isStill ? ['key-deactivated replaced'] : []);
    expect(outcomes.flatMap(({ audits }) => audits).some(({ event }) => event === 'reactivation-recorded')).toBe(false);
    await dayOf(scene, 48);
    expect(statusOf(scene)).toEqual([]);
    expect(changes(await dayOf(scene, 100))).toEqual([]);
  });

  it("that is gone hides no key that somebody makes by hand, and its places are nobody's to fill (K5, K13)", async () => {
    const scene = await replaceable();
    scene.toDay(1);
    await takeRole(scene);
    await dayOf(scene, 35);
    await dayOf(scene, 46);
    expect(statusOf(scene)).toEqual([]);
    scene.account.invoke(scene.admin, 'iam', 'CreateAccessKey', { UserName: 'ci-shop' });
    const outcomes = await dayOf(scene, 60);
    expect(outcomes[0]?.findings).toContain('foreign-key');
    expect(outcomes[1]?.findings).toEqual([]);
  });
});
