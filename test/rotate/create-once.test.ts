import { expect, it } from 'vitest';
import { deliveredKey, expectLogin, expectSettled, live } from '../support/converge';
import type { Scene } from '../support/scene';

async function due(): Promise<Scene> {
  const scene = await deliveredKey();
  scene.toDay(90);
  scene.calls.length = 0;
  return scene;
}

const made = (scene: Scene) => scene.calls.filter(({ action }) => action === 'CreateAccessKey').length;

it('a lost answer to CreateAccessKey is never asked for again, because the key may be there (K10)', async () => {
  const scene = await due();
  const old = scene.currentKey('shop');
  scene.awsFault = ({ action }) => (action === 'CreateAccessKey' ? { kind: 'drop-after' } : undefined);
  const { findings, thrown, audits } = await scene.rotate();
  scene.awsFault = undefined;
  expect(thrown).toBeUndefined();
  expect(made(scene)).toBe(1);
  expect(findings).toEqual(['step-failed']);
  expect(audits.find(({ event }) => event === 'step-failed')).toMatchObject({ code: 'aws-uncertain' });
  expect(scene.keys('ci-shop')).toHaveLength(2);
  await expectLogin(scene);

  scene.hours(0.9);
  expect((await scene.rotate()).findings).toEqual(['rotation-in-progress']);
  expect(scene.keys('ci-shop')).toHaveLength(2);

  scene.toDay(91);
  const { findings: cleaned, summary } = await scene.rotate();
  expect(cleaned).toEqual(['orphan-discarded']);
  expect(summary).toMatchObject({ rotated: 1, failed: 0 });
  expect(made(scene)).toBe(2);
  await scene.sync();
  await expectSettled(scene);
  expect(scene.keys('ci-shop').map(({ AccessKeyId }) => AccessKeyId)).toEqual([old, scene.currentKey('shop')]);
});

it.each([
  { what: 'a cut connection', fault: { kind: 'drop-before' } as const },
  { what: 'a failure inside IAM', fault: { kind: 'error', status: 500, code: 'ServiceFailure' } as const },
])(
  'after $what nothing is repeated either, and the next day goes on without a key to discard (K9)',
  async ({ fault }) => {
    const scene = await due();
    scene.awsFault = ({ action }) => (action === 'CreateAccessKey' ? fault : undefined);
    await scene.rotate();
    scene.awsFault = undefined;
    expect(made(scene)).toBe(1);
    expect(scene.openIntent('shop')).toBeDefined();
    const [rotation] = await live(scene, [91]);
    expect(rotation?.findings).toEqual([]);
    await expectSettled(scene);
  },
);

it('a throttled CreateAccessKey is repeated, because AWS said that it did nothing', async () => {
  const scene = await due();
  let calls = 0;
  scene.awsFault = ({ action }) => {
    if (action !== 'CreateAccessKey') return undefined;
    calls += 1;
    return calls <= 2 ? { kind: 'error', status: 400, code: 'Throttling', message: 'Rate exceeded' } : undefined;
  };
  expect((await scene.rotate()).summary).toMatchObject({ rotated: 1, failed: 0 });
  expect(calls).toBe(3);
  expect(scene.keys('ci-shop')).toHaveLength(2);
});

it("IAM's limit of two, met because somebody was faster, is a finding that says what to do (K10)", async () => {
  const scene = await due();
  scene.awsFault = ({ action }) => {
    if (action === 'CreateAccessKey' && scene.keys('ci-shop').length < 2) scene.createKey('ci-shop');
    return undefined;
  };
  const { findings, audits, summary, thrown } = await scene.rotate();
  scene.awsFault = undefined;
  expect(thrown).toBeUndefined();
  expect(made(scene)).toBe(1);
  expect(summary).toMatchObject({ rotated: 0, blocked: 1 });
  expect(findings).toEqual(['two-keys']);
  expect(audits.find(({ event }) => event === 'finding')?.message).toContain(
    "User ci-shop has two access keys, which is IAM's limit: somebody, or another run, made one while this run was at work. " +
      'The next run tells the keys apart; a key that was made by hand and that nobody uses has to be deleted by hand.',
  );
  await expectLogin(scene);

  // Another run may be at work under the same intent, so it is left to age.
  expect(scene.openIntent('shop')).toBeDefined();
  const byHand = scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId !== scene.currentKey('shop'));
  scene.deleteKey('ci-shop', byHand?.AccessKeyId ?? '');
  await live(scene, [91]);
  await expectSettled(scene);
});
