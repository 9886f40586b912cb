import { describe, expect, it } from 'vitest';
import { HOUR } from '../../../functions/core/duration';
import { KeyturnError } from '../../../functions/core/errors';
import { isTokenTrouble } from '../../../functions/core/findings/codes/token-rejected';
import { described } from '../../../functions/core/findings/described';
import { failedStep } from '../../../functions/core/findings/failed-step';
import { FINDING_CODES, type Finding } from '../../../functions/core/findings/findings';
import type { UsesSince } from '../../../functions/core/key/uses-since';
import type { LeakWaits } from '../../../functions/core/lifecycle/leaked';
import { day, idOf } from '../web-shop';

const key = 'web-shop';
const user = 'bitbucket-web-shop';
const secret = 'keyturn/web-shop';
const accessKeyId = idOf('old');
const since = day(90);
const began = since;
const reason = 'AWS says no.';
const refused = { target: 'bitbucket acme/web-shop/Production', reason: 'It answered 403.' };
const connection = { name: 'acme', secret: 'keyturn/connections/acme' };

/** What the record and the mails say, and what it counts as. */
const EXAMPLES: readonly (readonly [Finding, severity: string, outcome: string, message: string])[] = [
  [
    {
      code: 'user-missing',
      key,
      error: 'user-missing',
      facts: { is: 'failed', doing: 'the rotate run', error: 'user-missing', reason },
    },
    'attention',
    'blocked',
    'Key "web-shop": the rotate run failed (user-missing). AWS says no. If the user was renamed, its keys go on working: ' +
      'write its new name under "user" and deploy. If it was deleted, its keys are gone: create it again with its rights, ' +
      'or take the key out.',
  ],
  ...leaks(),
  [
    { code: 'current-key-missing', key, facts: { waits: 'pipelines', current: accessKeyId } },
    'attention',
    'failed',
    'Key "web-shop": somebody deleted the current key AKIA0000000000000OLD. Pipelines cannot use it until a new one is delivered.',
  ],
  [
    { code: 'current-key-missing', key, facts: { waits: 'pipelines', current: undefined } },
    'attention',
    'failed',
    'Key "web-shop": somebody deleted the current key the key. Pipelines cannot use it until a new one is delivered.',
  ],
  [
    { code: 'current-key-inactive', key, facts: { waits: 'pipelines', current: undefined } },
    'attention',
    'failed',
    'Key "web-shop": somebody made the current key the key Inactive. Pipelines cannot use it until a new one is delivered.',
  ],
  [
    { code: 'proof-failed', key, accessKeyId, since, facts: { user, reason } },
    'attention',
    'failed',
    'Key "web-shop": AKIA0000000000000OLD is not delivered, because it did not prove to be bitbucket-web-shop: AWS says no.',
  ],
  [
    {
      code: 'not-adopted',
      key,
      accessKeyId: idOf('new'),
      since,
      facts: {
        old: accessKeyId,
        used: { at: day(99), service: 's3', region: 'eu-west-1' },
        delivered: day(90),
        targets: ['bitbucket acme/web-shop environment Production'],
        ends: false,
      },
    },
    'attention',
    'failed',
    'Key "web-shop": AKIA0000000000000NEW was delivered 2026-04-01T03:00:00.000Z, and no use of it by anybody but Keyturn ' +
      'was seen since; AKIA0000000000000OLD was used 2026-04-10T03:00:00.000Z for s3 in eu-west-1. The pipelines may not ' +
      'use what was delivered: another variable of the same name wins, or they belong to another repository. Delivered ' +
      'to: bitbucket acme/web-shop environment Production. Uses that only touch data are not seen.',
  ],
  [
    {
      code: 'hold-limit',
      key,
      accessKeyId,
      facts: { used: { at: day(89), service: 's3', region: 'eu-west-1' }, holdLimit: 10, user },
    },
    'attention',
    'failed',
    'Key "web-shop": AKIA0000000000000OLD was used 2026-03-31T03:00:00.000Z for s3 in eu-west-1, but its hold of 10 days is ' +
      'over. It is made Inactive now. To undo: aws iam update-access-key --user-name bitbucket-web-shop --access-key-id ' +
      'AKIA0000000000000OLD --status Active',
  ],
  [
    { code: 'reactivated', key, accessKeyId, facts: { overlapDays: 30, isReplaced: true } },
    'attention',
    'failed',
    'Key "web-shop": somebody made AKIA0000000000000OLD Active again, which roles had replaced. It is rotated and delivered ' +
      'as before, and goes again when nobody has used it for 30 days. To keep it, take "replacedBy" out and deploy.',
  ],
  [
    {
      code: 'not-replaced-yet',
      key,
      accessKeyId,
      facts: { roles: ['arn:1'], idleFor: 30, waits: 'take-over', used: undefined, unused: [] },
    },
    'notice',
    'held',
    'Key "web-shop" is to be replaced by arn:1: AKIA0000000000000OLD goes for good when nobody has used it for 30 days, and ' +
      'what replaces it was used since. It lies in the secret of the ID that it had before: its next rotation comes first.',
  ],
  [
    {
      code: 'not-replaced-yet',
      key,
      accessKeyId,
      facts: {
        roles: ['arn:1', 'arn:2'],
        idleFor: 30,
        waits: 'key',
        used: { at: day(89), service: 's3', region: 'eu-west-1' },
        by: { is: 'unknown' },
        unused: [['arn:2', undefined]],
        notBefore: day(119),
      },
    },
    'notice',
    'held',
    'Key "web-shop" is to be replaced by arn:1, arn:2: AKIA0000000000000OLD goes for good when nobody has used it for 30 ' +
      'days, and what replaces it was used since. It was used last 2026-03-31T03:00:00.000Z for s3 in eu-west-1: it stays ' +
      "until 2026-04-30 at least. Keyturn's own proofs count too. CloudTrail could not be asked what uses it. arn:2 could not be looked at, or is not there.",
  ],
  [
    {
      code: 'not-replaced-yet',
      key,
      accessKeyId,
      facts: {
        roles: ['arn:1', 'arn:2', 'arn:3', 'arn:4'],
        idleFor: 30,
        waits: 'roles',
        used: { at: undefined },
        unused: [
          ['arn:1', { at: day(1) }],
          ['arn:2', { at: undefined }],
          ['arn:3', undefined],
        ],
      },
    },
    'notice',
    'held',
    'Key "web-shop" is to be replaced by arn:1, arn:2, arn:3, arn:4: AKIA0000000000000OLD goes for good when nobody has used ' +
      'it for 30 days, and what replaces it was used since. Nobody has used it yet, and arn:1 was used last ' +
      '2026-01-02T03:00:00.000Z, before that, arn:2 was never used, arn:3 could not be looked at, or is not there: perhaps ' +
      'nothing has run since.',
  ],
  [
    {
      code: 'not-replaced-yet',
      key,
      accessKeyId,
      facts: { roles: ['arn:1'], idleFor: 30, waits: 'older-key', used: undefined, unused: [] },
    },
    'notice',
    'held',
    'Key "web-shop" is to be replaced by arn:1: AKIA0000000000000OLD goes for good when nobody has used it for 30 days, and ' +
      'what replaces it was used since. Another key of its user has to be gone first, by its own dates.',
  ],
  [
    {
      code: 'replaced',
      key,
      accessKeyId,
      since,
      facts: { roles: ['arn:1'], since, isGone: false, places: ['bitbucket acme/web-shop'] },
    },
    'attention',
    'held',
    'Key "web-shop" was replaced by arn:1: AKIA0000000000000OLD is Inactive for good since ' +
      `${since.toISOString()}, and is neither rotated nor delivered any more. It is deleted after its days as Inactive, and ` +
      'at bitbucket acme/web-shop stands a key that works no more. If somebody needs a key after all, take "replacedBy" away ' +
      'and deploy: a new one is made and delivered.',
  ],
  [
    {
      code: 'replaced',
      key,
      accessKeyId,
      since,
      facts: { roles: ['arn:1'], since, isGone: true, places: ['bitbucket acme/web-shop'] },
    },
    'attention',
    'held',
    'Key "web-shop" was replaced by arn:1: AKIA0000000000000OLD went Inactive at ' +
      `${since.toISOString()}, is deleted, and is neither rotated nor delivered any more. What is left is yours: delete its variables at ` +
      'bitbucket acme/web-shop, then take "web-shop" out of the configuration, where the last one leaves "keys: []", and ' +
      'deploy. If somebody needs a key after all, take "replacedBy" away and deploy: a new one is made and delivered.',
  ],
  [
    {
      code: 'token-rejected',
      key,
      accessKeyId,
      connection,
      facts: { ...refused, error: 'scope-missing', torn: false },
    },
    'attention',
    'failed',
    'Key "web-shop": AKIA0000000000000OLD did not reach bitbucket acme/web-shop/Production (scope-missing). It answered 403. ' +
      'The old key keeps working until it has.',
  ],
  [
    { code: 'delivery-failed', key, accessKeyId, facts: { ...refused, error: 'host-rejected', torn: true } },
    'attention',
    'failed',
    'Key "web-shop": AKIA0000000000000OLD did not reach bitbucket acme/web-shop/Production (host-rejected). It answered 403. ' +
      'A delivery before this one left a torn pair, and pipelines may fail until one succeeds.',
  ],
  [
    {
      code: 'torn-pair',
      key,
      accessKeyId,
      facts: { ...refused, error: 'scope-missing', variables: ['ID', 'SECRET'], cure: 'Set ID to AKIA1 by hand.' },
    },
    'attention',
    'failed',
    'Key "web-shop": AKIA0000000000000OLD reached bitbucket acme/web-shop/Production by half (scope-missing): ID and SECRET ' +
      'may belong to two keys, of which each works. Set ID to AKIA1 by hand. It answered 403.',
  ],
  [
    {
      code: 'torn-pair',
      key,
      accessKeyId,
      facts: {
        is: 'left',
        at: new Date('2026-05-01T10:00:00Z'),
        targets: [refused.target, 'bitbucket acme/api'],
        because: 'paused',
      },
    },
    'attention',
    'failed',
    'Key "web-shop": on 2026-05-01 AKIA0000000000000OLD reached bitbucket acme/web-shop/Production or bitbucket acme/api by ' +
      'half, and no delivery has made it whole since. Nothing is delivered while the key is paused: end the pause, and the ' +
      'next delivery writes both halves; or set both there by hand, from the secret.',
  ],
  [
    {
      code: 'torn-pair',
      key,
      accessKeyId,
      isObserved: true,
      facts: { is: 'left', at: new Date('2026-05-01T10:00:00Z'), targets: [], because: 'observed' },
    },
    'attention',
    'failed',
    'Key "web-shop": on 2026-05-01 AKIA0000000000000OLD reached a place that is no target any more by half, and no delivery ' +
      'has made it whole since. Let the key rotate again (mode: rotate), and the next delivery writes both halves; or set both ' +
      'there by hand, from the secret. But the key is only observed (mode: observe): Keyturn does nothing about it.',
  ],
  [
    {
      code: 'place-unidentified',
      key,
      accessKeyId,
      connection,
      facts: { target: refused.target, needs: 'the scope "repository"' },
    },
    'attention',
    'failed',
    'Key "web-shop": AKIA0000000000000OLD was delivered to bitbucket acme/web-shop/Production, and nobody could tell ' +
      'whether that is still the place of before: the token may not read it any more. Give it the scope "repository", or ' +
      'name the target by its IDs.',
  ],
  [
    {
      code: 'place-replaced',
      key,
      accessKeyId,
      facts: { target: refused.target, reason: 'Its IDs were a, and are b.' },
    },
    'attention',
    'held',
    'Key "web-shop": AKIA0000000000000OLD was not delivered. Its IDs were a, and are b. Somebody has deleted or renamed ' +
      'the first one and given its name to another. If the new one is meant, name it by its IDs in the configuration, ' +
      'and deploy the stack; if not, find out who made it, and correct the name.',
  ],
  [
    {
      code: 'drifted',
      key,
      accessKeyId,
      facts: { waits: 'nothing', target: 'bitbucket acme/web-shop', differences: ['A is missing'], setting: 'repair' },
    },
    'attention',
    'failed',
    'Key "web-shop": bitbucket acme/web-shop does not hold what was delivered to it: A is missing. ' +
      'AKIA0000000000000OLD is delivered there again. Find out who changes it, or it comes to that again.',
  ],
  [
    {
      code: 'drifted',
      key,
      accessKeyId,
      facts: { waits: 'nothing', target: 'bitbucket acme/web-shop', differences: ['A', 'B'], setting: 'report' },
    },
    'attention',
    'failed',
    'Key "web-shop": bitbucket acme/web-shop does not hold what was delivered to it: A; B. ' +
      'Nothing was written (drift: report). Put it right there, or deliver again with drift: repair.',
  ],
  [
    {
      code: 'drifted',
      key,
      accessKeyId,
      since,
      facts: { waits: 'retirement', successor: 'AKIANEW', seenAt: day(90) },
    },
    'attention',
    'failed',
    'Key "web-shop": AKIA0000000000000OLD stays as it is, because a target does not hold its successor AKIANEW, seen at ' +
      '2026-04-01T03:00:00.000Z. Put it right there, or set drift: repair.',
  ],
  [
    {
      code: 'unchecked',
      key,
      accessKeyId,
      facts: {
        waits: 'nothing',
        target: 'bitbucket acme/web-shop',
        error: 'host-down',
        reason: 'It did not answer.',
        checkedAt: day(90),
        isLate: false,
      },
    },
    'notice',
    'blocked',
    'Key "web-shop": whether bitbucket acme/web-shop still holds AKIA0000000000000OLD could not be looked at (host-down; ' +
      'last seen: 2026-04-01T03:00:00.000Z). It did not answer. That says nothing about what is there; sync looks again ' +
      'every hour.',
  ],
  [
    {
      code: 'unchecked',
      key,
      accessKeyId,
      since,
      facts: { waits: 'retirement', successor: 'AKIANEW', checkedAt: undefined, isLate: true },
    },
    'attention',
    'blocked',
    'Key "web-shop": AKIA0000000000000OLD stays as it is until sync has looked whether its successor AKIANEW is still at ' +
      'every target (last seen: never since its delivery). Sync looks every hour; its findings say what is in the way.',
  ],
  [
    { code: 'token-expires', connection, facts: { is: 'ending', end: day(92), days: 2 } },
    'attention',
    'failed',
    'The token of connection "acme" ends at 2026-04-03T03:00:00.000Z, in 2 days, says the tag keyturn:expires of ' +
      'keyturn/connections/acme. After that no fresh key reaches its targets. Store a new token and correct the tag.',
  ],
  [
    { code: 'token-expires', connection, facts: { is: 'ended', end: day(89) } },
    'attention',
    'failed',
    'The token of connection "acme" ended at 2026-03-31T03:00:00.000Z, says the tag keyturn:expires of ' +
      'keyturn/connections/acme. No fresh key reaches its targets. Store a new token and correct the tag; if a new one is ' +
      'there already, correct the tag.',
  ],
  [
    { code: 'token-expires', connection, facts: { is: 'unreadable' } },
    'attention',
    'failed',
    'The tag keyturn:expires of keyturn/connections/acme, which holds the token of connection "acme", is not a date such as ' +
      '2027-03-01, or a date-time with its zone such as 2027-03-01T12:00:00Z. Correct or remove it.',
  ],
  [
    { code: 'undelivered', key, accessKeyId, since, facts: { waits: 'rotation' } },
    'attention',
    'blocked',
    'Key "web-shop": AKIA0000000000000OLD has not reached every target yet, so its successor has to wait. The findings of ' +
      "the sync function say what is in delivery's way.",
  ],
  [
    {
      code: 'breaker-open',
      connection,
      facts: {
        host: 'https://api.bitbucket.org/2.0',
        stuck: [
          { id: 'a', since },
          { id: 'b', since: day(91) },
        ],
      },
    },
    'attention',
    'blocked',
    'No key that is delivered over connection "acme" (https://api.bitbucket.org/2.0) is rotated until delivery works again: ' +
      '"a" since 2026-04-01T03:00:00.000Z, "b" since 2026-04-02T03:00:00.000Z did not reach every target. Keys of other hosts ' +
      'are rotated, keys that somebody deleted or deactivated are repaired, and what an operator asks for by name is done.',
  ],
  [
    {
      code: 'breaker-open',
      facts: {
        host: 'arn:aws:lambda:eu-west-1:111122223333:function:deliver',
        stuck: Array.from({ length: 11 }, (_, index) => ({ id: `k${index}`, since })),
      },
    },
    'attention',
    'blocked',
    'No key that is delivered over one function (arn:aws:lambda:eu-west-1:111122223333:function:deliver) is rotated until ' +
      `delivery works again: ${Array.from({ length: 10 }, (_, index) => `"k${index}" since 2026-04-01T03:00:00.000Z`).join(', ')} ` +
      'and 1 more did not reach every target. Keys of other hosts are rotated, keys that somebody deleted or deactivated ' +
      'are repaired, and what an operator asks for by name is done.',
  ],
  [
    { code: 'secret-edited', key, facts: { seenBy: 'delivery', secret } },
    'attention',
    'blocked',
    'Key "web-shop": the current version of keyturn/web-shop was put there by hand and is not delivered. The next rotation ' +
      'replaces it.',
  ],
  [
    { code: 'secret-missing', key, facts: { is: 'absent' } },
    'attention',
    'blocked',
    'Key "web-shop" has no secret keyturn/web-shop. If it was deleted: aws secretsmanager restore-secret --secret-id ' +
      'keyturn/web-shop. If it cannot be restored: take the key out of the configuration, deploy, put it back, and deploy ' +
      'again; deploying alone makes no new one.',
  ],
  [
    { code: 'secret-missing', key, error: 'secret-missing', facts: { is: 'failed', error: 'secret-missing', reason } },
    'attention',
    'blocked',
    'AWS says no.',
  ],
  [
    { code: 'in-use', key, accessKeyId, facts: { used: { at: day(89) }, idleFor: 2, until: day(100) } },
    'attention',
    'held',
    'Key "web-shop": AKIA0000000000000OLD is due to be made Inactive but was used 2026-03-31T03:00:00.000Z. It is held until ' +
      'it has been idle for 2 days, at most until 2026-04-11T03:00:00.000Z. Something still uses the old key: a copy outside ' +
      'the targets, or a pipeline that keeps its variables.',
  ],
  [
    {
      code: 'two-keys',
      key,
      error: 'key-limit',
      facts: { is: 'failed', doing: 'the rotate run', error: 'key-limit', reason },
    },
    'attention',
    'blocked',
    'Key "web-shop": the rotate run failed (key-limit). AWS says no.',
  ],
  [
    {
      code: 'withdrawn',
      key,
      accessKeyId,
      facts: { user, current: 'AKIABEFORE', dates: { deactivate: day(101), delete: day(111) } },
    },
    'notice',
    'held',
    'Key "web-shop" was rolled back to AKIABEFORE, and is to be rotated. AKIA0000000000000OLD, which was withdrawn, has the ' +
      'second place of bitbucket-web-shop: it is kept for inspection, and never delivered. It is made Inactive from ' +
      '2026-04-12 on and deleted from 2026-04-22 on. Then the key is rotated.',
  ],
  [
    { code: 'withdrawn', key, accessKeyId, facts: { user, current: 'AKIABEFORE' } },
    'notice',
    'held',
    'Key "web-shop" was rolled back to AKIABEFORE, and is to be rotated. AKIA0000000000000OLD, which was withdrawn, has the ' +
      'second place of bitbucket-web-shop: it is kept for inspection, and never delivered. It is retired when AKIABEFORE is ' +
      'at every target again, and the overlap has passed. Then the key is rotated.',
  ],
  ...(
    [
      [
        'not-in-record',
        "its secret's tag keyturn:withdrawn says that an administrator took AKIA0000000000000OLD back at " +
          '2026-04-01T03:00:00.000Z, and the sealed record has no such request. Nothing was done. Either the function that was ' +
          'asked died before it could say so: ask again with keyturn rollback. Or somebody else has written the tag: see who, ' +
          'in CloudTrail.',
      ],
      [
        'no-key-before',
        'AKIA0000000000000OLD was to be rolled back at 2026-04-01T03:00:00.000Z, and IAM lists none of the keys that were ' +
          'stored before it any more. It stays current. If it must not be used, rotate the key: keyturn rotate.',
      ],
      [
        'lapsed',
        'AKIA0000000000000OLD was to be rolled back at 2026-04-01T03:00:00.000Z, and that could not be done within a day. It ' +
          'is not tried any more: what stood in the way was told by the runs since. It is the current key, and is delivered ' +
          'again.',
      ],
      [
        'overtaken',
        'AKIA0000000000000OLD was to be rolled back at 2026-04-01T03:00:00.000Z, and a younger key became current meanwhile. ' +
          'It is superseded like any other. See whether the younger one is right.',
      ],
    ] as const
  ).map(
    ([is, words]) =>
      [
        { code: 'not-rolled-back', key, accessKeyId, facts: { is, askedAt: since } },
        'attention',
        'blocked',
        `Key "web-shop": ${words}`,
      ] as const,
  ),
  [
    { code: 'foreign-key', key, accessKeyId, since, facts: { user, createdAt: since } },
    'attention',
    'failed',
    'User bitbucket-web-shop has the access key AKIA0000000000000OLD, created 2026-04-01T03:00:00.000Z by hand. Keyturn ' +
      'never touches it. If nobody needs it: aws iam delete-access-key --user-name bitbucket-web-shop --access-key-id ' +
      'AKIA0000000000000OLD',
  ],
  [
    { code: 'record-unavailable', facts: { error: 'aws-denied', reason } },
    'attention',
    'failed',
    "The audit record could not be written (aws-denied). AWS says no. The function's own log has the events.",
  ],
  [
    {
      code: 'step-failed',
      key,
      error: 'aws-denied',
      facts: { is: 'failed', doing: 'looking for its secret', error: 'aws-denied', reason },
    },
    'attention',
    'failed',
    'Key "web-shop": looking for its secret failed (aws-denied). AWS says no.',
  ],
  [
    { code: 'step-failed', error: 'aws-denied', facts: { is: 'stopped', error: 'aws-denied', reason } },
    'attention',
    'failed',
    'The whole run was stopped (aws-denied). AWS says no. Lambda tries again; nothing is half-done.',
  ],
  [
    { code: 'invalid-entry', key, facts: { is: 'unreadable', reason: 'Entry "web-shop" has no user.' } },
    'attention',
    'blocked',
    'Entry "web-shop" has no user.',
  ],
  [
    { code: 'request-refused', key, facts: { is: 'no-key' } },
    'attention',
    'blocked',
    '"web-shop" was asked for, but there is no managed key of that id that can be worked on. Nothing was done for it.',
  ],
  [
    { code: 'request-refused', key, facts: { is: 'observed' } },
    'attention',
    'blocked',
    '"web-shop" was asked for, but Keyturn only observes that key (mode: observe). Nothing was done for it. Give it mode: ' +
      'rotate in the configuration, deploy, and ask again.',
  ],
  [
    {
      code: 'request-refused',
      key,
      accessKeyId,
      facts: { is: 'not-again', target: 'data center i-1 by d', reason: 'data center i-1 by d: it cannot be asked.' },
    },
    'attention',
    'blocked',
    `Access key ${accessKeyId} of "web-shop" was to be delivered once more. No node was restarted for that at data center ` +
      'i-1 by d: it cannot be asked. The key counts as delivered there, as it did before: cure that, and ask again.',
  ],
  [
    { code: 'request-refused', facts: { is: 'event', reason: 'keys: expected a list of ids.' } },
    'attention',
    'blocked',
    'The event that started this run was refused, and nothing was done. keys: expected a list of ids.',
  ],
  [
    { code: 'invalid-pause', key, facts: { secret } },
    'attention',
    'blocked',
    'Key "web-shop" is paused without an end: the tag keyturn:paused of keyturn/web-shop has to begin with a date such as ' +
      '2027-03-01, or a date-time with its zone such as 2027-03-01T12:00:00Z, then say who pauses it and why, without an ' +
      'hour that the date lacks. Nothing is changed until it is corrected or removed.',
  ],
  [
    { code: 'reactivated', key, accessKeyId, facts: { overlapDays: 10 } },
    'attention',
    'failed',
    'Key "web-shop": somebody made the superseded key AKIA0000000000000OLD Active again. It is left so for 10 more days; ' +
      "move what still uses it to the targets' current key.",
  ],
  [
    { code: 'key-promoted', key, accessKeyId, facts: {} },
    'attention',
    'failed',
    'Key "web-shop": AKIA0000000000000OLD is current again, because what was current does not work and the user has no room ' +
      'for a new key.',
  ],
  [
    { code: 'rotation-in-progress', key, facts: { is: 'at-work', run: 'run-7', began } },
    'notice',
    'blocked',
    'Key "web-shop": run run-7 began a rotation at 2026-04-01T03:00:00.000Z and may still be at work. The next run looks ' +
      'again; an intent older than an hour is cleaned up.',
  ],
  [
    {
      code: 'rotation-cap',
      facts: { limit: 5, waiting: Array.from({ length: 11 }, (_, index) => `k${index}`), isFirst: false },
    },
    'attention',
    'blocked',
    "5 rotations are this run's limit; 11 keys wait for the next 3 runs (k0, k1, k2, k3, k4, k5, k6, k7, k8, k9). Keys are " +
      'brought forward so that none is late, but these are too many at once: raise maxRotationsPerRun.',
  ],
  [
    { code: 'rotation-cap', facts: { limit: 5, waiting: ['a', 'b'], isFirst: true } },
    'notice',
    'blocked',
    "5 rotations are this run's limit; 2 keys wait for the next run (a, b). All of them wait for their first rotation, " +
      'which new keys make over as many days as it takes.',
  ],
  [
    { code: 'paused', key, facts: { secret, until: day(100), by: 'alice', long: false } },
    'notice',
    'held',
    'Key "web-shop" is paused until 2026-04-11T03:00:00.000Z by alice. Remove the tag keyturn:paused of keyturn/web-shop to ' +
      'go on sooner.',
  ],
  [
    {
      code: 'observed',
      key,
      facts: { would: [{ do: 'rotate', reason: 'due' }], waits: [], oldest: { accessKeyId, days: 97 } },
    },
    'notice',
    'held',
    'Keyturn only observes key "web-shop" (mode: observe), and has done nothing. It would make a fresh key (due) and ' +
      `deliver it. ${accessKeyId} is 97 days old.`,
  ],
  [
    {
      code: 'observed',
      key,
      facts: {
        would: [
          { do: 'discard-orphan', accessKeyId },
          { do: 'remove-label', label: 'DELIVERED-1', versionId: 'v' },
          { do: 'clear-intent' },
          { do: 'rotate', reason: 'first' },
        ],
        waits: [],
      },
    },
    'notice',
    'held',
    `Keyturn only observes key "web-shop" (mode: observe), and has done nothing. It would delete ${accessKeyId}, which a ` +
      'run that died has left, tidy up tags and labels of its secret and make a fresh key (first) and deliver it.',
  ],
  [
    { code: 'observed', key, facts: { would: [], waits: ['unchecked'], oldest: { accessKeyId, days: 10 } } },
    'notice',
    'held',
    'Keyturn only observes key "web-shop" (mode: observe), and has done nothing. It would wait until sync has looked ' +
      `whether its targets hold the current key. ${accessKeyId} is 10 days old.`,
  ],
  [
    { code: 'foreign-key', key, accessKeyId, facts: { user: 'ci', createdAt: since }, isObserved: true },
    'attention',
    'failed',
    expect.stringMatching(/But the key is only observed \(mode: observe\): Keyturn does nothing about it\.$/),
  ],
  [
    { code: 'report-unavailable', facts: { denied: false, again: false } },
    'notice',
    'ok',
    'The IAM credential report could not be read (IAM did not finish it in time). Keys that are due are handled. What was ' +
      'changed by hand is seen by the next run that has a report.',
  ],
  [
    {
      code: 'report-unavailable',
      facts: { denied: true, reason, again: false, looks: { looked: 12, left: [] } },
    },
    'attention',
    'failed',
    'The IAM credential report could not be read (AWS says no.). Keys that are due are handled. In its place the users of ' +
      '12 keys were looked at one by one: nothing that was changed by hand is missed.',
  ],
  [
    {
      code: 'report-unavailable',
      facts: { denied: false, again: true, looks: { looked: 400, left: ['k401', 'k402'] } },
    },
    'attention',
    'failed',
    'The IAM credential report could not be read, as on the day before (IAM did not finish it in time). Keys that are due ' +
      'are handled. In its place the users of 400 keys were looked at one by one: 2 are left, and come first in the next ' +
      'run ("k401" before the others).',
  ],
  [
    { code: 'out-of-time', facts: { left: ['a', 'b'], of: 5 } },
    'notice',
    'ok',
    "The run's time was nearly up: 2 of 5 keys are left for the next one (a, b).",
  ],
  [
    { code: 'out-of-time', facts: { left: Array.from({ length: 10 }, (_, index) => `k${index}`), of: 12 } },
    'notice',
    'ok',
    "The run's time was nearly up: 10 of 12 keys are left for the next one (k0, k1, k2, k3, k4, k5, k6, k7, k8, k9).",
  ],
  [
    { code: 'out-of-time', facts: { left: Array.from({ length: 11 }, (_, index) => `k${index}`), of: 12 } },
    'notice',
    'ok',
    "The run's time was nearly up: 11 of 12 keys are left for the next one (k0, k1, k2, k3, k4, k5, k6, k7, k8, k9, …).",
  ],
  [
    { code: 'inactive-since-unknown', key, accessKeyId, facts: { recoveryDays: 10, usedSince: day(89) } },
    'notice',
    'ok',
    'Key "web-shop": AKIA0000000000000OLD is Inactive; it was used at 2026-03-31T03:00:00.000Z, so somebody had made it ' +
      'Active again. Its 10 days of recovery count from now.',
  ],
  [
    { code: 'orphan-discarded', key, accessKeyId, facts: { run: 'run-7' } },
    'notice',
    'ok',
    'Key "web-shop": run run-7 created AKIA0000000000000OLD and ended before it was stored. It was never handed to anybody ' +
      'and is deleted.',
  ],
  [
    { code: 'settling', key, facts: { since } },
    'notice',
    'blocked',
    'Key "web-shop" was rotated or delivered at 2026-04-01T03:00:00.000Z; a delivery may still be under way, so it is not ' +
      'rotated again so soon.',
  ],
  [
    { code: 'not-deployed', key, facts: { is: 'differs', says: 'user other, delivered to nobody', lasts: true } },
    'attention',
    'held',
    'The registry entry /keyturn/keys/web-shop says: user other, delivered to nobody. The deployment has said something else ' +
      'of this key, in the policy of the secret keyturn/web-shop. So nothing is done for the key, and nothing is sent ' +
      'anywhere. See who wrote the entry, and deploy the stack of the key again.',
  ],
  [
    { code: 'not-deployed', key, facts: { is: 'unsaid', says: 'user other, delivered to nobody', lasts: false } },
    'notice',
    'held',
    expect.stringContaining('No deployment of this version has said anything of this key, in the policy of the secret'),
  ],
  [
    {
      code: 'not-deployed',
      key,
      facts: { is: 'shared-user', with: 'store', says: 'user shop, delivered to nobody', lasts: true },
    },
    'attention',
    'held',
    expect.stringContaining('The key "store" has the same user, and a user has room for one managed key.'),
  ],
  [
    {
      code: 'not-deployed',
      key,
      facts: { is: 'made-elsewhere', says: 'user other, delivered to nobody', lasts: true },
    },
    'attention',
    'held',
    expect.stringContaining('No stack of this deployment made the secret keyturn/web-shop, and no key of it has'),
  ],
  [
    { code: 'registry-lost', facts: { entries: 0, lost: ['web-shop', 'images'] } },
    'attention',
    'blocked',
    'The registry has 0 entries, and 2 secrets of managed keys are in none (web-shop, images): another file was deployed, ' +
      'or keys were moved or taken out. Put them back with "secret: existing" and deploy; their secrets hold all that ' +
      'Keyturn knows of them, so delete none. If they were taken out on purpose, delete their secrets when nothing reads ' +
      'them.',
  ],
  [
    { code: 'users-path', facts: { is: 'unmanaged', path: '/pipelines/', users: ['by-hand'] } },
    'attention',
    'blocked',
    '1 user under /pipelines/ (users.path) belongs to no managed key: by-hand. The functions may act on every user there, ' +
      'so manage them, or move them to another path (aws iam update-user --user-name NAME --new-path /).',
  ],
  [
    { code: 'users-path', key, facts: { is: 'outside', path: '/pipelines/', user, found: '/ci/' } },
    'attention',
    'blocked',
    'User bitbucket-web-shop of key "web-shop" is under /ci/, and the functions may act on users under /pipelines/ only ' +
      '(users.path), so its key is not rotated. Move it, which its keys survive (aws iam update-user --user-name ' +
      'bitbucket-web-shop --new-path /pipelines/); see first which policies name its ARN, which changes.',
  ],
  [
    {
      code: 'quarantined',
      key,
      user,
      facts: {
        is: 'managed',
        user,
        policies: ['', 'V9'].map((version) => `arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantine${version}`),
      },
    },
    'attention',
    'blocked',
    'Key "web-shop": AWS has put its user bitbucket-web-shop in quarantine (AWSCompromisedKeyQuarantine, ' +
      'AWSCompromisedKeyQuarantineV9), as it does when it sees a leaked key. The keys go on working, but the user is denied a ' +
      'list of actions, such as s3:GetObject, ecr:GetAuthorizationToken, lambda:UpdateFunctionCode and iam:PassRole: pipelines ' +
      "may fail with a key that works. Make the leaked key harmless first, and do what AWS's support case asks for; then end " +
      'it: aws iam detach-user-policy --user-name bitbucket-web-shop --policy-arn ' +
      'arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantine; aws iam detach-user-policy --user-name bitbucket-web-shop ' +
      '--policy-arn arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV9',
  ],
  [
    { code: 'quarantined', facts: { is: 'others', users: ['jo'], known: [] } },
    'attention',
    'blocked',
    'AWS has put 1 IAM user of no managed key in quarantine, as it does when it sees a leaked key: jo. Keyturn does nothing ' +
      "about it. Make the leaked key harmless first, and do what AWS's support case asks for.",
  ],
  [
    {
      code: 'quarantined',
      facts: {
        is: 'others',
        users: Array.from({ length: 11 }, (_, at) => `u${at}`),
        known: Array.from({ length: 11 }, (_, at) => `u${at}`),
      },
    },
    'notice',
    'blocked',
    expect.stringContaining('11 IAM users of no managed key in quarantine'),
  ],
  [
    { code: 'quarantined', facts: { is: 'others', users: ['jo', 'zoe'], known: ['zoe'] } },
    'attention',
    'blocked',
    expect.stringContaining('2 IAM users of no managed key in quarantine'),
  ],
  [
    {
      code: 'quarantined',
      facts: { is: 'unknown', unknownSince: new Date('2026-05-01T10:00:00Z'), reason: 'Denied.', lasts: true },
    },
    'attention',
    'blocked',
    'Whom AWS has put in quarantine is not known, or not of all, since 2026-05-01T10:00:00.000Z: that none is found proves ' +
      'nothing. The role of rotate needs iam:ListPolicies and iam:ListEntitiesForPolicy. Denied.',
  ],
  [
    {
      code: 'quarantined',
      facts: { is: 'unknown', unknownSince: new Date('2026-05-01T10:00:00Z'), reason: 'Denied.', lasts: false },
    },
    'notice',
    'blocked',
    'Whom AWS has put in quarantine is not known, or not of all, since 2026-05-01T10:00:00.000Z: that none is found proves ' +
      'nothing. The role of rotate needs iam:ListPolicies and iam:ListEntitiesForPolicy. Denied.',
  ],
  [
    { code: 'unmanaged-secret', key, facts: { is: 'there' } },
    'notice',
    'ok',
    'The secret keyturn/web-shop is in no registry entry: its key is not rotated any more. It is the only record of which key ' +
      'is current: keep it for as long as the key is used. A key of the same user under another id takes it over.',
  ],
  [
    { code: 'unmanaged-secret', key, facts: { is: 'there', takenOverBy: 'store' } },
    'notice',
    'ok',
    'The secret keyturn/web-shop is in no registry entry; the key "store" takes its state over. Keep it until that ' +
      'key was rotated and the older keys of the user are gone.',
  ],
  [
    {
      code: 'taking-over',
      key,
      facts: {
        user,
        from: 'keyturn/shop',
        current: 'AKIANEW',
        superseded: 'AKIAOLD',
        dates: { deactivate: since, delete: since },
      },
    },
    'notice',
    'held',
    'Key "web-shop" goes on where keyturn/shop left off: of the two keys of bitbucket-web-shop, AKIANEW is current and AKIAOLD is ' +
      'superseded. That one is made Inactive from 2026-04-01 on and deleted from 2026-04-01 on. Then the first key of ' +
      '"web-shop" is made. Keep keyturn/shop until then.',
  ],
  [
    {
      code: 'taking-over',
      key,
      facts: { user, from: 'keyturn/shop', current: 'AKIANEW', superseded: 'AKIAOLD' },
    },
    'notice',
    'held',
    'Key "web-shop" goes on where keyturn/shop left off: of the two keys of bitbucket-web-shop, AKIANEW is current and AKIAOLD is ' +
      "superseded. That one stays until the current one is at all of today's targets, which other ones had before. If sync " +
      'cannot read keyturn/shop (proof-failed), delete AKIAOLD when nothing uses it. Then the first key of "web-shop" is ' +
      'made. Keep keyturn/shop until then.',
  ],
  [
    { code: 'user-spelling', key, user: 'Deploy', facts: { written: 'deploy', iam: 'Deploy' } },
    'attention',
    'blocked',
    'The user of key "web-shop" is written deploy, and IAM spells it Deploy. IAM takes the two for one user, but policies that ' +
      `name it do not, Keyturn's own among them. Write "user: Deploy" and deploy again; the key goes on as it is.`,
  ],
  [
    { code: 'user-changed', key, user, facts: { is: 'changed', from: user, to: 'deploy', current: 'AKIAOLD' } },
    'attention',
    'held',
    'The user of key "web-shop" was changed from bitbucket-web-shop to deploy. The keys of bitbucket-web-shop, AKIAOLD among them, go on ' +
      'working; a first key of deploy is made and delivered now. Keyturn has no right to bitbucket-web-shop any more, and tells ' +
      'every day what is left to do there.',
  ],
  [
    { code: 'user-changed', key, user, facts: { is: 'followed', from: user, to: 'deploy', isDue: false } },
    'notice',
    'held',
    'The user of key "web-shop" was bitbucket-web-shop before it was deploy, and bitbucket-web-shop still has keys. Keyturn has no right ' +
      'to them. Leave them as they are: the first key of deploy is not delivered yet.',
  ],
  [
    { code: 'unmanaged-secret', key, facts: { is: 'changed' } },
    'notice',
    'ok',
    'keyturn/web-shop changed, but the registry has no such key.',
  ],
  [
    { code: 'unknown-event', facts: {} },
    'notice',
    'ok',
    'The event that started this run has a shape that Keyturn does not know. Everything was looked at instead.',
  ],
];

