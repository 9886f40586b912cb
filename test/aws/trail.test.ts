import { describe, expect, it } from 'vitest';
import { createTrail } from '../../functions/aws/trail';
import type { AccessKey } from '../../functions/core/key/access-key';
import { newScene } from '../support/dispose';
import type { Scene } from '../support/scene';
import type { HandMadeKey } from '../support/stage';

const found = ({ AccessKeyId: accessKeyId, CreateDate: createdAt }: HandMadeKey): AccessKey => ({
  accessKeyId,
  createdAt,
  status: 'Active',
});

/** A key that a function's own role makes, under any session. */
function ownKey(scene: Scene, session = 'another-session'): AccessKey {
  const credentials = scene.account.roleSession('arn:aws:iam::111122223333:role/keyturn', session);
  const role = scene.account.authenticate(credentials, 'iam');
  const { AccessKey: made } = scene.account.invoke(role, 'iam', 'CreateAccessKey', { UserName: 'ci-shop' });
  return { accessKeyId: made.AccessKeyId, createdAt: made.CreateDate, status: 'Active' };
}

describe('who created an access key, by CloudTrail (K5)', () => {
  it("is this function, when its own role did; the session's name is of no concern", async () => {
    const scene = await newScene();
    scene.manage('shop');
    expect(await createTrail().isOwn(ownKey(scene))).toBe(true);
  });

  it('is somebody else, when another principal did', async () => {
    const scene = await newScene();
    scene.manage('shop');
    expect(await createTrail().isOwn(found(scene.createKey('ci-shop')))).toBe(false);
  });

  it('is not known before the record shows, and told apart from that of another key', async () => {
    const scene = await newScene({ trailDelay: 600_000 });
    scene.manage('shop');
    const key = ownKey(scene);
    expect(await createTrail().isOwn(key)).toBeUndefined();
    scene.hours(0.5);
    expect(await createTrail().isOwn(key)).toBe(true);
    expect(await createTrail().isOwn({ ...key, accessKeyId: 'AKIA0000000000NOBODY' })).toBeUndefined();
  });

  it('is found on whatever page it stands, among many creations of the same minute', async () => {
    const scene = await newScene();
    scene.manage('shop');
    const key = ownKey(scene);
    scene.clock.advanceBy(2_000);
    for (let index = 0; index < 120; index += 1) {
      scene.addUser(`user-${index}`);
      scene.createKey(`user-${index}`);
    }
    scene.calls.length = 0;
    expect(await createTrail().isOwn(key)).toBe(true);
    expect(scene.calls.filter(({ action }) => action === 'LookupEvents')).toHaveLength(3);
  });

  it('is asked where IAM keeps its records: in us-east-1, whatever region the function is in', async () => {
    const scene = await newScene();
    scene.manage('shop');
    await createTrail().isOwn(ownKey(scene));
    expect(scene.calls.find(({ action }) => action === 'LookupEvents')?.region).toBe('us-east-1');
    scene.calls.length = 0;
    // The local account is in none of these partitions, and refuses what is signed for another region.
    await expect(createTrail('cn-northwest-1').isOwn(ownKey(scene))).rejects.toThrow(/cloudtrail:LookupEvents/);
  });
});
