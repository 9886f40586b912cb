import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE } from '../../../functions/core/duration';
import { targetSetDigest } from '../../../functions/core/hosts/target';
import { currentAgainSince, markCounts, mayBeOvertaken } from '../../../functions/core/key/delivery-mark';
import { intentTag } from '../../../functions/core/key/intent';
import { type SecretState, storedVersions } from '../../../functions/core/key/secret-state';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, entryOf, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

const first = keyOf('first', day(0));
const second = keyOf('second', day(90));
const entry = entryOf();
const digest = targetSetDigest(entry.targets, entry.connections);
/** The last rotation began a second before it made the second key. */
const rotation = { [TAG.intent]: intentTag({ at: day(90, -1000), run: 'run', before: [first.accessKeyId] }) };
const both = [versionOf(second, 'AWSPREVIOUS'), versionOf(first, 'AWSCURRENT', DELIVERED)];

function counts(accessKeyId: string, tags: SecretState['tags'], versions = both): boolean | undefined {
  const secret = secretOf(versions, tags);
  const version = storedVersions(secret).find((stored) => stored.accessKeyId === accessKeyId);
  return version && markCounts(secret, version);
}

describe('K1: since when a version is current again', () => {
  it.each<[string, SecretState['tags'], Date | undefined]>([
    ['never that anybody knows, without a rotation', {}, undefined],
    ['the rotation of the later one', rotation, day(90, -1000)],
    ['a rollback', { ...rotation, [TAG.withdrawn]: tagOf(second, day(91)) }, day(91)],
    [
      'the rotation, after a rollback before it',
      { ...rotation, [TAG.withdrawn]: tagOf(first, day(80)) },
      day(90, -1000),
    ],
  ])('%s', (_what, tags, since) => {
    const [earlier, last] = storedVersions(secretOf(both, tags));
    expect(earlier && currentAgainSince(secretOf(both, tags), earlier)).toEqual(since);
    expect(last && currentAgainSince(secretOf(both, tags), last)).toBeUndefined();
  });
});

describe('K1: the mark of a delivery', () => {
  it.each<[string, SecretState['tags']]>([
    ['no rotation is known', {}],
    ['the tag of the last rotation cannot be read', { [TAG.intent]: 'soon' }],
    [
      'the last rotation has stored nothing',
      { [TAG.intent]: intentTag({ at: day(95), run: 'run', before: [first.accessKeyId, second.accessKeyId] }) },
    ],
  ])('counts on every version while %s', (_what, tags) => {
    expect(counts(first.accessKeyId, tags)).toBe(true);
    expect(counts(second.accessKeyId, tags)).toBe(true);
  });

  it('counts on what the last rotation stored, and on nothing from before', () => {
    expect(counts(second.accessKeyId, rotation)).toBe(true);
    expect(counts(first.accessKeyId, rotation)).toBe(false);
  });

  it.each<[string, SecretState['tags'], boolean]>([
    ['late, but before the rotation began', { [TAG.delivered]: tagOf(first, day(89)) }, false],
    ['at the instant at which it began', { [TAG.delivered]: tagOf(first, day(90, -1000)) }, false],
    ['again after it began', { [TAG.delivered]: tagOf(first, day(90, -999)) }, true],
    ['never, while another key was', { [TAG.delivered]: tagOf(second, day(91)) }, false],
  ])('of a key that was delivered %s', (_when, tags, expected) => {
    expect(counts(first.accessKeyId, { ...rotation, ...tags })).toBe(expected);
  });
});

describe('K1: a delivery', () => {
  const overtaken = (versions: SecretState['versions'], now = day(91)) => {
    const secret = { ...secretOf(versions), changedAt: day(91) };
    const current = storedVersions(secret).find(({ labels }) => labels.includes('AWSCURRENT'));
    return current && mayBeOvertaken(secret, current, digest, now);
  };

  it.each<[string, SecretState['versions'], boolean]>([
    ['of the only version there ever was', [versionOf(first, 'AWSCURRENT')], false],
    ['of the only version, which is its own predecessor', [versionOf(first, 'AWSCURRENT', 'AWSPREVIOUS')], false],
    [
      'after a predecessor that was delivered',
      [versionOf(second, 'AWSCURRENT'), versionOf(first, 'AWSPREVIOUS', DELIVERED)],
      false,
    ],
    ['after a predecessor that was not', [versionOf(second, 'AWSCURRENT'), versionOf(first, 'AWSPREVIOUS')], true],
    ['beside a version that no label tells about', [versionOf(second, 'AWSCURRENT'), versionOf(first)], true],
  ])('%s may be overtaken by another one right after a change: %s', (_what, versions, expected) => {
    expect(overtaken(versions)).toBe(expected);
    expect(overtaken(versions, day(91, HOUR))).toBe(false);
  });

  it.each([
    ['just before its successor came', first, 0, true],
    ['almost twenty minutes before that', first, 1 - 20 * MINUTE, true],
    ['twenty minutes before that', first, -20 * MINUTE, false],
    ['promptly', second, 0, false],
  ])('after a predecessor that was delivered %s may be overtaken: %s', (_when, of, at, expected) => {
    const versions = [versionOf(second, 'AWSCURRENT'), versionOf(first, 'AWSPREVIOUS', DELIVERED)];
    const late = { [TAG.delivered]: tagOf(of, day(91, at)) };
    const secret = { ...secretOf(versions, late), changedAt: day(91) };
    const current = storedVersions(secret).find(({ labels }) => labels.includes('AWSCURRENT'));
    expect(current && mayBeOvertaken(secret, current, digest, day(91))).toBe(expected);
  });
});
