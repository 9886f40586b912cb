import { expect, it } from 'vitest';
import { expectSettled } from '../support/converge';
import { newScene } from '../support/dispose';

it('one bad entry, one missing user, one missing secret, one edited secret stop nothing else (K11)', async () => {
  const scene = await newScene();
  scene.parameter('a-broken', '{"version": 1');
  scene.parameter('b-other-shape', '{"version": 2, "id": "b-other-shape"}');
  scene.register({ ...scene.entry('c-other'), id: 'c-another' });
  scene.parameter('c-other', JSON.stringify(scene.entry('c-misnamed')));
  scene.manage('d-no-user');
  scene.account.invoke(scene.admin, 'iam', 'DeleteUser', { UserName: 'ci-d-no-user' });
  scene.register(scene.entry('e-no-secret'));
  scene.manage('f-edited');
  scene.put('f-edited', 'not a credential');
  scene.secret('keyturn/g-unmanaged', 'left over');
  scene.manage('z-good');

  const [rotation, delivery, ...others] = await scene.day();
  const about = (rotation?.audits ?? []).flatMap(({ event, key, reason, message }) =>
    event === 'finding' ? [[key, reason, message]] : [],
  );
  expect(about.sort()).toEqual([
    ['a-broken', 'invalid-entry', expect.stringContaining('/keyturn/keys/a-broken is not JSON')],
    [
      'b-other-shape',
      'invalid-entry',
      expect.stringMatching(/b-other-shape is not a registry entry: version: .*expected 1/),
    ],
    ['c-another', 'secret-missing', expect.stringContaining('restore-secret --secret-id keyturn/c-another')],
    ['c-other', 'invalid-entry', expect.stringContaining('describes the key "c-misnamed", expected "c-other"')],
    ['d-no-user', 'user-missing', expect.stringContaining('ci-d-no-user')],
    ['e-no-secret', 'secret-missing', expect.stringContaining('keyturn/e-no-secret')],
    ['f-edited', 'secret-edited', expect.stringContaining('A fresh key replaces it')],
    ['g-unmanaged', 'unmanaged-secret', expect.stringContaining('in no registry entry')],
  ]);
  expect(rotation?.summary).toMatchObject({ rotated: 2 });
  expect(rotation?.audits.flatMap(({ event, key }) => (event === 'key-stored' ? [key] : [])).sort()).toEqual([
    'f-edited',
    'z-good',
  ]);
  expect(delivery?.summary).toMatchObject({ delivered: 1, failed: 0 });
  // Before the edit another version may have been on its way: it is delivered now, and marked by a later run.
  scene.hours(1);
  expect((await scene.sync()).summary).toMatchObject({ delivered: 1, failed: 0 });
  for (const id of ['f-edited', 'z-good']) await expectSettled(scene, id);
  for (const { thrown } of others) expect(thrown).toBeUndefined();
});

it('an AWS call that fails for one user stops no other user (K11)', async () => {
  const scene = await newScene();
  for (const id of ['a', 'b', 'c']) scene.manage(id);
  scene.awsFault = ({ action, input }) =>
    action === 'ListAccessKeys' && input.UserName === 'ci-b'
      ? { kind: 'error', status: 403, code: 'AccessDenied', message: 'not on user ci-b' }
      : undefined;
  const { summary, audits } = await scene.rotate();
  expect(summary).toMatchObject({ rotated: 2, failed: 1 });
  expect(audits.find(({ event }) => event === 'step-failed')).toMatchObject({
    key: 'b',
    code: 'aws-denied',
    message: expect.stringContaining('not on user ci-b'),
  });
});

it('a secret that somebody deleted is missing, though it can be described while it can be restored (K11)', async () => {
  const scene = await newScene();
  for (const id of ['a', 'b']) scene.manage(id);
  scene.account.invoke(scene.admin, 'secretsmanager', 'DeleteSecret', { SecretId: 'keyturn/a' });
  const { audits, findings, summary } = await scene.rotate();
  expect(summary).toMatchObject({ rotated: 1, failed: 0 });
  expect(findings).toEqual(['secret-missing']);
  expect(audits.find(({ event }) => event === 'finding')).toMatchObject({
    key: 'a',
    message: expect.stringContaining('aws secretsmanager restore-secret --secret-id keyturn/a'),
  });
  expect((await scene.sync({ keys: ['a'] })).findings).toEqual(['secret-missing']);
  scene.account.invoke(scene.admin, 'secretsmanager', 'RestoreSecret', { SecretId: 'keyturn/a' });
  expect((await scene.rotate()).summary.rotated).toBe(1);
});
