import { describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '../../../functions/core/duration';
import {
  currentKey,
  currentVersion,
  newestStored,
  type SecretState,
  storedVersions,
  withoutFuture,
} from '../../../functions/core/key/secret-state';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, handMade, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

const older = keyOf('older', day(1));
const newer = keyOf('newer', day(91));

describe('the state of a secret', () => {
  it('names no current version while the secret is empty', () => {
    expect(currentVersion(secretOf([]))).toBeUndefined();
    expect(storedVersions(secretOf([]))).toEqual([]);
  });

  it('lists the stored keys oldest first, and no version that a person made', () => {
    const secret = secretOf([
      versionOf(newer, 'AWSCURRENT'),
      { versionId: handMade, labels: ['AWSPENDING'] },
      versionOf(older, 'AWSPREVIOUS'),
    ]);
    expect(storedVersions(secret).map(({ accessKeyId }) => accessKeyId)).toEqual([
      older.accessKeyId,
      newer.accessKeyId,
    ]);
    expect(currentVersion(secret)?.versionId).toBe(versionOf(newer).versionId);
  });
});

it('of two keys from the same second always the same one is the older, however they are listed', () => {
  const [a, b] = [versionOf(keyOf('a', day(1))), versionOf(keyOf('b', day(1)))];
  for (const versions of [
    [a, b],
    [b, a],
  ]) {
    expect(storedVersions(secretOf(versions)).map(({ versionId }) => versionId)).toEqual([a.versionId, b.versionId]);
  }
});

describe('the current key', () => {
  it('is the stored one that carries AWSCURRENT, however old', () => {
    const rolledBack = secretOf([versionOf(newer, 'AWSPREVIOUS'), versionOf(older, DELIVERED, 'AWSCURRENT')]);
    expect(currentKey(rolledBack)?.accessKeyId).toBe(older.accessKeyId);
    expect(currentKey(secretOf([versionOf(older, 'AWSPREVIOUS'), versionOf(newer, 'AWSCURRENT')]))?.accessKeyId).toBe(
      newer.accessKeyId,
    );
  });

  it.each<[string, SecretState]>([
    ['before the first rotation', secretOf([])],
    [
      'while a person’s version is current',
      secretOf([{ versionId: handMade, labels: ['AWSCURRENT'] }, versionOf(older)]),
    ],
    ['while no version is', secretOf([versionOf(older, 'AWSPREVIOUS')])],
  ])('is none %s', (_when, secret) => {
    expect(currentKey(secret)).toBeUndefined();
  });
});

describe('the newest stored key', () => {
  const newest = (now: Date, ...more: ReturnType<typeof versionOf>[]) =>
    newestStored(secretOf([versionOf(newer, 'AWSCURRENT'), versionOf(older), ...more]), now)?.accessKeyId;

  it('is the youngest', () => {
    expect(newest(day(92))).toBe(newer.accessKeyId);
    expect(newestStored(secretOf([]), day(92))).toBeUndefined();
  });

  it.each<[string, number, boolean]>([
    ['by a clock that is minutes ahead', 5 * MINUTE, true],
    ['from the future, which somebody made up', 5 * MINUTE + SECOND, false],
  ])('may be one %s: %s', (_what, ahead, counts) => {
    const other = keyOf('other', day(92, ahead));
    expect(newest(day(92), versionOf(other, 'AWSPENDING'))).toBe((counts ? other : newer).accessKeyId);
  });
});

describe('K8: what tags say of the future', () => {
  const now = day(100);
  const believed = (tag: string, value: string) => withoutFuture(secretOf([], { [tag]: value, mine: 'x' }), now).tags;

  it.each([TAG.deactivated, TAG.reactivated, TAG.held, TAG.delivered, TAG.torn])(
    'in %s is not believed, unless a clock may be minutes ahead',
    (tag) => {
      const soon = tagOf(newer, day(100, 5 * MINUTE));
      expect(believed(tag, soon)).toEqual({ [tag]: soon, mine: 'x' });
      expect(believed(tag, tagOf(newer, day(100, 5 * MINUTE + 1)))).toEqual({ mine: 'x' });
    },
  );

  it('takes nothing from what the same tag says of another key', () => {
    const [before, ahead] = [tagOf(newer, now), tagOf(keyOf('other', now), day(101))];
    expect(believed(TAG.compromised, `${ahead} ${before}`)).toEqual({ [TAG.compromised]: before, mine: 'x' });
  });

  it('is a pause, which people write for the time to come, and is left as it is', () => {
    const until = `${day(120).toISOString()} ana release`;
    expect(believed(TAG.paused, until)).toEqual({ [TAG.paused]: until, mine: 'x' });
  });

  it('is nothing in most states, which stay the same ones', () => {
    const secret = secretOf([], { [TAG.held]: tagOf(newer, now), mine: 'x' });
    expect(withoutFuture(secret, now)).toBe(secret);
  });

  it('that cannot be read is left to whoever reads it', () => {
    expect(believed(TAG.deactivated, 'yesterday')).toEqual({ [TAG.deactivated]: 'yesterday', mine: 'x' });
  });
});
