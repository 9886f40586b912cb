import { expect, it } from 'vitest';
import { keyRing } from '../../../functions/core/key/key-ring';
import type { SecretState } from '../../../functions/core/key/secret-state';
import { takingOver } from '../../../functions/core/lifecycle/no-room';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, entryOf, keyOf, secretOf, tagOf, versionOf } from '../web-shop';

const [old, current] = [keyOf('old', day(0)), keyOf('current', day(90))];
const entry = entryOf();
const takesOver = { secret: 'keyturn/before', pauses: false, isRecorded: true };
const delivered = [versionOf(current, 'AWSCURRENT', DELIVERED), versionOf(old, 'AWSPREVIOUS')];
const both = [old, current];
const secret: SecretState = { ...secretOf(delivered), takesOver };
const about = {
  user: 'bitbucket-web-shop',
  from: 'keyturn/before',
  current: current.accessKeyId,
  superseded: old.accessKeyId,
};
const found = (of: SecretState, keys = both) => takingOver({ entry, secret: of }, keyRing(of, keys));

it.each<[string, SecretState, { deactivate: Date; delete: Date } | undefined]>([
  ['its age', secret, { deactivate: day(100), delete: day(110) }],
  [
    'the overlap with a successor that was delivered late, and the whole recovery after it',
    { ...secret, tags: { [TAG.delivered]: tagOf(current, day(95)) } },
    { deactivate: day(105), delete: day(115) },
  ],
  [
    'nothing yet, while the targets do not hold its successor',
    { ...secret, versions: [versionOf(current, 'AWSCURRENT'), versionOf(old, 'AWSPREVIOUS')] },
    undefined,
  ],
])('K10: the superseded key of a retained secret goes by %s', (_what, of, dates) => {
  expect(found(of)).toEqual({ code: 'taking-over', key: 'web-shop-production', facts: { ...about, dates } });
});

it('K8: the superseded key of a retained secret goes at its age, where that is later than its recovery', () => {
  const young = keyOf('old', day(80));
  const versions = [versionOf(current, 'AWSCURRENT', DELIVERED), versionOf(young, 'AWSPREVIOUS')];
  // Gone a day before its successor is due, and Inactive for the hold and the recovery before that.
  expect(found({ ...secret, versions }, [young, current])?.facts.dates).toEqual({
    deactivate: day(159),
    delete: day(179),
  });
});

it.each<[string, SecretState, typeof both]>([
  ['nothing is taken over', secretOf(delivered), both],
  ['no key is current', { ...secret, versions: [versionOf(old, 'AWSPREVIOUS')] }, [old, keyOf('adopted', day(-9))]],
  ['no older key is there', secret, [current]],
  ['the current key is gone', secret, [old]],
  ['the current key is Inactive', secret, [old, { ...current, status: 'Inactive' }]],
  ['a foreign key is there', secret, [...both, keyOf('foreign', day(91))]],
])('K10: a key does not wait for a retained one where %s', (_what, of, keys) => {
  expect(found(of, keys)).toBeUndefined();
});
