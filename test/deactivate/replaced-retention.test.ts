import { describe, expect, it } from 'vitest';
import { DAY } from '../../functions/core/duration';
import { datedTag } from '../../functions/core/key/dated-tag';
import { AUDIT_LOG_GROUP, TAG } from '../../functions/core/names';
import { expectLogin } from '../support/converge';
import type { Scene } from '../support/scene';
import { otherSealKey } from '../support/seal-key';
import { replaceable, takeRole } from './replaceable';

const statusOf = (scene: Scene) => scene.keys('ci-shop').map(({ Status }) => Status);

async function dayOf(scene: Scene, day: number) {
  scene.toDay(day);
  const outcomes = await scene.day();
  for (const { thrown } of outcomes) expect(thrown).toBeUndefined();
  return outcomes;
}

/** A key whose record is kept for 90 days, and that roles have replaced on day 35. */
async function replaced(): Promise<Scene> {
  const scene = await replaceable();
  scene.account.logs.putRetentionPolicy({ logGroupName: AUDIT_LOG_GROUP, retentionInDays: 90 });
  scene.toDay(1);
  await takeRole(scene);
  await dayOf(scene, 35);
  expect(statusOf(scene)).toEqual(['Inactive']);
  return scene;
}

describe('a key that roles have replaced, of which the record has lost the word', () => {
  it('stays gone for as long as its entry names them, and comes back when it does not (K8, K14)', async () => {
    const scene = await replaced();
    await dayOf(scene, 46);
    expect(statusOf(scene)).toEqual([]);
    for (const day of [120, 160, 400]) {
      const outcomes = await dayOf(scene, day);
      expect(
        outcomes.map(({ findings }) => findings),
        `day ${day}`,
      ).toEqual([[], [], ['replaced'], []]);
      expect(outcomes[0]?.summary, `day ${day}`).toMatchObject({ mostOverdueDays: 0 });
    }
    expect(statusOf(scene)).toEqual([]);
    scene.register(scene.entry('shop'));
    await dayOf(scene, 401);
    await expectLogin(scene);
  });

  it('is proved by what deactivate has told of it within days, if that was proved (K7)', async () => {
    const scene = await replaced();
    const unproved = async (day: number) => {
      const [, , told] = await dayOf(scene, day);
      return told?.audits.find(({ reason }) => reason === 'replaced')?.facts?.unproved;
    };
    // Each in the week after the last one, until the record has nothing of day 35 any more.
    for (const day of [120, 126, 132, 138]) expect(await unproved(day), `day ${day}`).toBeUndefined();
    expect(await unproved(150)).toBe('forgotten');
    expect(await unproved(151)).toBe('forgotten');
  });

  it.each([
    ['cannot be read', 81],
    ['does not go back to when it went', 130],
  ])(
    'and that is still Inactive is not deleted where the record %s, and people are told so (K7, K8)',
    async (why, day) => {
      const scene = await replaced();
      const told = () => scene.account.sns.messages.at(-1)?.message ?? '';
      scene.toDay(day);
      if (day === 81)
        scene.awsFault = ({ action }) =>
          action === 'FilterLogEvents' ? { kind: 'error', status: 503, code: 'ServiceUnavailable' } : undefined;
      const { findings, audits } = await scene.delete();
      expect(findings).toEqual(['replaced']);
      expect(audits.some(({ event }) => event === 'key-deletion-begun')).toBe(false);
      expect(statusOf(scene)).toEqual(['Inactive']);
      expect(told()).toContain(`the record ${why}`);
      scene.awsFault = undefined;
      if (day === 81) await dayOf(scene, 82);
      expect(statusOf(scene)).toEqual(day === 81 ? [] : ['Inactive']);
    },
  );

  it('stays gone under the seals of another deployment too', async () => {
    const scene = await replaced();
    await dayOf(scene, 46);
    scene.sealKey = otherSealKey('5ea15ea1-0000-4000-8000-000000000002');
    await dayOf(scene, 47);
    await dayOf(scene, 48);
    expect(statusOf(scene)).toEqual([]);
  });

  it.each([
    ['a moment ago', 0, 400],
    ['a day ago', 1, 400],
    ['on the first day', 39, 400],
    ['before the key', 60, 400],
    ['a moment ago, where the record has forgotten how the key was made', 0, 30],
    ['a day ago, where the record has forgotten how the key was made', 1, 30],
  ])('is not made up by a tag that says so of %s (K1)', async (_when, daysAgo, retentionInDays) => {
    const scene = await replaceable();
    scene.account.logs.putRetentionPolicy({ logGroupName: AUDIT_LOG_GROUP, retentionInDays });
    for (const day of [1, 39, 40]) await dayOf(scene, day);
    await expectLogin(scene);
    const current = scene.currentKey('shop') ?? '';
    const said = datedTag(current, new Date(scene.clock.now() - daysAgo * DAY));
    for (const tag of [TAG.replaced, TAG.deactivated]) scene.setTag('shop', tag, said);
    scene.setStatus('ci-shop', current, 'Inactive');
    scene.toDay(41);
    await scene.rotate();
    await scene.sync();
    expect(scene.currentKey('shop')).not.toBe(current);
    await expectLogin(scene);
  });

  it('does not keep a key from its rotation that works, whatever a tag says of a time that the record has forgotten (K8)', async () => {
    const scene = await replaceable();
    await dayOf(scene, 40);
    const said = datedTag(scene.currentKey('shop') ?? '', new Date(scene.clock.now() - DAY));
    scene.sealKey = otherSealKey('5ea15ea1-0000-4000-8000-000000000002');
    scene.setTag('shop', TAG.replaced, said);
    for (const day of [80, 91]) await dayOf(scene, day);
    expect(scene.currentKey('shop')).not.toBe(said.split(' ')[0]);
    await expectLogin(scene);
  });
});
