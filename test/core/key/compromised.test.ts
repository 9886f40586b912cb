import { expect, it } from 'vitest';
import { besideOthers, type Compromised, otherLeaks, tagOfCompromised } from '../../../functions/core/key/compromised';
import { TAG } from '../../../functions/core/names';
import { day, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

const first = keyOf('first', day(0));
const keys = ['second', 'third', 'fourth', 'fifth'].map((name, at) => keyOf(name, day(at + 1)));
const said = (name: string, at: number): Compromised => ({
  accessKeyId: keyOf(name, day(at)).accessKeyId,
  at: day(at),
  order: 'deliver-first',
});
const five = [first, ...keys].map((key, at) => tagOf(key, day(at))).join(' ');
const secret = secretOf([versionOf(first, 'AWSCURRENT')], { [TAG.compromised]: five });

it('what has leaked before is kept beside the word for one more', () => {
  const tags = { [TAG.compromised]: tagOf(first, day(1)) };
  expect(otherLeaks(secretOf([], tags), said('second', 2))).toBe(tagOf(first, day(1)));
  expect(otherLeaks(secretOf([], tags), said('first', 2))).toBeUndefined();
  expect(otherLeaks(secretOf([], tags), { ...said('second', 2), order: 'disable-first' })).toBeUndefined();
  expect(besideOthers('word', undefined)).toBe('word');
});

it('of more than a tag has room for, those go first of which no key is known, and then the older ones', () => {
  const sixth = said('sixth', 9);
  const whole = (others: string | undefined) => besideOthers(tagOfCompromised(sixth), others);
  const known = otherLeaks(secret, sixth);
  expect([known, whole(known).length <= 256]).toEqual([
    [0, 2, 3, 4]
      .map((at) =>
        five
          .split(' ')
          .slice(2 * at, 2 * at + 2)
          .join(' '),
      )
      .join(' '),
    true,
  ]);
  const listed = otherLeaks(secret, sixth, keys.slice(0, 2));
  expect([listed?.includes(first.accessKeyId), listed?.split(' ').length]).toEqual([false, 8]);
});
