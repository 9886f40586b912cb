import { describe, expect, it } from 'vitest';
import { TAG } from '../../functions/core/names';
import { expectLogin, expectSettled, live, supersededKey } from '../support/converge';
import type { Outcome, Scene } from '../support/scene';

const ROLLBACK = {
  schema: 'keyturn.request/v1',
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  do: 'rollback',
  keys: ['shop'],
  why: 'a bad deployment',
};
const ADMINISTRATOR = { level: 'administrator' } as const;
const LOOK = { look: ['shop'] } as const;
const OF_BOTH = ['Active', 'Active'];
const statuses = (scene: Scene) => scene.keys('ci-shop').map(({ Status }) => Status);

async function planOf(scene: Scene, more: object = {}): Promise<object> {
  const document = { ...ROLLBACK, ...more };
  const { answer } = await scene.ask(document, ADMINISTRATOR);
  return { ...document, plan: answer?.plan?.digest };
}

/** When the newer key was delivered, and the one before is still Active, or Inactive already. */
const AT = { Active: [91], Inactive: [91, 100.1] } as const;

async function taken(days: readonly number[], isAsked = true) {
  const { scene, old } = await supersededKey();
  const fresh = scene.currentKey('shop') ?? '';
  await live(scene, days);
  const plan = await planOf(scene);
  if (isAsked) await scene.ask(plan, ADMINISTRATOR);
  return { scene, old, fresh, plan };
}

/** Kills a run at each of its requests, in a scene of its own, until it has fewer. @returns how many deaths there were */
async function everyDeath(
  prepare: () => Promise<Awaited<ReturnType<typeof taken>>>,
  run: (scene: Scene) => Promise<Outcome>,
  after: (given: Awaited<ReturnType<typeof taken>>) => Promise<void>,
): Promise<number> {
  for (let at = 1; ; at += 1) {
    const given = await prepare();
    const died = await given.scene.kill(at, () => run(given.scene));
    // A death between the two writes of a pair tears it until the delivery is repeated: K1 says so.
    const identity = await given.scene.login('shop');
    if (identity !== 'SignatureDoesNotMatch') await expectLogin(given.scene);
    await after(given);
    if (!died) return at - 1;
  }
}

/** The next runs: Lambda's repetition, or the rules. */
async function converges({ scene, old, fresh }: Awaited<ReturnType<typeof taken>>): Promise<void> {
  scene.hours(0.1);
  await scene.rotate(LOOK);
  await scene.sync(LOOK);
  await expectLogin(scene);
  scene.hours(1);
  await scene.sync();
  expect([scene.currentKey('shop'), statuses(scene)]).toEqual([old, OF_BOTH]);
  await expectSettled(scene);
  expect(scene.tag('shop')[TAG.withdrawn]).toContain(fresh);
}

describe.each(['Active', 'Inactive'] as const)('a rollback to a key that is %s', (status) => {
  const days = AT[status];

  it('may die in rotate after any of its requests (K1, K9)', async () => {
    const deaths = await everyDeath(
      () => taken(days),
      (scene) => scene.rotate(LOOK),
      converges,
    );
    expect(deaths).toBeGreaterThan(10);
  });

  it('may die in the delivery that follows after any of its requests (K1, K9)', async () => {
    const prepare = async () => {
      const given = await taken(days);
      await given.scene.rotate(LOOK);
      return given;
    };
    const deaths = await everyDeath(prepare, (scene) => scene.sync(LOOK), converges);
    expect(deaths).toBeGreaterThan(10);
  });
});

describe('the front', () => {
  it('may die after any of its requests: asked again the key is rolled back, and before that it is whole (K9, K14)', async () => {
    for (let at = 1; ; at += 1) {
      const given = await taken([91], false);
      const { scene, old, fresh, plan } = given;
      const died = await scene.kill(at, () => scene.ask(plan, ADMINISTRATOR));
      scene.hours(0.1);
      await scene.rotate(LOOK);
      await scene.sync(LOOK);
      await expectLogin(scene);
      expect([old, fresh]).toContain(scene.currentKey('shop'));
      if (scene.currentKey('shop') === fresh) {
        const again = await planOf(scene, { id: `again-${ROLLBACK.id}` });
        expect((await scene.ask(again, ADMINISTRATOR)).answer?.outcome).toBe('done');
      }
      await converges(given);
      if (!died) break;
    }
  });
});

describe('at the same time', () => {
  it('two administrators have it done once', async () => {
    const { scene, old, plan } = await taken([91], false);
    const other = await planOf(scene, { id: `other-${ROLLBACK.id}` });
    const answers = await Promise.all([scene.ask(plan, ADMINISTRATOR), scene.ask(other, ADMINISTRATOR)]);
    const outcomes = answers.map(({ answer }) => answer?.refused?.reason ?? answer?.outcome);
    expect(outcomes.filter((outcome) => outcome === 'done').length).toBeLessThanOrEqual(1);
    if (!outcomes.includes('done')) {
      scene.hours(0.1);
      await scene.ask(await planOf(scene, { id: `third-${ROLLBACK.id}` }), ADMINISTRATOR);
    }
    await Promise.all([scene.rotate(LOOK), scene.rotate(LOOK)]);
    await scene.sync(LOOK);
    const promoted = scene.audits.filter(({ event }) => event === 'key-promoted').length;
    expect([scene.currentKey('shop'), promoted >= 1]).toEqual([old, true]);
    await expectSettled(scene);
  });

  it('a retirement of the key before comes to nothing (K1)', async () => {
    for (const at of [0, 1, 2, 3]) {
      const { scene, old, plan } = await taken([91, 95], false);
      scene.toDay(100.2);
      const asking = scene.ask(plan, ADMINISTRATOR).then(() => scene.rotate(LOOK));
      const retiring = scene.deactivate();
      await Promise.all([asking, retiring]);
      scene.hours(at);
      await scene.rotate(LOOK);
      await scene.sync(LOOK);
      await expectLogin(scene);
      expect(scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId === old)?.Status).toBe(
        scene.currentKey('shop') === old ? 'Active' : expect.anything(),
      );
    }
  });
});
