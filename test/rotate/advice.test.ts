import { describe, expect, it } from 'vitest';
import { parseVersionId } from '../../functions/core/key/version-id';
import { secretName } from '../../functions/core/names';
import { delivered, deliveredKey, expectLogin } from '../support/converge';
import { newScene } from '../support/dispose';
import type { Outcome, Scene } from '../support/scene';

const found = ({ audits }: Outcome) =>
  audits.flatMap(({ event, reason, message = '' }) => (event === 'finding' ? [`${reason}: ${message}`] : []));
const mails = (scene: Scene) => scene.account.sns.messages.map(({ subject, message }) => `${subject}\n${message}`);

describe('a user that was renamed in IAM', () => {
  it('is not told as gone, and its runbook ends well: keys go on, and a fresh one comes (K1, K14)', async () => {
    const scene = await deliveredKey();
    scene.toDay(20);
    scene.account.invoke(scene.admin, 'iam', 'UpdateUser', { UserName: 'ci-shop', NewUserName: 'pipeline' });
    const run = await scene.rotate();
    expect(found(run)).toEqual([
      expect.stringMatching(/^user-missing: .*If the user was renamed, its keys go on working/),
    ]);
    expect(mails(scene).join()).toContain('Perhaps broken');
    expect(mails(scene).join()).not.toContain('Broken now');
    expect(await scene.login('shop')).toContain(':user/pipeline');
    // The runbook, to the letter.
    const ids = Object.keys(scene.labels('shop')).flatMap((version) => parseVersionId(version)?.accessKeyId ?? []);
    const users = ids.map(
      (AccessKeyId) => scene.account.invoke(scene.admin, 'iam', 'GetAccessKeyLastUsed', { AccessKeyId }).UserName,
    );
    expect(users).toEqual(['pipeline']);
    scene.register(scene.entry('shop', { user: 'pipeline' }));
    scene.toDay(21);
    expect((await scene.rotate()).summary).toMatchObject({ rotated: 1, failed: 0 });
    await scene.sync();
    expect(await scene.login('shop')).toContain(':user/pipeline');
    scene.toDay(22);
    expect((await scene.rotate()).findings).toEqual([]);
    scene.toDay(91);
    await scene.day();
    expect(scene.keys('pipeline').map(({ Status }) => Status)).toEqual(['Inactive', 'Active']);
  });

  it('and one that was deleted is created again', async () => {
    const scene = await deliveredKey();
    scene.toDay(20);
    scene.deleteKey('ci-shop', scene.currentKey('shop') ?? '');
    scene.account.invoke(scene.admin, 'iam', 'DeleteUser', { UserName: 'ci-shop' });
    expect((await scene.rotate()).findings).toEqual(['user-missing']);
    scene.addUser('ci-shop');
    await scene.rotate({ requested: ['shop'] });
    await scene.sync();
    await expectLogin(scene);
  });
});

describe('a user that IAM spells otherwise', () => {
  it('is not missing, is told so, and is rotated and delivered all the same (K14)', async () => {
    const scene = await newScene();
    scene.addUser('CI-Shop');
    scene.manage('shop', { user: 'CI-Shop' });
    scene.register(scene.entry('shop', { user: 'ci-shop' }));
    await scene.rotate();
    await scene.sync();
    expect(await scene.login('shop')).toContain(':user/CI-Shop');
    scene.toDay(1);
    const run = await scene.rotate();
    expect(found(run)).toEqual([expect.stringContaining('is written ci-shop, and IAM spells it CI-Shop')]);
    expect(run.findings).toEqual(['user-spelling']);
    scene.register(scene.entry('shop', { user: 'CI-Shop' }));
    scene.toDay(2);
    expect(await scene.rotate()).toMatchObject({ findings: [], summary: { rotated: 0 } });
  });
});

describe('a current key that IAM does not list yet', () => {
  it('is not told as deleted when a person asks for a rotation moments after the last one (K14)', async () => {
    const scene = await newScene({ keyListDelay: 10 * 60_000 });
    await delivered(scene);
    scene.hours(0.05);
    const run = await scene.rotate({ requested: ['shop'] });
    expect(run).toMatchObject({ findings: ['settling'], summary: { rotated: 0 } });
    expect(mails(scene).filter((mail) => mail.includes('Broken now'))).toEqual([]);
    scene.hours(2);
    expect((await scene.rotate({ requested: ['shop'] })).summary.rotated).toBe(1);
  });

  it('and that was really deleted is told and repaired when it had its time', async () => {
    const scene = await deliveredKey();
    scene.deleteKey('ci-shop', scene.currentKey('shop') ?? '');
    expect((await scene.rotate({ requested: ['shop'] })).findings).toEqual(['settling']);
    scene.hours(2);
    expect((await scene.rotate({ requested: ['shop'] })).findings).toEqual(['current-key-missing']);
    await scene.sync();
    await expectLogin(scene);
  });
});

describe('a secret that was deleted without recovery', () => {
  it('is told as gone, although AWS denies it, and its runbook ends well', async () => {
    const scene = await deliveredKey();
    scene.toDay(20);
    const purge = { SecretId: secretName('shop'), ForceDeleteWithoutRecovery: true };
    scene.account.invoke(scene.admin, 'secretsmanager', 'DeleteSecret', purge);
    // The function's rights stood in the secret's own policy.
    scene.awsFault = ({ action }) =>
      action === 'DescribeSecret' ? { kind: 'error', status: 400, code: 'AccessDeniedException' } : undefined;
    for (const run of [await scene.sync({ keys: ['shop'] }), await scene.sync(), await scene.rotate()]) {
      expect(found(run)).toEqual([
        expect.stringMatching(/^secret-missing: .*take the key out of the configuration, deploy/),
      ]);
    }
    scene.awsFault = undefined;
    // Out of the configuration, and in again.
    scene.account.invoke(scene.admin, 'ssm', 'DeleteParameter', { Name: '/keyturn/keys/shop' });
    expect((await scene.rotate()).findings).toEqual([]);
    scene.account.invoke(scene.admin, 'secretsmanager', 'CreateSecret', { Name: secretName('shop') });
    scene.register(scene.entry('shop'));
    expect((await scene.rotate()).summary).toMatchObject({ rotated: 1, failed: 0 });
    await scene.sync();
    await expectLogin(scene);
  });

  it('and one that is there and really denied is a failed step', async () => {
    const scene = await deliveredKey();
    scene.awsFault = ({ action }) =>
      action === 'DescribeSecret' ? { kind: 'error', status: 400, code: 'AccessDeniedException' } : undefined;
    expect((await scene.sync({ keys: ['shop'] })).findings).toEqual(['step-failed']);
  });
});