/** Of a key that has leaked. */
function leaks(): typeof EXAMPLES {
  const sessions = 'Sessions that were taken with it go on, for up to 36 hours: the runbook says how to end them.';
  const at = day(90);
  const said =
    'Key "web-shop": AKIA0000000000000OLD has leaked (said at 2026-04-01T03:00:00.000Z) and is still Active.';
  const orNow =
    'If that takes too long: keyturn rotate web-shop --compromised --key AKIA0000000000000OLD --now makes it Inactive first, and pipelines fail until they have the new one.';
  const active = (waits: LeakWaits, words: string) =>
    [
      { code: 'compromised', key, accessKeyId, facts: { at, order: 'deliver-first', waits, user } },
      'attention',
      'failed',
      `${said} ${words}`,
    ] as const;
  const disabled = (minutes: number, wasCurrent: boolean, words: string) =>
    [
      { code: 'compromised-disabled', key, accessKeyId, facts: { at, minutes, wasCurrent } },
      'attention',
      'held',
      `Key "web-shop": the leaked key AKIA0000000000000OLD was made Inactive ${words} It is deleted after its recovery. ${sessions} ` +
        'CloudTrail says what it did: aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=AKIA0000000000000OLD',
    ] as const;
  const used: UsesSince = {
    since: at,
    calls: 7,
    isWhole: true,
    unread: 0,
    services: ['iam', 's3'],
    addresses: ['203.0.113.7'],
    last: day(90, HOUR),
    regions: ['eu-central-1', 'us-east-1'],
    unasked: [],
  };
  const GAPS =
    'Other regions, and what only touches data, such as S3 objects, are not in there; the last quarter of an hour may be missing.';
  const MORE =
    'More: aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=AKIA0000000000000OLD';
  const did = (changes: Partial<UsesSince>, severity: string, words: string) =>
    [
      {
        code: 'compromised-uses',
        key,
        accessKeyId,
        facts: { disabledAt: day(90, HOUR), minutes: 60, used: { ...used, ...changes } },
      },
      severity,
      severity === 'notice' ? 'ok' : 'failed',
      'Key "web-shop": the leaked key AKIA0000000000000OLD was made Inactive at 2026-04-01T04:00:00.000Z, 60 minutes after it ' +
        `was said to have leaked. CloudTrail ${words} What pipelines did with it is among that. ${MORE}`,
    ] as const;
  const many = Array.from({ length: 7 }, (_, index) => `203.0.113.${index}`);
  const unproved = (is: 'unproved' | 'unreadable', words: string) =>
    [
      { code: 'compromised-unproved', key, accessKeyId, facts: { is, at, order: 'disable-first', secret } },
      'attention',
      'blocked',
      'Key "web-shop": the tag keyturn:disable-first of keyturn/web-shop says since 2026-04-01T03:00:00.000Z that ' +
        `AKIA0000000000000OLD has leaked. ${words} If it has leaked: keyturn rotate web-shop --compromised --key AKIA0000000000000OLD.`,
    ] as const;
  return [
    active(
      'rotation',
      `Its successor is being made; it is made Inactive as soon as that is at every target, within minutes. ${orNow}`,
    ),
    active(
      'settling',
      'It was made or delivered so lately that a delivery may still be under way. Its successor is made by the first hourly ' +
        `run of sync after that: 80 minutes after it was made, and up to an hour more. ${orNow}`,
    ),
    active(
      'room',
      'User bitbucket-web-shop has two access keys, so there is no room for its successor. Delete the one beside ' +
        'AKIA0000000000000OLD if nobody needs it (aws iam delete-access-key --user-name bitbucket-web-shop --access-key-id …); ' +
        `Keyturn does not do so before its time. ${orNow}`,
    ),
    active(
      'delivery',
      `Its successor is not at every target yet; the findings of the sync function say what is in the way. ${orNow}`,
    ),
    active('successor', 'Its successor was deleted or made Inactive by hand; the next rotation repairs that first.'),
    active(
      'person',
      "It is none of Keyturn's: somebody made it by hand, and Keyturn touches no such key. Make it Inactive: aws iam " +
        'update-access-key --user-name bitbucket-web-shop --access-key-id AKIA0000000000000OLD --status Inactive',
    ),
    disabled(0, false, 'less than a minute after it was said to have leaked. Pipelines have its successor.'),
    disabled(1, false, '1 minute after it was said to have leaked. Pipelines have its successor.'),
    disabled(
      4,
      true,
      '4 minutes after it was said to have leaked. Its successor is made and delivered at once; pipelines fail until they have it.',
    ),
    unproved(
      'unreadable',
      'The record could not be read, which has to say so too, so nothing was done; the next run looks again.',
    ),
    unproved(
      'unproved',
      'The record has no sealed word of an administrator for it, so nothing was done: whoever may tag secrets can have written it.',
    ),
    ...(
      [
        ['notify', 'onExposed is notify'],
        ['paused', 'the key is paused: keyturn resume lets it go on'],
        ['observed', 'the key is only observed (mode: observe)'],
      ] as const
    ).map(
      ([is, because]) =>
        [
          {
            code: 'exposed',
            key,
            accessKeyId,
            facts: { is, source: 'aws.health', what: 'AWS_RISK_CREDENTIALS_EXPOSED' },
          },
          'attention',
          'blocked',
          'Key "web-shop": aws.health says that AKIA0000000000000OLD has leaked (AWS_RISK_CREDENTIALS_EXPOSED). Nothing was ' +
            `done, because ${because}. Make it harmless: keyturn rotate web-shop --compromised --key AKIA0000000000000OLD.`,
        ] as const,
    ),
    ...[undefined, 'jo'].map(
      (owner) =>
        [
          {
            code: 'exposed-unmanaged',
            facts: { leaked: accessKeyId, source: 'aws.guardduty', what: 'Recon:X', user: owner },
          },
          'attention',
          'blocked',
          `aws.guardduty says that the access key AKIA0000000000000OLD${owner === undefined ? '' : ' of the IAM user jo'} has ` +
            'leaked (Recon:X). It is of no managed user, so Keyturn does nothing about it. Make it Inactive: aws iam ' +
            `update-access-key --user-name ${owner ?? '…'} --access-key-id AKIA0000000000000OLD --status Inactive`,
        ] as const,
    ),
    [
      { code: 'compromised-disabled', key, accessKeyId, facts: { at, minutes: 2, wasCurrent: false, used } },
      'attention',
      'held',
      'Key "web-shop": the leaked key AKIA0000000000000OLD was made Inactive 2 minutes after it was said to have leaked. ' +
        `Pipelines have its successor. It is deleted after its recovery. ${sessions} ` +
        'CloudTrail has 7 calls by it since ' +
        '2026-04-01T03:00:00.000Z, in eu-central-1, us-east-1: for iam, s3; from 203.0.113.7; the last at ' +
        `2026-04-01T04:00:00.000Z. ${GAPS} ${MORE}`,
    ],
    did(
      { calls: 300, isWhole: false, addresses: many, unasked: ['ap-south-1'] },
      'attention',
      'has more than 300 calls by it since 2026-04-01T03:00:00.000Z, in eu-central-1, us-east-1: the others were not read; of ' +
        'the latest 300 only: for iam, s3; from 7 addresses: 203.0.113.0, 203.0.113.1, 203.0.113.2, 203.0.113.3, 203.0.113.4 and 2 more; the last at ' +
        `2026-04-01T04:00:00.000Z. ap-south-1 could not be asked. ${GAPS}`,
    ),
    did(
      { calls: 0, services: [], addresses: [], last: undefined },
      'notice',
      `has no call by it since 2026-04-01T03:00:00.000Z, in eu-central-1, us-east-1. ${GAPS}`,
    ),
    did(
      { calls: 0, services: [], addresses: [], last: undefined, regions: [], unasked: ['eu-central-1'] },
      'attention',
      'could not be asked what it did (eu-central-1).',
    ),
    [
      { code: 'request-refused', key, accessKeyId, facts: { is: 'no-access-key', user } },
      'attention',
      'blocked',
      'Access key AKIA0000000000000OLD of "web-shop" was said to have leaked, but its user bitbucket-web-shop has no such key. ' +
        'Nothing was done for it. Look whether the ID is right.',
    ],
  ];
}

