import { expect, it } from 'vitest';
import { newScene } from '../support/dispose';
import { due, expectSuccessor, failing, keyIds } from './due-key';

/** A file of its own, because the SDK's patience with a throttle takes a quarter of a minute. */
it('a missing secret that AWS says nothing about stops no other key (K11)', async () => {
  const scene = await newScene();
  scene.register(scene.entry('a'));
  scene.manage('b');
  scene.awsFault = ({ action, input }) =>
    action === 'DescribeSecret' && input.SecretId === 'keyturn/a'
      ? { kind: 'error', status: 400, code: 'ThrottlingException' }
      : undefined;
  const { findings, summary, thrown } = await scene.rotate();
  expect(thrown).toBeUndefined();
  expect(findings).toEqual(['step-failed']);
  expect(summary).toMatchObject({ rotated: 1, failed: 1 });
});

it('a fresh key is left alone when its storing was throttled after an answer was lost (K1)', async () => {
  const { scene, old } = await due();
  failing(
    scene,
    'PutSecretValue',
    { kind: 'drop-before' },
    { kind: 'error', status: 400, code: 'ThrottlingException' },
  );
  expect((await scene.rotate()).summary).toMatchObject({ rotated: 0, failed: 1 });
  expect(keyIds(scene)).toHaveLength(2);
  await expectSuccessor(scene, old);
});
