import { describe, expect, it } from 'vitest';
import { DAY, HOUR } from '../../../functions/core/duration';
import { targetSetDigest } from '../../../functions/core/hosts/target';
import {
  checkedAt,
  checkTags,
  driftedAt,
  isChecked,
  revisionDigest,
  revisionsOf,
} from '../../../functions/core/key/check-mark';
import { type SecretState, storedVersions } from '../../../functions/core/key/secret-state';
import { TAG } from '../../../functions/core/names';
import { day, entryOf, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

const key = keyOf('key', day(0));
const other = keyOf('other', day(0));
const { targets, connections } = entryOf();
const digest = targetSetDigest(targets, connections);
/** Delivered late on the second day, and seen there on the third. */
const [delivered, seen] = [day(1), day(2)];
const tags = {
  [TAG.delivered]: tagOf(key, delivered),
  ...checkTags({ accessKeyId: key.accessKeyId, digest, revisions: ['aaaa', 'bbbb'] }, seen),
};
const versionIn = (secret: SecretState) => storedVersions(secret)[0] ?? expect.fail('no version');

function ask(more: Readonly<Record<string, string>> = {}, now = seen) {
  const secret = secretOf([versionOf(key, 'AWSCURRENT')], { ...tags, ...more });
  const version = versionIn(secret);
  return {
    at: checkedAt(secret, version, digest),
    drifted: driftedAt(secret, version, digest),
    isChecked: isChecked(secret, version, digest, now),
    revisions: revisionsOf(secret, version, digest),
  };
}

const revisions = new Set(['aaaa', 'bbbb']);
const NEVER = { at: undefined, drifted: undefined, isChecked: false, revisions: undefined };

describe('K3: the mark of a look at all targets', () => {
  it('is written as key and instant, and as key, target set and what the hosts showed, if they showed anything', () => {
    const { accessKeyId } = key;
    const look = { accessKeyId, digest: '0a1b2c' };
    const mark = { [TAG.checked]: `${accessKeyId} ${seen.toISOString()}` };
    expect(checkTags({ ...look, revisions: ['aaaa', 'bbbb'] }, seen)).toEqual({
      ...mark,
      [TAG.revisions]: `${accessKeyId} 0a1b2c aaaabbbb`,
    });
    expect(checkTags({ ...look, revisions: [] }, seen)).toEqual({ ...mark, [TAG.revisions]: `${accessKeyId} 0a1b2c` });
  });

  it('tells when every target was seen to hold the version, and what the hosts showed', () => {
    expect(ask()).toEqual({ at: seen, drifted: undefined, isChecked: true, revisions });
  });

  it('counts for a day, to the millisecond', () => {
    expect(ask({}, day(3)).isChecked).toBe(true);
    expect(ask({}, day(3, 1)).isChecked).toBe(false);
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['there is no look', { [TAG.checked]: '' }],
    ['it is of another key', { [TAG.checked]: tagOf(other, seen) }],
    ['what the hosts showed is not there', { [TAG.revisions]: '' }],
    ['what the hosts showed is of another key', { [TAG.revisions]: `${other.accessKeyId} ${digest} aaaa` }],
    ['it is of another target set', { [TAG.revisions]: `${key.accessKeyId} 0a1b2c aaaa` }],
    ['somebody wrote more behind it', { [TAG.revisions]: `${key.accessKeyId} ${digest} aaaa bbbb` }],
    ['it is older than the delivery', { [TAG.delivered]: tagOf(key, day(2, 1)) }],
  ])('says nothing where %s', (_what, more) => {
    expect(ask(more)).toEqual(NEVER);
  });

  it('says nothing of a secret that has no such tags', () => {
    const secret = secretOf([versionOf(key, 'AWSCURRENT')]);
    expect(checkedAt(secret, versionIn(secret), digest)).toBeUndefined();
    const dateOnly = secretOf([versionOf(key, 'AWSCURRENT')], { [TAG.checked]: tagOf(key, seen) });
    expect(checkedAt(dateOnly, versionIn(dateOnly), digest)).toBeUndefined();
  });

  it('counts from the instant of the delivery on, and from the creation of a key that was delivered promptly', () => {
    expect(ask({ [TAG.delivered]: tagOf(key, seen) }).at).toEqual(seen);
    const prompt = { [TAG.delivered]: '' };
    expect(ask({ ...prompt, [TAG.checked]: tagOf(key, day(0)) }).at).toEqual(day(0));
    expect(ask({ ...prompt, [TAG.checked]: tagOf(key, day(0, -1)) }).at).toBeUndefined();
  });

  it('may have nothing that the hosts showed, or an unfinished rest of it', () => {
    expect(ask({ [TAG.revisions]: `${key.accessKeyId} ${digest}` }).revisions).toEqual(new Set());
    expect(ask({ [TAG.revisions]: `${key.accessKeyId} ${digest} aaaabb` }).revisions).toEqual(new Set(['aaaa']));
  });
});

describe('K13: drift that was seen', () => {
  it.each<[string, Date, Date | undefined]>([
    ['after the last look', day(2, HOUR), day(2, HOUR)],
    ['at the instant of the last look', seen, seen],
    ['before the last look, which found nothing amiss', day(2, -1), undefined],
  ])('%s is known since %s', (_what, at, expected) => {
    const { drifted, isChecked: isSeen } = ask({ [TAG.drifted]: tagOf(key, at) });
    expect(drifted).toEqual(expected);
    expect(isSeen).toBe(expected === undefined);
  });

  it('counts from the delivery on where nobody looked since', () => {
    const unseen = { [TAG.checked]: '' };
    expect(ask({ ...unseen, [TAG.drifted]: tagOf(key, delivered) }).drifted).toEqual(delivered);
    expect(ask({ ...unseen, [TAG.drifted]: tagOf(key, day(1, -1)) }).drifted).toBeUndefined();
  });

  it('of another key says nothing', () => {
    expect(ask({ [TAG.drifted]: tagOf(other, day(2, DAY)) }).drifted).toBeUndefined();
  });
});

describe('what a host shows of a target', () => {
  it('is told by four characters, which differ by target and by what is shown', () => {
    expect(revisionDigest('bitbucket acme/web-shop', '{a}')).toBe(revisionDigest('bitbucket acme/web-shop', '{a}'));
    const digests = [
      revisionDigest('bitbucket acme/web-shop', '{a}'),
      revisionDigest('bitbucket acme/web-shop', '{b}'),
      revisionDigest('bitbucket acme/other', '{a}'),
    ];
    expect(new Set(digests).size).toBe(3);
    for (const each of digests) expect(each).toMatch(/^[\w-]{4}$/);
  });
});
