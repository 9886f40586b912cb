import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import type { LastUsed } from '../../../functions/core/key/access-key';
import type { KeyUse, SeenUses } from '../../../functions/core/key/key-use';
import { storedVersions } from '../../../functions/core/key/secret-state';
import { isUsedByOthers, notAdopted } from '../../../functions/core/lifecycle/not-adopted';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, entryOf, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

const [old, successor] = [keyOf('old', day(0)), keyOf('new', day(90))];
const delivered = day(91);
const secret = secretOf([versionOf(old, 'AWSPREVIOUS'), versionOf(successor, 'AWSCURRENT', DELIVERED)], {
  [TAG.delivered]: tagOf(successor, delivered),
});
const use = (isProof: boolean): KeyUse => ({ at: day(92), service: 's3', from: 'x', agent: 'y', isProof });
const usedLater: LastUsed = { at: day(95), service: 's3' };

function found(more: { oldUsed?: LastUsed; used?: LastUsed; seen?: SeenUses; ends?: boolean } = {}) {
  const { oldUsed = usedLater, used = { at: undefined }, seen = { is: 'none' }, ends = false } = more;
  const anchor = storedVersions(secret).at(-1) ?? expect.fail('no version');
  return notAdopted({
    entry: entryOf(),
    secret,
    successor: anchor,
    old: { accessKeyId: old.accessKeyId, used: oldUsed, ends },
    used,
    seen,
  });
}

describe('a key that nobody uses though it was delivered', () => {
  it.each([false, true])(
    'is told with the key that is used in its place, and whether that one ends now: %s',
    (ends) => {
      expect(found({ ends })).toEqual({
        code: 'not-adopted',
        key: 'web-shop-production',
        accessKeyId: successor.accessKeyId,
        since: delivered,
        facts: {
          old: old.accessKeyId,
          used: usedLater,
          delivered,
          targets: ['bitbucket acme/web-shop environment Production'],
          ends,
        },
      });
    },
  );

  it.each<[string, boolean, Parameters<typeof found>[0]]>([
    ['the old one was used more than an hour after the delivery', true, { oldUsed: { at: day(91, HOUR + 1) } }],
    ['what was running may have used the old one', false, { oldUsed: { at: day(91, HOUR) } }],
    ['nobody used the old one', false, { oldUsed: { at: undefined } }],
    ['IAM knows another service that it was used for', false, { used: { at: day(93), service: 's3' } }],
    ['IAM knows a use at STS only, which may be the proof', true, { used: { at: day(93), service: 'sts' } }],
    ['IAM knows no service', true, { used: { at: day(93) } }],
    ['CloudTrail could not be asked', false, { seen: { is: 'unknown' } }],
    ['CloudTrail saw proofs only', true, { seen: { is: 'seen', uses: [use(true)] } }],
    ['CloudTrail saw somebody among the proofs', false, { seen: { is: 'seen', uses: [use(true), use(false)] } }],
  ])('is not used where %s: %s', (_what, expected, given) => {
    expect(found(given) !== undefined).toBe(expected);
  });
});

it.each<[LastUsed, boolean]>([
  [{ at: day(1), service: 's3' }, true],
  [{ at: undefined, service: 's3' }, false],
  [{ at: day(1) }, false],
  [{ at: day(1), service: 'sts' }, false],
])('by IAM alone others use a key: %j is %s', (used, expected) => {
  expect(isUsedByOthers(used)).toBe(expected);
});
