import { describe, expect, it } from 'vitest';
import { datedTag } from '../../functions/core/key/dated-tag';
import { TAG } from '../../functions/core/names';
import { deliveredKey, expectSettled, supersededKey } from '../support/converge';
import type { Scene } from '../support/scene';

const PAUSE = {
  schema: 'keyturn.request/v1',
  id: '0f8fad5b-d9cb-469f-a165-70867728950e',
  do: 'pause',
  keys: ['shop'],
  why: 'release freeze',
  until: '2026-03-01',
};
const { until: _until, ...REQUEST } = PAUSE;
const ROTATE = { ...REQUEST, do: 'rotate', why: 'a developer left' };
const created = ({ calls }: Scene) => calls.filter(({ action }) => action === 'CreateAccessKey').length;
const tagOf = (scene: Scene) => scene.tag('shop')[TAG.paused];
const tagged = ({ calls }: Scene) => calls.filter(({ action }) => /^(Tag|Untag)Resource$/.test(action)).length;

describe('the front', () => {
  it('may die after any of its requests: what is there is whole, and the same request is done once (K9)', async () => {
    const deaths: string[] = [];
    for (let at = 1; ; at += 1) {
      const scene = await deliveredKey();
      const { answer } = await scene.ask(PAUSE);
      const document = { ...PAUSE, plan: answer?.plan?.digest };
      const [before, changedBefore] = [tagged(scene), tagOf(scene)];
      const died = await scene.kill(at, () => scene.ask(document));
      const wasDone = tagOf(scene) !== changedBefore;
      expect([undefined, '2026-03-01T00:00:00.000Z Operator/alice release freeze']).toContain(tagOf(scene));
      scene.hours(0.02);
      const { answer: again } = await scene.ask(document);
      deaths.push(`${wasDone ? 'done' : 'not done'}: ${again?.refused?.reason ?? again?.outcome}`);
      const told = scene.audits.filter(({ event, facts }) => event === 'pause-written' && facts?.request === PAUSE.id);
      expect(told.length).toBeGreaterThanOrEqual(1);
      expect(tagged(scene)).toBe(before + 1);
      if (!died) break;
    }
    expect(new Set(deaths)).toEqual(new Set(['not done: done', 'done: done']));
  }, 120_000);

  it('may die between what it writes and what it starts: the key is rotated once, now or by the daily run (K9, K14)', async () => {
    const ways = new Set<string>();
    for (let at = 1; ; at += 1) {
      const scene = await deliveredKey();
      scene.toDay(40);
      const { answer } = await scene.ask(ROTATE);
      const document = { ...ROTATE, plan: answer?.plan?.digest };
      const before = created(scene);
      const died = await scene.kill(at, () => scene.ask(document));
      const stands = scene.tag('shop')[TAG.rotationAsked] !== undefined;
      ways.add(`${stands ? 'asked' : 'not asked'}, ${scene.started.length === 0 ? 'nothing started' : 'started'}`);
      scene.hours(0.02);
      // The same command again; and without it the daily run does what stands there, and nothing else.
      if (at % 2 === 0) expect((await scene.ask(document)).answer?.outcome).toBe('done');
      await scene.rotate();
      await scene.sync();
      expect(created(scene) - before).toBe(stands || at % 2 === 0 ? 1 : 0);
      scene.hours(3);
      await scene.rotate({ look: ['shop'] });
      expect(created(scene) - before).toBeLessThanOrEqual(1);
      await expectSettled(scene);
      if (!died) break;
    }
    expect(ways).toEqual(new Set(['not asked, nothing started', 'asked, nothing started', 'asked, started']));
  }, 120_000);

  it('has operators ask for 25 rotations a day, and an administrator for more', async () => {
    const scene = await deliveredKey();
    scene.toDay(40);
    const ask = async (n: number, asking: Parameters<Scene['ask']>[1] = {}) => {
      scene.hours(0.1);
      const document = { ...ROTATE, id: `request-of-the-day-${n}` };
      const { answer } = await scene.ask(document, asking);
      return (await scene.ask({ ...document, plan: answer?.plan?.digest }, asking)).answer;
    };
    for (let n = 1; n <= 25; n += 1) expect((await ask(n))?.outcome).toBe('done');
    const before = tagged(scene);
    expect((await ask(26))?.refused).toMatchObject({ reason: 'beyond-level', message: expect.stringContaining('25') });
    expect(tagged(scene)).toBe(before);
    expect((await ask(27, { level: 'administrator' }))?.outcome).toBe('done');
  }, 120_000);
});

