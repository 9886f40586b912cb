import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import { deliveredAt } from '../../../functions/core/key/delivery-mark';
import { inactiveSince, keyRing, reactivatedAt, ringOfUser } from '../../../functions/core/key/key-ring';
import { storedVersions } from '../../../functions/core/key/secret-state';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, handMade, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

const adopted = keyOf('adopted', day(-400));
const first = keyOf('first', day(0, HOUR));
const second = keyOf('second', day(90));
const foreign = keyOf('foreign', day(95));

const edited = { versionId: handMade, labels: ['AWSCURRENT'] };

describe('the keys of a user', () => {
  it.each<[string, Parameters<typeof secretOf>[0], Parameters<typeof keyRing>[1], object]>([
    ['none, with an empty secret', [], [], { current: undefined, edited: false, anchor: undefined }],
    [
      'adopted, before the first rotation',
      [],
      [adopted],
      { current: undefined, anchor: undefined, superseded: [adopted], unknown: [] },
    ],
    [
      'the current one and its adopted predecessor',
      [versionOf(first, 'AWSCURRENT')],
      [first, adopted],
      { current: { accessKeyId: first.accessKeyId }, anchorKey: first, superseded: [adopted], unknown: [] },
    ],
    [
      'a stored one, while no version is current',
      [versionOf(first, 'AWSPREVIOUS')],
      [first],
      { current: undefined, edited: false, anchor: { accessKeyId: first.accessKeyId }, anchorKey: first },
    ],
    [
      'two stored ones behind an edited secret, of which the younger has lost its labels',
      [edited, versionOf(second), versionOf(first, 'AWSPREVIOUS')],
      [first, second],
      { current: undefined, edited: true, anchorKey: first, superseded: [second] },
    ],
    [
      'the current one and its stored predecessor',
      [versionOf(second, 'AWSCURRENT'), versionOf(first, 'AWSPREVIOUS')],
      [first, second],
      { edited: false, anchorKey: second, superseded: [first], unknown: [] },
    ],
    [
      'a predecessor whose version lost its labels',
      [versionOf(second, 'AWSCURRENT'), versionOf(first)],
      [first, second],
      { anchorKey: second, superseded: [first], unknown: [] },
    ],
    [
      'a foreign one beside the current one',
      [versionOf(second, 'AWSCURRENT'), versionOf(first, 'AWSPREVIOUS')],
      [second, foreign],
      { anchorKey: second, superseded: [], unknown: [foreign] },
    ],
    [
      'a foreign one in an empty secret',
      [],
      [foreign, adopted],
      { anchor: undefined, superseded: [adopted], unknown: [foreign] },
    ],
    [
      'a current one that somebody deleted',
      [versionOf(second, 'AWSCURRENT'), versionOf(first, 'AWSPREVIOUS')],
      [first],
      { current: { accessKeyId: second.accessKeyId }, anchorKey: undefined, superseded: [first], unknown: [] },
    ],
    [
      'a label that somebody rolled back',
      [versionOf(second, 'AWSPREVIOUS', DELIVERED), versionOf(first, 'AWSCURRENT')],
      [first, second],
      { current: { accessKeyId: first.accessKeyId }, anchorKey: first, superseded: [second], unknown: [] },
    ],
    [
      'a secret that somebody edited',
      [edited, versionOf(second, 'AWSPREVIOUS', DELIVERED), versionOf(first)],
      [first, second],
      { current: undefined, edited: true, anchorKey: second, superseded: [first], unknown: [] },
    ],
    [
      'a secret that somebody edited before the first rotation',
      [edited],
      [adopted],
      { current: undefined, edited: true, anchor: undefined, superseded: [adopted] },
    ],
    [
      'a secret that somebody edited twice',
      [edited, { versionId: `${handMade}2`, labels: ['AWSPREVIOUS'] }, versionOf(second, DELIVERED), versionOf(first)],
      [first, second],
      { edited: true, anchorKey: second, superseded: [first] },
    ],
  ])('are told apart: %s', (_what, versions, keys, expected) => {
    expect(keyRing(secretOf(versions), keys)).toMatchObject(expected);
  });

  it('are superseded oldest first', () => {
    const older = keyOf('older', day(-500));
    expect(keyRing(secretOf([]), [adopted, older]).superseded).toEqual([older, adopted]);
  });

  it('that are as old as the secret to the millisecond were not there before it', () => {
    expect(keyRing(secretOf([]), [keyOf('same', day(0))]).unknown).toHaveLength(1);
    expect(keyRing(secretOf([]), [keyOf('before', day(0, -1))]).superseded).toHaveLength(1);
  });
});

