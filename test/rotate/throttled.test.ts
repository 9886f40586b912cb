import { expect, it } from 'vitest';
import { newScene } from '../support/dispose';
import { due, expectSuccessor, failing, keyIds } from './due-key';
import { NEVER, quietKeys, rotated } from './quiet-keys';

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

it('a credential report is asked for again when IAM makes no more at a time, or throttles (K11)', async () => {
  const refused = ['LimitExceeded', 'LimitExceeded', 'Throttling', 'LimitExceeded', 'Throttling'] as const;
  const scene = await newScene({ credentialReportRefusals: ['LimitExceeded', ...refused] });
  scene.manage('shop');
  const first = await scene.rotate();
  expect(first).toMatchObject({ findings: [], summary: { rotated: 1 } });
});

it('without a report users are looked at as fast as IAM lets itself be asked, and nobody fails for it', async () => {
  const scene = await quietKeys({ credentialReportTime: NEVER });
  scene.deleteKey('ci-d', scene.currentKey('d') ?? '');
  // The SDK's own patience is five attempts.
  let refusals = 6;
  scene.awsFault = ({ action, input }) =>
    action === 'ListAccessKeys' && input.UserName === 'ci-d' && refusals-- > 0
      ? { kind: 'error', status: 400, code: 'Throttling' }
      : undefined;
  const outcome = await scene.rotate();
  expect(outcome.findings).not.toContain('step-failed');
  expect(rotated(outcome)).toEqual(['d']);
});
