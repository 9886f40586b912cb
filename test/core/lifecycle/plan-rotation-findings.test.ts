import { describe, expect, it } from 'vitest';
import { HOUR, MINUTE, SECOND } from '../../../functions/core/duration';
import { intentTag } from '../../../functions/core/key/intent';
import { planRotation, type RotationInput } from '../../../functions/core/lifecycle/plan-rotation';
import { TAG } from '../../../functions/core/names';
import { DELIVERED, day, entryOf, handMade, keyOf, secretOf, versionOf } from '../web-shop';
import { first, plan } from './quiet-key';

const second = keyOf('second', day(91));
const foreign = keyOf('foreign', day(50));
const orphan = keyOf('orphan', day(90, 3 * SECOND));
const delivered = versionOf(first, 'AWSCURRENT', DELIVERED);
const superseded = [versionOf(second, 'AWSCURRENT', DELIVERED), versionOf(first, 'AWSPREVIOUS')];
const intended = secretOf([delivered], {
  [TAG.intent]: intentTag({ at: day(90), run: 'run-7', before: [first.accessKeyId] }),
});
const limit = (keys: string) =>
  `User bitbucket-web-shop of key "web-shop-production" has two access keys, which is IAM's limit: ${keys}. `;

describe('what people are told of a rotation', () => {
  it.each<[string, Partial<RotationInput>, string, string]>([
    [
      'an edited intent',
      { secret: secretOf([delivered], { [TAG.intent]: 'soon' }) },
      'rotation-in-progress',
      'Key "web-shop-production": the tag keyturn:intent of keyturn/web-shop-production was edited and names no run that ' +
        'began. Look for a key of bitbucket-web-shop that nobody knows, then remove the tag; until then the key is not rotated.',
    ],
    [
      'a run that may be at work',
      { secret: intended, now: day(90, MINUTE) },
      'rotation-in-progress',
      'Key "web-shop-production": run run-7 began a rotation at 2026-04-01T03:00:00.000Z and may still be at work. ' +
        'The next run looks again; an intent older than an hour is cleaned up.',
    ],
    [
      'a key that may be left behind, or used by somebody',
      { secret: intended, keys: [first, orphan], now: day(90, 2 * HOUR) },
      'rotation-in-progress',
      'Key "web-shop-production": run run-7 began a rotation at 2026-04-01T03:00:00.000Z and may have left ' +
        'AKIA0000000000ORPHAN behind. CloudTrail does not say yet who created it; the next run looks again.',
    ],
    [
      'two keys of which one may be left behind',
      {
        secret: secretOf([delivered], { [TAG.intent]: intentTag({ at: day(90), run: 'run-7', before: [] }) }),
        keys: [orphan, keyOf('twin', day(90, 4 * SECOND))],
        now: day(90, 2 * HOUR),
      },
      'rotation-in-progress',
      'Key "web-shop-production": run run-7 began a rotation at 2026-04-01T03:00:00.000Z and may have left ' +
        'AKIA0000000000ORPHAN and AKIA000000000000TWIN behind. CloudTrail does not say yet who created ' +
        'it; the next run looks again.',
    ],
    [
      'a key that was left behind',
      { secret: intended, keys: [first, orphan], now: day(91), isOwn: new Map([[orphan.accessKeyId, true]]) },
      'orphan-discarded',
      'Key "web-shop-production": run run-7 created AKIA0000000000ORPHAN and ended before it was stored. It was never ' +
        'handed to anybody and is deleted.',
    ],
    [
      'a foreign key',
      { keys: [first, foreign] },
      'foreign-key',
      'User bitbucket-web-shop has the access key AKIA000000000FOREIGN, created 2026-02-20T03:00:00.000Z by hand. Keyturn ' +
        'never touches it. If nobody needs it: aws iam delete-access-key --user-name bitbucket-web-shop --access-key-id ' +
        'AKIA000000000FOREIGN',
    ],
    [
      'a rotation that is asked for too soon',
      { requested: true, now: day(0, 2 * HOUR) },
      'settling',
      'Key "web-shop-production" was rotated or delivered at 2026-01-01T04:00:00.000Z; a delivery may still be under way, ' +
        'so it is not rotated again so soon.',
    ],
    [
      'a key that has not reached its targets',
      { secret: secretOf([versionOf(first, 'AWSCURRENT')]), now: day(95) },
      'undelivered',
      'Key "web-shop-production": AKIA00000000000FIRST has not reached every target yet, so its successor has to wait. ' +
        "The findings of the sync function say what is in delivery's way.",
    ],
    [
      'a current key that is gone',
      { keys: [] },
      'current-key-missing',
      'Key "web-shop-production": somebody deleted the current key AKIA00000000000FIRST. Pipelines cannot use it until a ' +
        'new one is delivered.',
    ],
    [
      'a current key that is Inactive',
      { keys: [{ ...first, status: 'Inactive' }] },
      'current-key-inactive',
      'Key "web-shop-production": somebody made the current key AKIA00000000000FIRST Inactive. Pipelines cannot use it ' +
        'until a new one is delivered.',
    ],
    [
      'an edited secret',
      {
        secret: secretOf([{ versionId: handMade, labels: ['AWSCURRENT'] }, versionOf(first, 'AWSPREVIOUS', DELIVERED)]),
      },
      'secret-edited',
      'Key "web-shop-production": somebody put a value into keyturn/web-shop-production that Keyturn did not store; it is ' +
        'not delivered. A fresh key replaces it as soon as the user has room for one. Only somebody who changed the policy ' +
        'of the secret can have done this: look for PutSecretValue and PutResourcePolicy in CloudTrail.',
    ],
  ])('%s: a whole sentence, with what it is about and what to do', (_what, changes, code, message) => {
    expect(plan(changes).findings.map((finding) => [finding.code, finding.message])).toEqual([[code, message]]);
  });
});

