import { describe, expect, it } from 'vitest';
import { MINUTE } from '../../../functions/core/duration';
import { isRotationAsked, rotationAskedAt, unmetRotationAt } from '../../../functions/core/key/asked';
import { TAG } from '../../../functions/core/names';
import { day, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

const [older, newer] = [keyOf('older', day(90)), keyOf('newer', day(100))];
const asked = { [TAG.rotationAsked]: tagOf(older, day(100, -MINUTE)) };
const now = day(100, 10 * MINUTE);

describe('a rotation that a person asked for (K14)', () => {
  it('stands for as long as the key that was current then is, and no younger one was made', () => {
    const secret = secretOf([versionOf(older, 'AWSCURRENT')], asked);
    expect([rotationAskedAt(secret), isRotationAsked(secret, now)]).toEqual([day(100, -MINUTE), true]);
    expect(unmetRotationAt(secret)).toEqual(day(100, -MINUTE));
    expect(isRotationAsked(secret, day(101))).toBe(false);
  });

  it('is done once a younger key is current', () => {
    const secret = secretOf([versionOf(older, 'AWSPREVIOUS'), versionOf(newer, 'AWSCURRENT')], asked);
    expect([rotationAskedAt(secret), unmetRotationAt(secret)]).toEqual([undefined, undefined]);
  });

  it('stays done when that one is taken back, so that the key that has come back is not rotated again at once', () => {
    const back = [versionOf(older, 'AWSCURRENT'), versionOf(newer, 'AWSPREVIOUS')];
    const secret = secretOf(back, { ...asked, [TAG.withdrawn]: tagOf(newer, day(100, 5 * MINUTE)) });
    expect([rotationAskedAt(secret), unmetRotationAt(secret), isRotationAsked(secret, now)]).toEqual([
      undefined,
      undefined,
      false,
    ]);
  });

  it('is asked anew of a key that has come back, when a person asks anew', () => {
    const back = [versionOf(older, 'AWSCURRENT'), versionOf(newer, 'AWSPREVIOUS')];
    const again = { [TAG.rotationAsked]: tagOf(older, day(100, 7 * MINUTE)) };
    expect(rotationAskedAt(secretOf(back, again))).toEqual(day(100, 7 * MINUTE));
  });
});
