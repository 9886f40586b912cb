import { describe, expect, it } from 'vitest';
import { DAY } from '../../functions/core/duration';
import { deliveredKey, expectSettled } from '../support/converge';
import { ALICE, type Scene } from '../support/scene';

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const CAROL = { ...ALICE, arn: 'arn:aws:sts::111122223333:assumed-role/Admin/carol' };
const AS_ADMINISTRATOR = { level: 'administrator', caller: CAROL } as const;
const inDays = (scene: Scene, days: number) => new Date(scene.clock.now() + days * DAY).toISOString();
const exempt = (scene: Scene, more: object = {}) => ({
  ...{ schema: 'keyturn.request/v1', id: ID, do: 'exempt', keys: ['shop'], why: 'release freeze' },
  ...{ until: inDays(scene, 30), approver: 'Dora, CISO' },
  ...more,
});
const END = { schema: 'keyturn.request/v1', id: `${ID}-end`, do: 'end-exemption', keys: ['shop'], why: 'released' };

/** Shown, and then done. */
async function doneBy(scene: Scene, document: object) {
  const { answer } = await scene.ask(document, AS_ADMINISTRATOR);
  return scene.ask({ ...document, plan: answer?.plan?.digest }, AS_ADMINISTRATOR);
}
const tagged = ({ calls }: Scene) => calls.filter(({ action }) => /^(Tag|Untag)Resource$/.test(action)).length;
const told = (scene: Scene, event: string) => scene.recorded().filter((one) => one.event === event);

describe('an exception that is accepted', () => {
  it('stands in the sealed record and in no tag: who, the approver as said, why, until when (K7)', async () => {
    const scene = await deliveredKey();
    const before = tagged(scene);
    const asked = exempt(scene);
    const { answer } = await doneBy(scene, asked);
    expect(answer?.outcome).toBe('done');
    expect(tagged(scene)).toBe(before);
    expect(told(scene, 'exception-accepted')).toMatchObject([
      {
        ...{ function: 'administrator', key: 'shop', outcome: 'ok' },
        facts: { by: CAROL.arn, approver: 'Dora, CISO', why: 'release freeze', until: asked.until },
      },
    ]);
    expect(answer?.plan?.words.join('\n')).toContain('It holds the verdict, not the rotation');
  });

  it('holds the verdict, not the rotation: what is due is done', async () => {
    const scene = await deliveredKey();
    scene.toDay(80);
    await doneBy(scene, exempt(scene));
    scene.toDay(91);
    expect((await scene.rotate()).summary.rotated).toBe(1);
    await scene.sync();
    await expectSettled(scene);
  });

  it('is for administrators alone', async () => {
    const scene = await deliveredKey();
    for (const document of [exempt(scene), END])
      expect((await scene.ask(document)).answer?.refused?.reason).toBe('beyond-level');
  });

  it('lasts for 366 days at most', async () => {
    const scene = await deliveredKey();
    const until = inDays(scene, 366.001);
    const { answer } = await scene.ask(exempt(scene, { until }), AS_ADMINISTRATOR);
    expect(answer?.refused?.reason).toBe('invalid-request');
  });

  it('is made once by a request that is sent again, and ends early once', async () => {
    const scene = await deliveredKey();
    const document = exempt(scene);
    const { answer } = await scene.ask(document, AS_ADMINISTRATOR);
    const planned = { ...document, plan: answer?.plan?.digest };
    await scene.ask(planned, AS_ADMINISTRATOR);
    expect((await scene.ask(planned, AS_ADMINISTRATOR)).answer).toMatchObject({ outcome: 'done', repeated: true });
    expect((await doneBy(scene, END)).answer?.outcome).toBe('done');
    // Sent again after it was ended, it does not come back.
    expect((await scene.ask(planned, AS_ADMINISTRATOR)).answer).toMatchObject({ outcome: 'done', repeated: true });
    expect([told(scene, 'exception-accepted').length, told(scene, 'exception-ended').length]).toEqual([1, 1]);
    const again = await scene.ask({ ...END, id: `${ID}-end2` }, AS_ADMINISTRATOR);
    expect(again.answer?.refused?.reason).toBe('nothing-to-do');
  });

  it('is another plan when another end, or another approver, is asked for', async () => {
    const scene = await deliveredKey();
    const { answer } = await scene.ask(exempt(scene), AS_ADMINISTRATOR);
    const plan = answer?.plan?.digest;
    for (const more of [{ until: inDays(scene, 1) }, { approver: 'somebody' }])
      expect((await scene.ask(exempt(scene, { ...more, plan }), AS_ADMINISTRATOR)).answer?.refused?.reason).toBe(
        'plan-changed',
      );
  });

  it('says which one it takes the place of', async () => {
    const scene = await deliveredKey();
    await doneBy(scene, exempt(scene));
    const { answer } = await scene.ask(exempt(scene, { id: `${ID}-2`, why: 'longer' }), AS_ADMINISTRATOR);
    expect(answer?.plan?.words.at(-1)).toMatch(/said to be approved by "Dora, CISO" \("release freeze"\) is replaced/);
    const same = await scene.ask(
      exempt(scene, { id: `${ID}-3`, until: told(scene, 'exception-accepted')[0]?.facts?.until }),
      AS_ADMINISTRATOR,
    );
    expect(same.answer?.refused?.reason).toBe('nothing-to-do');
  });

  it('is not said to be done when the record does not take it: nothing else would say it', async () => {
    const scene = await deliveredKey();
    const document = exempt(scene);
    const { answer } = await scene.ask(document, AS_ADMINISTRATOR);
    scene.awsFault = ({ action, input }) =>
      action === 'PutLogEvents' && JSON.stringify(input).includes('exception-accepted')
        ? { kind: 'error', status: 400, code: 'InvalidParameterException' }
        : undefined;
    const failed = await scene.ask({ ...document, plan: answer?.plan?.digest }, AS_ADMINISTRATOR);
    expect(failed.answer?.outcome).not.toBe('done');
    scene.awsFault = undefined;
    scene.clock.advanceBy(2 * 60_000);
    expect((await doneBy(scene, { ...document, id: `${ID}-2` })).answer?.outcome).toBe('done');
    expect(told(scene, 'exception-accepted')).toHaveLength(1);
  });
});
