import { expect, it } from 'vitest';
import { datedTag } from '../../functions/core/key/dated-tag';
import { TAG } from '../../functions/core/names';
import { replaceable, takeRole } from '../deactivate/replaceable';

const ID = '0f8fad5b-d9cb-469f-a165-70867728950e';
const ROTATE = { schema: 'keyturn.request/v1', id: ID, do: 'rotate', keys: ['shop'], why: 'a developer left' };

it('a key that roles have replaced is rotated for nobody, and the answer says what to do', async () => {
  const scene = await replaceable();
  scene.toDay(1);
  await takeRole(scene);
  scene.toDay(35);
  await scene.day();
  const { answer } = await scene.ask(ROTATE);
  expect(answer).toMatchObject({
    outcome: 'refused',
    refused: { reason: 'held-back', message: expect.stringContaining('Take "replacedBy" away') },
  });
});

it('one of which only tags say so is rotated for whoever asks (K14)', async () => {
  const scene = await replaceable();
  scene.toDay(40);
  const said = datedTag(scene.currentKey('shop') ?? '', new Date(scene.clock.now() - 3_600_000));
  for (const tag of [TAG.replaced, TAG.deactivated]) scene.setTag('shop', tag, said);
  const { answer } = await scene.ask(ROTATE);
  expect(answer?.outcome).toBe('planned');
  const done = await scene.ask({ ...ROTATE, plan: answer?.plan?.digest });
  expect(done.answer?.outcome).toBe('done');
});