describe('what is said of a finding', () => {
  it.each(EXAMPLES)('$code: %#', (finding, severity, outcome, message) => {
    expect(described(finding)).toMatchObject({ code: finding.code, severity, outcome, message });
  });

  it('has an example of each', () => {
    const shown = new Set(EXAMPLES.map(([{ code }]) => code));
    expect([...FINDING_CODES].filter((code) => !shown.has(code))).toEqual([]);
  });

  it('names the trouble with a token in few words, and the connection', () => {
    const of = (error: 'token-rejected' | 'scope-missing', torn: boolean) =>
      described({ code: 'token-rejected', key, accessKeyId, connection, facts: { ...refused, error, torn } });
    expect(of('token-rejected', false)).toMatchObject({
      what: 'the host rejects the token of connection acme',
      brokenNow: 'Nothing is broken while the key before works: it is kept until the fresh one is everywhere.',
    });
    expect(of('scope-missing', true)).toMatchObject({
      what: 'a scope is missing in the token of connection acme',
      brokenNow: 'Broken now: a pipeline that starts may find half of each key, until the next delivery.',
    });
  });

  it('of a torn pair does not say that a key goes on working there (K1)', () => {
    const facts = { ...refused, error: 'host-rejected', variables: ['ID', 'SECRET'], cure: 'Set it.' } as const;
    const { brokenNow, message } = described({ code: 'torn-pair', key, accessKeyId, facts });
    expect(brokenNow).toMatch(/^Broken now: /);
    expect(message).not.toContain('keeps working');
  });

  it.each([
    ['rotation', 'Perhaps'],
    ['settling', 'Perhaps'],
    ['room', 'Perhaps'],
    ['delivery', 'Nothing'],
    ['successor', 'Nothing'],
    ['person', 'Nothing'],
  ] as const)(
    'of a leaked key that waits for its %s: a provider gives it to no step until another one is current',
    (waits, is) => {
      const facts = { at: since, order: 'deliver-first', waits, user } as const;
      const { brokenNow } = described({ code: 'compromised', key, accessKeyId, facts });
      expect(brokenNow).toMatch(new RegExp(`^${is}`));
      expect(brokenNow.includes('a step that fetches it from a provider gets nothing (403)')).toBe(is === 'Perhaps');
    },
  );

  it('of a tag that nobody proved says that a provider believes it all the same', () => {
    const facts = { is: 'unproved', at: since, order: 'deliver-first', secret } as const;
    expect(described({ code: 'compromised-unproved', key, accessKeyId, facts }).brokenNow).toMatch(
      /^Perhaps broken: a step that fetches it from a provider gets nothing \(403\) while the tag/,
    );
  });

  it('is about the token where another one is the cure', () => {
    expect(isTokenTrouble('token-rejected')).toBe(true);
    expect(isTokenTrouble('scope-missing')).toBe(true);
    expect(isTokenTrouble('host-down')).toBe(false);
  });

  it('of a step that failed has the error, its words and what was done', () => {
    const error = new KeyturnError('aws-denied', reason);
    expect(failedStep(key, error, 'the sync run')).toEqual({
      code: 'step-failed',
      key,
      error: 'aws-denied',
      facts: { is: 'failed', doing: 'the sync run', error: 'aws-denied', reason },
    });
  });

  it.each([
    ['user-missing', 'user-missing'],
    ['secret-missing', 'secret-missing'],
    ['key-limit', 'two-keys'],
    ['aws-throttled', 'step-failed'],
  ] as const)('of the error %s has the code %s', (error, code) => {
    expect(failedStep(key, new KeyturnError(error, reason)).code).toBe(code);
  });

  it('calls a pause long when it is', () => {
    const paused = (long: boolean) => described({ code: 'paused', key, facts: { secret, until: since, long } }).what;
    expect([paused(false), paused(true)]).toEqual(['paused', 'paused for long']);
  });

  it('is told by those that all functions leave it to, where all of them find it', () => {
    const tellers = [
      described({ code: 'invalid-entry', key, facts: { is: 'unreadable', reason: 'No user.' } }),
      described({ code: 'secret-missing', key, facts: { is: 'absent' } }),
      described({ code: 'secret-missing', key, facts: { is: 'failed', error: 'secret-missing', reason } }),
      described({ code: 'settling', key, facts: { since } }),
    ].map(({ toldBy }) => toldBy);
    expect(tellers).toEqual([['rotate', 'sync'], ['rotate', 'sync'], undefined, undefined]);
  });
});