describe('K10: what people are told of a user without room', () => {
  const adopted = [keyOf('older', day(-400)), keyOf('newer', day(-300))];
  const adoption = 'AKIA00000000000OLDER (Active, 440 days old) and AKIA00000000000NEWER (Active, 340 days old)';

  it.each<[string, Partial<RotationInput>, string]>([
    [
      'the superseded key is still there',
      { secret: secretOf(superseded), keys: [first, second], now: day(181) },
      `${limit('AKIA00000000000FIRST (Active, 180 days old) and AKIA0000000000SECOND (Active, 90 days old)')}The ` +
        'superseded one is deactivated and deleted when its dates have passed; then the key is rotated.',
    ],
    [
      'a foreign key is in the way',
      { keys: [first, foreign], now: day(95) },
      `${limit('AKIA00000000000FIRST (Active, 94 days old) and AKIA000000000FOREIGN (Active, 45 days old)')}Keyturn ` +
        'never touches AKIA000000000FOREIGN. Delete it when nobody needs it; then the key is rotated.',
    ],
    [
      'two foreign keys are in the way',
      { keys: [foreign, keyOf('other', day(51))], now: day(60) },
      `${limit('AKIA000000000FOREIGN (Active, 10 days old) and AKIA00000000000OTHER (Active, 9 days old)')}Keyturn never ` +
        'touches AKIA000000000FOREIGN and AKIA00000000000OTHER. Delete it when nobody needs it; then the key is rotated.',
    ],
    [
      'its current key is Inactive',
      { keys: [{ ...first, status: 'Inactive' }, foreign], now: day(60) },
      `${limit('AKIA00000000000FIRST (Inactive, 59 days old) and AKIA000000000FOREIGN (Active, 10 days old)')}The ` +
        'current one is Inactive and its successor has no room. Make it Active again (aws iam update-access-key ' +
        '--user-name bitbucket-web-shop --access-key-id AKIA00000000000FIRST --status Active), or delete one that nobody needs.',
    ],
    [
      'both of its keys are adopted',
      { secret: secretOf([]), keys: adopted },
      `${limit(adoption)}Delete the one that nobody uses (aws iam get-access-key-last-used tells), or set "adopt: ` +
        'replace-idle" to let Keyturn retire one that is idle.',
    ],
    [
      'both of its keys were made since the secret was',
      { secret: secretOf([]), keys: [foreign, keyOf('other', day(51))], now: day(60) },
      `${limit('AKIA000000000FOREIGN (Active, 10 days old) and AKIA00000000000OTHER (Active, 9 days old)')}Delete the one ` +
        'that nobody uses (aws iam get-access-key-last-used tells), or set "adopt: replace-idle" to let Keyturn retire one ' +
        'that is idle.',
    ],
    [
      'one of its adopted keys may be replaced',
      { secret: secretOf([]), keys: adopted, entry: entryOf({ adopt: 'replace-idle' }) },
      `${limit(adoption)}One is retired when it has not been used for 100 days; until then a person has to decide which one can go.`,
    ],
  ])('when %s', (_what, changes, message) => {
    expect(plan(changes).findings.at(-1)).toEqual({
      code: 'two-keys',
      key: 'web-shop-production',
      severity: 'attention',
      what: 'two access keys, no room for a fresh one',
      brokenNow: 'Nothing is broken, but the key is not rotated until one of the two is gone.',
      outcome: 'blocked',
      message,
    });
  });
});

describe('K9: an intent of a clock that is ahead', () => {
  const at = (ahead: number) =>
    plan({
      secret: secretOf([delivered], { [TAG.intent]: intentTag({ at: day(40, ahead), run: 'r', before: [] }) }),
    }).findings;

  it('by an hour and no more is one of a run that may be at work', () => {
    expect(at(HOUR)).toMatchObject([{ severity: 'notice', since: day(40, HOUR) }]);
    expect(at(HOUR + 1)).toMatchObject([{ severity: 'attention', message: expect.stringContaining('was edited') }]);
  });
});

describe('a rotation that was asked for, and has not come within a day (K14)', () => {
  const third = keyOf('third', day(92.5));
  const asked = (key: string) => ({ [TAG.rotationAsked]: `${key} ${day(92).toISOString()}` });
  const rolledBack = [versionOf(first, 'AWSCURRENT', DELIVERED), versionOf(second, 'AWSPREVIOUS')];
  const paused = { [TAG.paused]: `${day(99).toISOString()} alice freeze` };
  const rotated = [versionOf(third, 'AWSCURRENT', DELIVERED), versionOf(second, 'AWSPREVIOUS')];

  it.each<[string, RotationInput['secret'], boolean]>([
    ['of the current key', secretOf(superseded, asked(second.accessKeyId)), true],
    ['of a key that was rolled back since', secretOf(rolledBack, asked(second.accessKeyId)), true],
    ['while a person holds the key back', secretOf(superseded, { ...asked(second.accessKeyId), ...paused }), true],
    ['of a secret that had no key, and has none', secretOf([], asked('none')), true],
    ['of the key before, which was done', secretOf(rotated, asked(second.accessKeyId)), false],
    ['of a secret that had no key, which was done', secretOf(rotated, asked('none')), false],
  ])('%s is told: %j', (_what, secret, isTold) => {
    const told = (now: Date) =>
      planRotation({ entry: entryOf(), secret, keys: [first, second, third], now }).findings.filter(
        ({ code, facts }) => code === 'request-refused' && facts.is === 'lapsed',
      ).length > 0;
    expect([told(day(92.9)), told(day(93.5)), told(day(94.5))]).toEqual([false, isTold, false]);
  });
});
