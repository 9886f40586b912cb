import { expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../functions/core/duration';
import { keyRing } from '../../../functions/core/key/key-ring';
import type { SecretState } from '../../../functions/core/key/secret-state';
import { unsettledSince } from '../../../functions/core/lifecycle/settling';
import { TAG } from '../../../functions/core/names';
import { day, handMade, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

const key = keyOf('key', day(0));
const stored = [versionOf(key, 'AWSCURRENT')];
const settled = HOUR + 20 * MINUTE;
const edited = [{ versionId: handMade, labels: ['AWSCURRENT'] }, versionOf(key, 'AWSPREVIOUS')];
const late = { [TAG.delivered]: tagOf(key, day(9)) };
const future = { [TAG.delivered]: tagOf(key, day(9, 5 * MINUTE)) };

it.each<[string, SecretState['versions'], SecretState['tags'], Date, Date | undefined]>([
  ['a key was just stored', stored, {}, day(0), day(0)],
  ['it was stored almost 80 minutes ago', stored, {}, day(0, settled - 1), day(0)],
  ['it was stored 80 minutes ago', stored, {}, day(0, settled), undefined],
  ['a late delivery just ended', stored, late, day(9), day(9)],
  ['it ended almost 20 minutes ago', stored, late, day(9, 20 * MINUTE - 1), day(9)],
  ['it ended 20 minutes ago', stored, late, day(9, 20 * MINUTE), undefined],
  ['it ended by a clock that is five minutes ahead', stored, future, day(9), day(9, 5 * MINUTE)],
  ['it ended at a time that is still to come', stored, future, day(9, -1), undefined],
  ['nothing was ever stored', [], {}, day(0), undefined],
  ['somebody edited the secret after a delivery', edited, late, day(9), undefined],
  ['somebody edited the secret after a rotation', edited, {}, day(0, HOUR), day(0)],
])('deliveries may be under way where %s', (_when, versions, tags, now, since) => {
  const secret = secretOf(versions, tags);
  expect(unsettledSince(secret, keyRing(secret, []), now)).toEqual(since);
});
