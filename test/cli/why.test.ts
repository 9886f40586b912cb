import { beforeEach, describe, expect, it } from 'vitest';
import { whySchema } from '../../cli/documents/why';
import { DAY, HOUR } from '../../functions/core/duration';
import { Scene } from '../support/scene';
import { typed } from './typed';

let scene: Scene;
beforeEach(async () => {
  scene = await new Scene().start();
  scene.manage('shop');
  return () => scene.close();
});

async function why(...args: readonly string[]) {
  const time = { now: () => new Date(scene.clock.now()), sleep: async () => {} };
  return typed(['why', ...args], { time });
}

async function document(accessKeyId: string) {
  const { code, stdout } = await why(accessKeyId, '--json');
  return { code, ...whySchema.parse(JSON.parse(stdout)) };
}

function keys(): readonly string[] {
  const { AccessKeyMetadata } = scene.account.invoke(scene.admin, 'iam', 'ListAccessKeys', { UserName: 'ci-shop' });
  return AccessKeyMetadata.map(({ AccessKeyId }) => AccessKeyId);
}

describe('keyturn why', () => {
  it('tells the life of a key: who made it, where it went, what happens next', async () => {
    await scene.day();
    scene.clock.advanceBy(2 * HOUR);
    const [first = ''] = keys();
    const { code, ...told } = await document(first);
    expect(code).toBe(0);
    expect(told).toMatchObject({ is: 'current', status: 'Active', user: 'ci-shop', key: 'shop', unread: [] });
    expect(told.next.map(({ at, does }) => `${at.slice(0, 10)} ${does}`)).toEqual([
      '2026-04-01 rotate',
      '2026-04-11 deactivate',
      '2026-04-21 delete',
    ]);
    expect(told.life.map(({ what, source }) => `${source} ${what}`)).toEqual(
      expect.arrayContaining([
        'record key-created',
        'cloudtrail CreateAccessKey',
        'record key-stored',
        'record target-delivered',
        'record version-delivered',
      ]),
    );
    expect(told.life.find(({ what }) => what === 'CreateAccessKey')?.by).toContain('role');
    expect(told.uses.some(({ isProof }) => isProof)).toBe(true);
  });

  it('says of a superseded key when it goes, and of one that is gone how it went', async () => {
    await scene.day();
    const [first = ''] = keys();
    scene.clock.advanceBy(90 * DAY);
    await scene.day();
    expect(await document(first)).toMatchObject({
      is: 'superseded',
      next: [{ does: 'deactivate' }, { does: 'delete' }],
    });
    for (const days of [9, 1, 9, 1]) {
      scene.clock.advanceBy(days * DAY);
      await scene.day();
    }
    const gone = await document(first);
    expect(gone).toMatchObject({ code: 0, is: 'gone', user: 'ci-shop', key: 'shop', next: [] });
    expect(gone.life.at(-1)?.what).toMatch(/^(key-deleted|DeleteAccessKey)$/);
    const { stdout } = await why(first);
    expect(stdout).toContain(`${first} is not in IAM (any more)`);
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('knows a key that somebody made by hand, and one of nobody', async () => {
    await scene.day();
    const { AccessKeyId } = scene.createKey('ci-shop');
    expect(await document(AccessKeyId)).toMatchObject({ is: 'foreign', key: 'shop', next: [] });
    scene.addUser('alice');
    expect(await document(scene.createKey('alice').AccessKeyId)).toMatchObject({ is: 'unmanaged', user: 'alice' });
    expect(await document('AKIAIOSFODNN7EXAMPLE')).toMatchObject({ code: 1, is: 'gone', life: [] });
  });

  it('repeats nothing that may be a secret (K6)', async () => {
    const { code, stderr } = await why('wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY');
    expect(code).toBe(2);
    expect(stderr).toContain('Expected the ID of an access key');
    expect(stderr).not.toContain('wJalr');
  });

  it('does not say what it could not read: a key is not gone because IAM may not be asked', async () => {
    await scene.day();
    const [first = ''] = keys();
    const denied = { kind: 'error', status: 400, code: 'AccessDeniedException', message: 'no' } as const;
    scene.awsFault = ({ action }) => (action === 'ListAccessKeys' ? denied : undefined);
    expect(await document(first)).toMatchObject({ code: 3, is: 'unknown' });
    scene.awsFault = ({ action }) => (action === 'GetParametersByPath' ? denied : undefined);
    expect(await document(first)).toMatchObject({ code: 3, is: 'unknown' });
  });

  it('tells the rest where CloudTrail cannot be read (K11)', async () => {
    await scene.day();
    const [first = ''] = keys();
    scene.awsFault = ({ action }) =>
      action === 'LookupEvents'
        ? { kind: 'error', status: 400, code: 'AccessDeniedException', message: 'no' }
        : undefined;
    const { code, is, unread } = await document(first);
    expect({ code, is }).toEqual({ code: 3, is: 'current' });
    expect(unread[0]?.message).toContain('cloudtrail:LookupEvents');
  });
});
