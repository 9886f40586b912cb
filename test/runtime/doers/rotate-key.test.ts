import { expect, it } from 'vitest';
import type { RotationReason } from '../../../functions/core/lifecycle/steps';
import { TAG } from '../../../functions/core/names';
import { rotateKey } from '../../../functions/runtime/doers/rotate-key';
import { day, keyOf, secretOf, tagOf, versionOf } from '../../core/web-shop';
import { type Answers, credentialOf, did, failing, type Given, newer, older, secret, told } from './did';

const fresh = keyOf('fresh', day(181));
const works: Answers = {
  'iam.createAccessKey': credentialOf('fresh', fresh.createdAt),
  'sts.identify': { arn: 'arn:aws:iam::111122223333:user/bitbucket-web-shop', accountId: '111122223333' },
};

function rotated(
  { answers = {}, ...given }: Given = {},
  reason: RotationReason = 'due',
  dueAt?: Date,
): Promise<string> {
  const all = { now: day(181), keys: [older, newer], ...given, answers: { ...works, ...answers } };
  return did(rotateKey as never, { do: 'rotate', reason, dueAt }, all);
}

it('a rotation: intent, create, prove, store; and whatever fails, the old key stays current (K1, K2, K7)', async () => {
  const stored = secretOf([...secret.versions, versionOf(fresh, 'AWSCURRENT')]);
  const notStored = (code: Parameters<typeof failing>[0], more: Answers = {}) =>
    rotated({ answers: { 'secrets.store': failing(code), ...more } });
  const ofUser = (user: string, more: Record<string, string> = {}) => ({
    managed: { secret: secretOf(secret.versions, { [TAG.user]: user, ...more }) },
  });
  const cases = {
    'that is due': rotated({}, 'due', day(180)),
    'that a person wants': rotated({ now: day(100) }, 'requested'),
    'of a user without keys': rotated({ keys: [], managed: { secret: secretOf([]) } }, 'first'),
    'without a look at IAM': rotated({ keys: undefined as never }),
    'of a user that stays': rotated(ofUser('bitbucket-web-shop')),
    'of a user that was changed': rotated(ofUser('before', { [TAG.formerUsers]: tagOf(older, day(1)) })),
    'while the record cannot be reached': rotated({ answers: { beforeGiving: undefined } }),
    'that IAM refuses': rotated({ answers: { 'iam.createAccessKey': failing('aws-denied') } }),
    'that has no room': rotated({ answers: { 'iam.createAccessKey': failing('key-limit') } }),
    'of a key that does not work': rotated({ answers: { 'sts.identify': failing('proof-failed') } }),
    'of a key that is somebody else’s': rotated({
      answers: { 'sts.identify': { arn: 'arn:aws:iam::111122223333:user/other', accountId: '1' } },
    }),
    'of a key that does not work, and cannot be deleted': rotated({
      answers: { 'sts.identify': failing('aws-denied'), 'iam.deleteAccessKey': failing('aws-throttled') },
    }),
    'of a key that does not work, while the record cannot be reached': rotated({
      answers: { 'sts.identify': failing('aws-denied'), beforeTaking: failing('aws-uncertain') },
    }),
    'that cannot be stored': notStored('aws-denied'),
    'that was stored, and whose answer was lost': notStored('aws-denied', { 'secrets.describe': stored }),
    'that nobody knows to be stored': notStored('aws-uncertain'),
    'that failed in a way that nobody knows': notStored('unexpected'),
    'that is throttled': notStored('aws-throttled'),
    'that is throttled, and was stored': notStored('aws-throttled', { 'secrets.describe': stored }),
    'that cannot be stored, and the secret is gone': notStored('aws-denied', {
      'secrets.describe': failing('secret-missing'),
    }),
  };
  await expect(await told(cases)).toMatchFileSnapshot('did/rotated.txt');
});