describe('the keys of the user that a managed key has now', () => {
  const old = keyOf('old', day(10));
  const by = (user: string, versions = [versionOf(second, 'AWSCURRENT')], keys = [foreign, old, adopted]) =>
    ringOfUser(secretOf(versions, { [TAG.user]: 'deploy' }), keys, user);

  it('are as at adoption while the current key is one of the user before, oldest first', () => {
    const versions = [versionOf(second, 'AWSCURRENT'), versionOf(foreign)];
    expect(by('ci', versions, [foreign, old, adopted])).toMatchObject({
      current: undefined,
      anchor: undefined,
      edited: false,
      superseded: [adopted, old, foreign],
      unknown: [],
    });
  });

  it('are told apart by the secret while it is the same user, and where the user was renamed', () => {
    const apart = { superseded: [adopted], unknown: [old, foreign] };
    expect(by('Deploy')).toMatchObject({ ...apart, anchorKey: undefined });
    expect(by('ci', undefined, [foreign, old, adopted, second])).toMatchObject({ ...apart, anchorKey: second });
  });
});

describe('the time from which the overlap counts', () => {
  const [anchor] = storedVersions(secretOf([versionOf(second, 'AWSCURRENT')]));

  it.each<[string, string | undefined, Date]>([
    ['its creation when delivery was prompt', undefined, day(90)],
    ['the late delivery', tagOf(second, day(93)), day(93)],
    ["its creation when the tag is another key's", tagOf(first, day(93)), day(90)],
    ['its creation when the tag lies before it', tagOf(second, day(80)), day(90)],
    ['its creation when the tag is garbled', 'yesterday', day(90)],
  ])('is %s', (_what, tag, expected) => {
    const secret = secretOf([versionOf(second, 'AWSCURRENT')], tag === undefined ? {} : { [TAG.delivered]: tag });
    expect(anchor && deliveredAt(secret, anchor)).toEqual(expected);
  });
});

describe('K4: the time since which a key is Inactive', () => {
  const since = (tags: Record<string, string>) => inactiveSince(secretOf([], tags), first.accessKeyId);
  const deactivated = { [TAG.deactivated]: tagOf(first, day(100)) };

  it.each<[string, Record<string, string>, Date | undefined]>([
    ['is unknown without a record', {}, undefined],
    ['is what was recorded', deactivated, day(100)],
    ["is unknown when the record is another key's", { [TAG.deactivated]: tagOf(second, day(100)) }, undefined],
    ['is unknown when the record is garbled', { [TAG.deactivated]: first.accessKeyId }, undefined],
    [
      'is unknown once it was made Active again',
      { ...deactivated, [TAG.reactivated]: tagOf(first, day(101)) },
      undefined,
    ],
    [
      'is unknown when both happened in one instant',
      { ...deactivated, [TAG.reactivated]: tagOf(first, day(100)) },
      undefined,
    ],
    ['is what was recorded last', { ...deactivated, [TAG.reactivated]: tagOf(first, day(99)) }, day(100)],
    ['is its own', { ...deactivated, [TAG.reactivated]: tagOf(second, day(101)) }, day(100)],
  ])('%s', (_what, tags, expected) => {
    expect(since(tags)).toEqual(expected);
  });

  it('comes with the time at which somebody made it Active again', () => {
    const secret = secretOf([], { [TAG.reactivated]: tagOf(first, day(101)) });
    expect(reactivatedAt(secret, first.accessKeyId)).toEqual(day(101));
    expect(reactivatedAt(secret, second.accessKeyId)).toBeUndefined();
  });
});
