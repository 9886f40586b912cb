import { describe, expect, it } from 'vitest';
import { registryParameterName, TAG } from '../../functions/core/names';
import { deliveredKey, expectSettled } from '../support/converge';
import type { Scene } from '../support/scene';

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const PAUSE = {
  schema: 'keyturn.request/v1',
  id: ID,
  do: 'pause',
  keys: ['shop'],
  why: 'release freeze',
  until: '2026-03-01',
};
const RESUME = { schema: 'keyturn.request/v1', id: `${ID}-2`, do: 'resume', keys: ['shop'], why: 'released' };

/** Shown, and then done. */
async function doneBy(scene: Scene, document: object = PAUSE) {
  const { answer } = await scene.ask(document);
  return scene.ask({ ...document, plan: answer?.plan?.digest });
}
const tagOf = (scene: Scene) => scene.tag('shop')[TAG.paused];
const tagged = ({ calls }: Scene) => calls.filter(({ action }) => /^(Tag|Untag)Resource$/.test(action)).length;

describe('a pause that was asked for', () => {
  it('holds the rotation back that is due, and lets it go on when it is taken away (K14)', async () => {
    const scene = await deliveredKey();
    scene.toDay(40);
    const { answer } = await doneBy(scene, { ...PAUSE, until: '2026-04-20' });
    expect(answer?.outcome).toBe('done');
    scene.toDay(91);
    const held = await scene.rotate();
    expect([held.findings, held.summary.rotated]).toEqual([['paused'], 0]);
    expect((await doneBy(scene, RESUME)).answer?.outcome).toBe('done');
    expect((await scene.rotate()).summary.rotated).toBe(1);
    await scene.sync();
    await expectSettled(scene);
  });

  it('is not there when the record cannot be written: what cannot be proved is not done (K7)', async () => {
    const scene = await deliveredKey();
    const { answer } = await scene.ask(PAUSE);
    const before = tagged(scene);
    scene.awsFault = ({ action }) =>
      action === 'PutLogEvents' ? { kind: 'error', status: 400, code: 'InvalidParameterException' } : undefined;
    const { thrown, findings } = await scene.ask({ ...PAUSE, plan: answer?.plan?.digest });
    expect([thrown, findings]).toMatchObject([{ code: 'aws-rejected' }, ['record-unavailable']]);
    expect([tagOf(scene), tagged(scene)]).toEqual([undefined, before]);
  });

  it('is not there when the record cannot be read: it may have been done before', async () => {
    const scene = await deliveredKey();
    const { answer } = await scene.ask(PAUSE);
    scene.awsFault = ({ action, input }) =>
      action === 'FilterLogEvents' && String(input.filterPattern).includes('requested')
        ? { kind: 'error', status: 400, code: 'InvalidParameterException' }
        : undefined;
    const { thrown } = await scene.ask({ ...PAUSE, plan: answer?.plan?.digest });
    expect([thrown, tagOf(scene)]).toMatchObject([{ code: 'aws-rejected' }, undefined]);
  });

  it('is told as not known when the tag may or may not be written; asked again, it is shown what stands there', async () => {
    const scene = await deliveredKey();
    const { answer } = await scene.ask(PAUSE);
    scene.awsFault = ({ action }) =>
      action === 'TagResource' ? { kind: 'error', status: 400, code: 'InvalidRequestException' } : undefined;
    const failed = await scene.ask({ ...PAUSE, plan: answer?.plan?.digest });
    expect([failed.answer?.refused?.reason, failed.findings]).toEqual(['failed', ['step-failed']]);
    scene.awsFault = undefined;
    expect((await scene.ask({ ...PAUSE, plan: answer?.plan?.digest })).answer?.outcome).toBe('done');
  });

  it('is refused for a key whose entry is not as it was deployed', async () => {
    const scene = await deliveredKey();
    const Name = registryParameterName('shop');
    const { Parameter } = scene.account.invoke(scene.admin, 'ssm', 'GetParameter', { Name });
    const Value = JSON.stringify({ ...JSON.parse(Parameter.Value), firstRotation: 'when-due' });
    scene.account.invoke(scene.admin, 'ssm', 'PutParameter', { Name, Value, Type: 'String', Overwrite: true });
    const { answer, findings } = await scene.ask(PAUSE);
    expect([answer?.refused?.reason, findings]).toEqual(['not-as-deployed', ['not-deployed']]);
  });

  it('is refused for a key that is not managed, also where a secret of that name is there', async () => {
    const scene = await deliveredKey();
    scene.account.invoke(scene.admin, 'secretsmanager', 'CreateSecret', { Name: 'keyturn/mine' });
    for (const id of ['mine', 'nobody']) {
      expect((await scene.ask({ ...PAUSE, keys: [id] })).answer?.refused?.reason).toBe('unknown-key');
    }
  });

  it('is done for one at most of two who ask at once, however long the tag takes (K9)', async () => {
    const scene = await deliveredKey();
    const asks = [PAUSE, { ...PAUSE, id: `${ID}-b`, why: 'another' }];
    const plans = await Promise.all(asks.map((document) => scene.ask(document)));
    const before = tagged(scene);
    scene.awsFault = ({ action }) => (action === 'TagResource' ? { kind: 'delay', milliseconds: 300 } : undefined);
    const both = await Promise.all(
      asks.map((document, at) => scene.ask({ ...document, plan: plans[at]?.answer?.plan?.digest })),
    );
    const outcomes = both.map(({ answer }) => answer?.refused?.reason ?? answer?.outcome);
    const done = outcomes.filter((outcome) => outcome === 'done').length;
    expect([done <= 1, tagged(scene)]).toEqual([true, before + done]);
    expect(outcomes).toContain('in-progress');
    scene.awsFault = undefined;
    const { answer } = await doneBy(scene, { ...PAUSE, id: `${ID}-c`, why: 'a third' });
    expect([answer?.outcome, tagOf(scene)]).toEqual(['done', expect.stringContaining('a third')]);
  });
});