describe('a front that died before it had written anything', () => {
  it('lends its word to nothing that somebody else has written since (K7)', async () => {
    const { scene, old } = await supersededKey();
    scene.toDay(92);
    const current = scene.currentKey('shop') ?? '';
    let began = 0;
    for (let at = 1; scene.tag('shop')[TAG.compromised] === undefined; at += 1) {
      const leaked = { ...LEAKED, id: `a-front-that-dies-${at}`, accessKey: old };
      const { answer } = await scene.ask(leaked, ADMINISTRATOR);
      const document = { ...leaked, plan: answer?.plan?.digest };
      await scene.kill(at, () => scene.ask(document, ADMINISTRATOR));
      scene.hours(0.02);
      if (scene.tag('shop')[TAG.compromised] !== undefined) break;
      began += scene.audits.some(({ event, facts }) => event === 'requested' && facts?.request === leaked.id) ? 1 : 0;
      // Inactive, says somebody who may tag secrets, so that there is nothing left to do; and of another key that it leaked.
      const now = new Date(scene.clock.now());
      scene.setTag('shop', TAG.deactivated, datedTag(old, now));
      scene.setTag('shop', TAG.compromised, datedTag(current, now));
      const { answer: again } = await scene.ask(document, ADMINISTRATOR);
      expect(again?.refused?.reason).toBe('nothing-to-do');
      for (const tag of [TAG.deactivated, TAG.compromised]) scene.removeTag('shop', tag);
    }
    expect(began).toBeGreaterThan(0);
    const words = scene.audits.filter(({ event }) => event === 'ask-written');
    expect(words.filter(({ facts }) => String(facts?.tag).includes(current))).toEqual([]);
  });
});

const LEAKED = { ...REQUEST, do: 'compromised', why: 'in a log' };
const ADMINISTRATOR = { level: 'administrator' } as const;
const statusOf = (scene: Scene, id: string) =>
  scene.keys('ci-shop').find(({ AccessKeyId }) => AccessKeyId === id)?.Status;

describe('what makes a leaked key harmless', () => {
  it.each([
    ['the front', (scene: Scene, document: object) => scene.ask(document, { level: 'administrator' })],
    ['rotate', (scene: Scene) => scene.rotate({ look: ['shop'] })],
    ['sync', (scene: Scene) => scene.sync({ look: ['shop'] })],
    ['deactivate', (scene: Scene) => scene.deactivate({ look: ['shop'] })],
  ] as const)(
    'may die after any request of %s: asked again, the next runs end it (K9)',
    async (who, dying) => {
      for (let at = 1; ; at += 1) {
        const scene = await deliveredKey();
        scene.toDay(40);
        const old = scene.currentKey('shop') ?? '';
        const { answer } = await scene.ask(LEAKED, { level: 'administrator' });
        const document = { ...LEAKED, plan: answer?.plan?.digest };
        const steps = [
          () => scene.ask(document, { level: 'administrator' }),
          () => scene.rotate({ look: ['shop'] }),
          () => scene.sync({ look: ['shop'] }),
          () => scene.deactivate({ look: ['shop'] }),
        ];
        const dies = ['the front', 'rotate', 'sync', 'deactivate'].indexOf(who);
        for (const step of steps.slice(0, dies)) await step();
        const died = await scene.kill(at, () => dying(scene, document));
        scene.hours(1.5);
        const id = '1f8fad5b-d9cb-469f-a165-70867728950e';
        const { answer: again } = await scene.ask({ ...LEAKED, id, accessKey: old }, { level: 'administrator' });
        if (again?.plan !== undefined) {
          const repeated = { ...LEAKED, id, accessKey: old, plan: again.plan.digest };
          await scene.ask(repeated, { level: 'administrator' });
        }
        for (const outcome of await scene.day()) expect(outcome.thrown).toBeUndefined();
        // What may have been overtaken is marked by the next hour's run, and the mark starts deactivate.
        scene.hours(1);
        await scene.sync();
        await scene.deactivate({ look: ['shop'] });
        expect(statusOf(scene, old), `${who} ${at}`).toBe('Inactive');
        expect(scene.keys('ci-shop')).toHaveLength(2);
        await expectSettled(scene);
        if (!died) break;
      }
    },
    240_000,
  );
});
