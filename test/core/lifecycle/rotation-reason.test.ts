import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import type { AccessKey } from '../../../functions/core/key/access-key';
import { keyRing } from '../../../functions/core/key/key-ring';
import type { SecretState } from '../../../functions/core/key/secret-state';
import { isAtOnce, isRepair, rotationReason } from '../../../functions/core/lifecycle/rotation-reason';
import type { RotationReason } from '../../../functions/core/lifecycle/steps';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, entryOf, handMade, keyOf, secretOf, versionOf } from '../web-shop';

const key = keyOf('key', day(0));
const usual = secretOf([versionOf(key, 'AWSCURRENT', DELIVERED)]);
const empty = secretOf([]);
const edited = secretOf([{ versionId: handMade, labels: ['AWSCURRENT'] }, versionOf(key, 'AWSPREVIOUS')]);
const moved = { ...usual, tags: { [TAG.user]: 'deploy' } };
const takesOver = { secret: 'keyturn/before', pauses: false, isRecorded: true };
const whenDue = entryOf({ firstRotation: 'when-due' });
const dead: AccessKey = { ...key, status: 'Inactive' };
const adopted = keyOf('adopted', day(-20));

interface Given {
  readonly secret?: SecretState;
  readonly keys?: readonly AccessKey[];
  readonly entry?: typeof whenDue;
  readonly now?: Date;
  readonly requested?: boolean;
  readonly broughtForward?: boolean;
}
const asked = { requested: true, broughtForward: true };

describe('why a key is rotated', () => {
  it.each<[string, Given, RotationReason | undefined]>([
    ['nothing asks for it', {}, undefined],
    ['somebody asks', { requested: true }, 'requested'],
    ['a later day has too many', { broughtForward: true }, 'brought-forward'],
    ['somebody asks, and a later day has too many', asked, 'requested'],
    ['it is due, whoever asks', { now: day(90), ...asked }, 'due'],
    ['it is due within the hour', { now: day(90, -HOUR) }, 'due'],
    ['it is not due', { now: day(90, -HOUR - 1) }, undefined],
    ['its current key is Inactive, and it is due', { keys: [dead], now: day(90), ...asked }, 'current-key-inactive'],
    ['its current key is gone, and it is due', { keys: [], now: day(90), ...asked }, 'current-key-missing'],
    [
      'its user was changed, and the key of the one before is gone',
      { secret: moved, keys: [dead], now: day(90) },
      'user-changed',
    ],
    [
      'its secret was edited, and its key is gone',
      { secret: edited, keys: [], now: day(90), ...asked },
      'secret-edited',
    ],
    ['it takes over another secret', { secret: { ...usual, takesOver }, now: day(90) }, 'first'],
    [
      'it takes over another secret, and waits until that is due',
      { secret: { ...usual, takesOver }, entry: whenDue },
      undefined,
    ],
    [
      'it takes over another secret that is due',
      { secret: { ...usual, takesOver }, entry: whenDue, now: day(90) },
      'due',
    ],
  ])('%s', (_what, { secret = usual, keys = [key], entry = entryOf(), now = day(40), ...more }, expected) => {
    expect(rotationReason({ entry, secret, keys, now, ...more }, keyRing(secret, keys))).toBe(expected);
  });

  it.each<[string, Given, RotationReason | undefined]>([
    ['it is wanted at once', {}, 'first'],
    ['it waits, and there is no key', { entry: whenDue, keys: [] }, 'first'],
    ['it waits for a key that is due', { entry: whenDue, now: day(70, -HOUR) }, 'first'],
    ['it waits for a key that is not due', { entry: whenDue, now: day(70, -HOUR - 1) }, undefined],
    ['it waits, and somebody asks', { entry: whenDue, ...asked }, 'first'],
    ['it waits, and a later day has too many', { entry: whenDue, broughtForward: true }, 'brought-forward'],
    [
      'it waits for a key that was made by hand',
      { entry: whenDue, keys: [keyOf('byhand', day(1))], now: day(91) },
      'first',
    ],
    [
      'it waits for the adopted one of two',
      { entry: whenDue, keys: [keyOf('byhand', day(1)), adopted], now: day(71) },
      'first',
    ],
  ])(
    'of a key that never was: %s',
    (_what, { keys = [adopted], entry = entryOf(), now = day(40), ...more }, expected) => {
      const reason = rotationReason({ entry, secret: empty, keys, now, ...more }, keyRing(empty, keys));
      expect(reason).toBe(expected);
    },
  );
});

it.each<[RotationReason | undefined, boolean, boolean]>([
  ['current-key-missing', true, true],
  ['current-key-inactive', true, true],
  ['user-changed', false, true],
  ['due', false, false],
  ['first', false, false],
  ['secret-edited', false, false],
  [undefined, false, false],
])('the reason %s is a repair (%s), and waits for nobody (%s)', (reason, repair, atOnce) => {
  expect(isRepair(reason)).toBe(repair);
  expect(isAtOnce(reason)).toBe(atOnce);
});
