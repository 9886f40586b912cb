import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import { targetSetDigest } from '../../../functions/core/hosts/target';
import { checkTags, deliveredRevisionsTag } from '../../../functions/core/key/check-mark';
import { deliveredLabel, type SecretState } from '../../../functions/core/key/secret-state';
import { byLastLook, planCheck } from '../../../functions/core/lifecycle/plan-check';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, entryOf, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

const entry = entryOf();
const digest = targetSetDigest(entry.targets, entry.connections);
const FIRST = keyOf('first', day(0));
const SECOND = keyOf('second', day(90));
const seen = (key: typeof FIRST, at: Date) =>
  checkTags({ accessKeyId: key.accessKeyId, digest, revisions: ['abcd'] }, at);

const delivered = (tags: SecretState['tags'] = {}) => secretOf([versionOf(FIRST, 'AWSCURRENT', DELIVERED)], tags);
const overlap = (tags: SecretState['tags'] = {}) =>
  secretOf([versionOf(FIRST, 'AWSPREVIOUS'), versionOf(SECOND, 'AWSCURRENT', DELIVERED)], tags);

const nowhere = (() => {
  const without = entryOf({ targets: [] });
  const label = deliveredLabel(targetSetDigest([], without.connections));
  return { entry: without, secret: secretOf([versionOf(FIRST, 'AWSCURRENT', label)]) };
})();
/** The second key was current, and the first one is again. */
const rolledBack = () =>
  secretOf([versionOf(FIRST, 'AWSCURRENT', DELIVERED), versionOf(SECOND, 'AWSPREVIOUS')], seen(FIRST, day(100)));

const look = (secret: SecretState, now: Date, more: { isAsked?: boolean; entry?: typeof entry } = {}) =>
  planCheck({ entry, secret, now, drift: 'repair', isAsked: false, ...more });

describe('it is time to look at the targets (K13)', () => {
  it.each<[string, () => ReturnType<typeof look>, boolean]>([
    ['20 hours after the delivery', () => look(delivered(), day(0, 20 * HOUR)), true],
    ['not before', () => look(delivered(), day(0, 20 * HOUR - 1)), false],
    ['20 hours after the last look', () => look(delivered(seen(FIRST, day(5))), day(5, 20 * HOUR)), true],
    ['not before', () => look(delivered(seen(FIRST, day(5))), day(5, 20 * HOUR - 1)), false],
    ['whenever somebody asks', () => look(delivered(seen(FIRST, day(5))), day(5, 1), { isAsked: true }), true],
    ['never without targets', () => look(delivered(), day(5), { entry: entryOf({ targets: [] }) }), false],
    [
      'never without targets, though that counts as delivered',
      () => look(nowhere.secret, day(5), { entry: nowhere.entry, isAsked: true }),
      false,
    ],
    ['not for a younger key that it was rolled back from', () => look(rolledBack(), day(100, 4 * HOUR)), false],
    ['not because of its own age', () => look(delivered(seen(FIRST, day(75))), day(75, 4 * HOUR)), false],
    [
      'until the hold of a used key and a day are over',
      () => look(overlap(seen(SECOND, day(110, 20 * HOUR))), day(111)),
      true,
    ],
    ['and not a moment longer', () => look(overlap(seen(SECOND, day(110, 20 * HOUR))), day(111, 1)), false],
    ['never before a key is there', () => look(secretOf([]), day(5), { isAsked: true }), false],
    ['never before it is delivered', () => look(secretOf([versionOf(FIRST, 'AWSCURRENT')]), day(5)), false],
    [
      'never while people hold it',
      () => look(delivered({ [TAG.paused]: `${day(9).toISOString()} ops` }), day(5)),
      false,
    ],
    [
      'again when their hold is over',
      () => look(delivered({ [TAG.paused]: `${day(4).toISOString()} ops` }), day(5)),
      true,
    ],
    [
      'on the day of a deactivation every four hours',
      () => look(overlap(seen(SECOND, day(100))), day(100, 4 * HOUR)),
      true,
    ],
    ['not before', () => look(overlap(seen(SECOND, day(100))), day(100, 4 * HOUR - 1)), false],
    ['from four hours before it', () => look(overlap(seen(SECOND, day(99, 15 * HOUR))), day(99, 20 * HOUR)), true],
    ['not earlier', () => look(overlap(seen(SECOND, day(99, 15 * HOUR))), day(99, 20 * HOUR - 1)), false],
    ['while the hold of a used key may last', () => look(overlap(seen(SECOND, day(110))), day(110, 4 * HOUR)), true],
    ['not when that is over too', () => look(overlap(seen(SECOND, day(125))), day(125, 4 * HOUR)), false],
    [
      'not for a key that is Inactive already',
      () => look(overlap({ ...seen(SECOND, day(101)), [TAG.deactivated]: tagOf(FIRST, day(100)) }), day(101, 4 * HOUR)),
      false,
    ],
  ])('%s', (_when, plan, isDue) => {
    expect(plan() !== undefined).toBe(isDue);
  });

  it('names the version, what was seen of it, and what is done about drift', () => {
    const version = { accessKeyId: FIRST.accessKeyId, versionId: versionOf(FIRST).versionId, digest };
    expect(look(delivered(), day(5))).toEqual({
      do: 'check',
      ...version,
      checkedAt: undefined,
      known: undefined,
      isKnownToDrift: false,
      drift: 'repair',
    });
    const drifted = { ...seen(FIRST, day(5)), [TAG.drifted]: tagOf(FIRST, day(5, HOUR)) };
    expect(look(delivered(drifted), day(6))).toMatchObject({
      checkedAt: day(5),
      known: new Set(['abcd']),
      isKnownToDrift: true,
    });
  });

  it('compares the first look with what the delivery wrote to, which counts as no look (K3)', () => {
    const wrote = deliveredRevisionsTag({ accessKeyId: FIRST.accessKeyId, digest, revisions: ['abcd', 'efgh'] });
    expect(look(delivered(wrote), day(0, 20 * HOUR))).toMatchObject({
      checkedAt: undefined,
      known: new Set(['abcd', 'efgh']),
    });
    // A look of before the last delivery says nothing any more.
    expect(look(delivered({ ...seen(FIRST, day(0, HOUR)), ...wrote }), day(0, 20 * HOUR))).toMatchObject({
      checkedAt: undefined,
      known: new Set(['abcd', 'efgh']),
    });
    expect(look(overlap(wrote), day(95))).toMatchObject({ known: undefined });
  });
});

it('the longest unseen comes first, and before it what nobody has seen', () => {
  const at = (checkedAt: Date | undefined) => ({ ...(look(delivered(), day(5)) ?? expect.unreachable()), checkedAt });
  const [never, old, recent] = [at(undefined), at(day(1)), at(day(2))];
  expect([recent, never, old].sort(byLastLook)).toEqual([never, old, recent]);
});
