import { expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/core/duration';
import { targetSetDigest } from '../../../functions/core/hosts/target';
import { checkTags } from '../../../functions/core/key/check-mark';
import { type SecretState, storedVersions } from '../../../functions/core/key/secret-state';
import { unseenSuccessor } from '../../../functions/core/lifecycle/unseen-successor';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, entryOf, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

const [old, successor] = [keyOf('old', day(0)), keyOf('new', day(90))];
const due = day(100);
const entry = entryOf();
const digest = targetSetDigest(entry.targets, entry.connections);
const seen = (at: Date) => checkTags({ accessKeyId: successor.accessKeyId, digest, revisions: [] }, at);
const drifted = { ...seen(day(99)), [TAG.drifted]: tagOf(successor, day(99, HOUR)) };
const about = { key: 'web-shop-production', accessKeyId: old.accessKeyId, since: due };
const waiting = { waits: 'retirement', successor: successor.accessKeyId };
const unchecked = (checkedAt: Date | undefined, isLate: boolean) => ({
  code: 'unchecked',
  ...about,
  facts: { ...waiting, checkedAt, isLate },
});

it.each<[string, SecretState['tags'], Date, object | undefined, typeof entry?]>([
  ['its successor was seen everywhere within the day', seen(due), day(101), undefined],
  ['its successor was seen a moment longer ago', seen(day(99)), day(100, 1), unchecked(day(99), false)],
  ['nobody has looked yet', {}, due, unchecked(undefined, false)],
  ['nobody has looked for almost a day', {}, day(100, DAY - 1), unchecked(undefined, false)],
  ['nobody has looked for a day', {}, day(101), unchecked(undefined, true)],
  [
    'a target was seen not to hold it any more',
    drifted,
    due,
    { code: 'drifted', ...about, facts: { ...waiting, seenAt: day(99, HOUR) } },
  ],
  ['there is no target that could hold it', {}, day(101), undefined, entryOf({ targets: [] })],
])('K3: what keeps a key from being made Inactive, where %s', (_what, tags, now, expected, of = entry) => {
  const secret = secretOf([versionOf(old, 'AWSPREVIOUS'), versionOf(successor, 'AWSCURRENT', DELIVERED)], tags);
  const anchor = storedVersions(secret).at(-1) ?? expect.fail('no version');
  expect(unseenSuccessor({ entry: of, secret, now }, anchor, old, due)).toEqual(expected);
});
