import { expect, it } from 'vitest';
import type { SecretState } from '../../functions/core/key/secret-state';
import { TAG } from '../../functions/core/names';
import { notWantedBack } from '../../functions/runtime/doers/not-wanted-back';
import { day, keyOf, secretOf, tagOf, versionOf } from '../core/web-shop';

const [older, newer] = [keyOf('older', day(0)), keyOf('newer', day(90))];
const versions = [versionOf(newer, 'AWSCURRENT'), versionOf(older, 'AWSPREVIOUS')];
const taken = { [TAG.withdrawn]: tagOf(newer, day(92)) };

it.each<[string, SecretState, boolean]>([
  ['superseded', secretOf(versions), true],
  ['on its way back', secretOf(versions, taken), false],
  ['gone from a secret that has no current key', secretOf([versionOf(older, 'AWSPREVIOUS')]), true],
  [
    'not the one that a rollback goes back to',
    secretOf([versionOf(newer, 'AWSCURRENT'), versionOf(keyOf('oldest', day(-9)), 'AWSPREVIOUS')], taken),
    true,
  ],
  ['current again', secretOf([versionOf(newer, 'AWSPREVIOUS'), versionOf(older, 'AWSCURRENT')], taken), false],
  ['what a rollback went back to in vain', secretOf(versions, { [TAG.withdrawn]: tagOf(newer, day(90)) }), true],
  [
    'said to have leaked, and no rollback goes back to it',
    secretOf(versions, { ...taken, [TAG.compromised]: tagOf(older, day(92)) }),
    true,
  ],
])('K1: a key that is to be retired, and by now is %s', async (_what, secret, isRetired) => {
  const work = {
    ports: { secrets: { describe: async () => secret } },
    run: { now: () => day(92, 60_000) },
    managed: { entry: {}, secret },
  };
  const looked = notWantedBack(older.accessKeyId, work);
  if (isRetired) await expect(looked).resolves.toBeUndefined();
  else
    await expect(looked).rejects.toMatchObject({
      code: 'label-moved',
      retryable: true,
      message: expect.stringContaining(older.accessKeyId),
    });
});
