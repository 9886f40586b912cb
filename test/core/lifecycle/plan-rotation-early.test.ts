import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import type { AccessKey } from '../../../functions/core/key/access-key';
import { intentTag } from '../../../functions/core/key/intent';
import type { SecretState } from '../../../functions/core/key/secret-state';
import { planRotation, type RotationInput } from '../../../functions/core/lifecycle/plan-rotation';
import { TAG } from '../../../functions/core/names';
import { codes, DELIVERED, day, entryOf, handMade, keyOf, secretOf, versionOf } from '../web-shop';
import { first, quiet } from './quiet-key';

const second = keyOf('second', day(30));
const third = keyOf('third', day(31));
const plan = (changes: Partial<RotationInput>) => planRotation({ ...quiet, ...changes });
const both = [versionOf(second, 'AWSCURRENT', DELIVERED), versionOf(first, 'AWSPREVIOUS')];

describe('a rotation that is brought forward', () => {
  const early = (changes: Partial<RotationInput> = {}) => plan({ broughtForward: true, ...changes });
  const later = entryOf({ firstRotation: 'when-due' });
  const adopted = [keyOf('newer', day(-10)), keyOf('older', day(-20))] as const;

  it.each<[string, Partial<RotationInput>, Date]>([
    ['its current key', {}, day(90, HOUR)],
    ['the key that its first one waits for', { entry: later, secret: secretOf([]), keys: [adopted[1]] }, day(70)],
    ['a key that was made by hand', { entry: later, secret: secretOf([]), keys: [keyOf('hand', day(1))] }, day(91)],
  ])('says when it would have been due, by %s', (_what, changes, dueAt) => {
    expect(early(changes).steps).toEqual([{ do: 'rotate', reason: 'brought-forward', dueAt }]);
  });

  it('says so by its current key, whatever a dead run has left behind', () => {
    const orphan = keyOf('orphan', day(20));
    const tags = { [TAG.intent]: intentTag({ at: day(20), run: 'run-7', before: [first.accessKeyId] }) };
    const isOwn = new Map([[orphan.accessKeyId, true]]);
    const secret = { ...quiet.secret, tags };
    expect(early({ secret, keys: [orphan, first], isOwn }).steps.at(-1)).toEqual({
      do: 'rotate',
      reason: 'brought-forward',
      dueAt: day(90, HOUR),
    });
  });

  it.each<[string, Partial<RotationInput>]>([
    ['a delivery may be under way', { now: day(0, 2 * HOUR) }],
    ['its key is not delivered', { secret: secretOf([versionOf(first, 'AWSCURRENT')]) }],
    ['there is no room', { secret: secretOf(both), keys: [first, second] }],
    [
      'there is no room, and its key is not delivered',
      { secret: secretOf([versionOf(second, 'AWSCURRENT'), versionOf(first, 'AWSPREVIOUS')]), keys: [first, second] },
    ],
  ])('makes no fuss where %s', (_what, changes) => {
    expect(early(changes)).toEqual({ steps: [], findings: [] });
  });

  it('is told of as any other where it is asked for', () => {
    expect(codes(early({ requested: true, now: day(0, 2 * HOUR) }))).toEqual(['settling']);
  });
});

describe('a key whose user was changed', () => {
  const tags = { [TAG.user]: 'deploy' };
  const moved = (versions: SecretState['versions']) => secretOf(versions, tags);
  const changed = (current: AccessKey) => ({
    code: 'user-changed',
    key: 'web-shop-production',
    user: 'deploy',
    facts: { is: 'changed', from: 'deploy', to: 'bitbucket-web-shop', current: current.accessKeyId },
  });

  it('gets its first key of the new one at once, and people are told', () => {
    expect(plan({ secret: moved([versionOf(first, 'AWSCURRENT', DELIVERED)]), keys: [] })).toEqual({
      steps: [{ do: 'rotate', reason: 'user-changed' }],
      findings: [changed(first)],
    });
  });

  it('gets it though the last one is not delivered', () => {
    expect(plan({ secret: moved([versionOf(first, 'AWSCURRENT')]), keys: [] }).steps).toMatchObject([{ do: 'rotate' }]);
  });

  it('without room gives way to a stored key of the new one that works', () => {
    const versions = [versionOf(second, 'AWSCURRENT', DELIVERED), versionOf(first, 'AWSPREVIOUS')];
    const { versionId } = versionOf(first);
    expect(plan({ secret: moved(versions), keys: [first, third] })).toMatchObject({
      steps: [{ do: 'promote', accessKeyId: first.accessKeyId, versionId, from: versionOf(second).versionId }],
    });
  });

  it('keeps its current key where the user was only renamed and has no room', () => {
    const { steps, findings } = plan({ secret: moved(both), keys: [first, second] });
    expect(steps).toEqual([]);
    expect(codes({ findings })).toEqual(['user-changed', 'two-keys']);
  });

  it('gives its current key up where the user was renamed, and somebody made that Inactive', () => {
    const keys: AccessKey[] = [first, { ...second, status: 'Inactive' }];
    expect(plan({ secret: moved(both), keys }).steps).toMatchObject([
      { do: 'promote', accessKeyId: first.accessKeyId },
      { do: 'record-inactive', accessKeyId: second.accessKeyId },
    ]);
  });
});

describe('a stored key stands in for a dead one', () => {
  const dead: AccessKey = { ...second, status: 'Inactive' };

  it('and a retained one does not, whose value this secret does not have', () => {
    const versions = [versionOf(second, 'AWSCURRENT', DELIVERED), { ...versionOf(first), isTakenOver: true }];
    expect(plan({ secret: secretOf(versions), keys: [first, dead] }).steps).toEqual([]);
  });

  it('and none does while everything is on the retained secret', () => {
    const takesOver = { secret: 'keyturn/before', pauses: false, isRecorded: true };
    expect(plan({ secret: { ...secretOf(both), takesOver }, keys: [first, dead] }).steps).toEqual([]);
  });

  it('and none does where nothing is current any more', () => {
    const secret = secretOf([versionOf(first, 'AWSPREVIOUS', DELIVERED)]);
    expect(plan({ secret, keys: [first, second], now: day(95) }).steps).toEqual([]);
  });

  it('and none is needed while the current one works', () => {
    expect(plan({ secret: secretOf(both), keys: [first, second], now: day(125) }).steps).toEqual([]);
  });
});

it('what a person put into the secret is found by the rotation', () => {
  const secret = secretOf([{ versionId: handMade, labels: ['AWSCURRENT'] }]);
  expect(plan({ secret, keys: [] }).findings).toEqual([
    {
      code: 'secret-edited',
      key: 'web-shop-production',
      facts: { seenBy: 'rotation', secret: 'keyturn/web-shop-production' },
    },
  ]);
});
