import { AUDIT_LOG_GROUP, TAG } from '../names';
import type { BrokenNow, FindingCode } from './codes';
import {
  allOf,
  always,
  auditEvents,
  type Commands,
  lastUses,
  ofAccessKey,
  ofSecret,
  ofUser,
  registryHistory,
  replaceToken,
  start,
  startAgain,
  withoutTag,
} from './commands';

/** What people are told about findings of one code, beside each finding's own message. */
export interface FindingText {
  /** What it is, in a few words: it stands in a subject. */
  readonly what: string;
  readonly brokenNow: BrokenNow;
  readonly commands: Commands;
}

const listKeys = ofUser("See the user's keys", (user) => `list-access-keys --user-name ${user}`);
const repair = start('rotate', 'Repair it now');
const deliver = start('sync', 'Deliver again, when the cause is cured');
const failures = auditEvents('See what failed since yesterday', 'target-failed');
const thisRun = auditEvents('See what the run did');

/** One text a code, for the compiler to demand. The order is that of seriousness: a message starts with the first. */
export const FINDING_TEXTS: Readonly<Record<FindingCode, FindingText>> = {
  'user-missing': {
    what: 'the IAM user is gone',
    brokenNow: 'Broken now: pipelines that use this key cannot log in.',
    commands: allOf(
      ofUser('See whether the user is there', (user) => `get-user --user-name ${user}`),
      start('rotate', 'Make a fresh key, when the user is there again with its rights'),
    ),
  },
  'current-key-missing': {
    what: 'somebody deleted the current key',
    brokenNow: 'Broken now: pipelines that use this key cannot log in until a new one is delivered.',
    commands: repair,
  },
  'current-key-inactive': {
    what: 'somebody made the current key Inactive',
    brokenNow: 'Broken now: pipelines that use this key cannot log in until a new one is delivered.',
    commands: allOf(listKeys, repair),
  },
  'proof-failed': {
    what: 'the key does not authenticate, not delivered',
    brokenNow: 'Perhaps broken: targets keep what they had; if that is the same key, pipelines cannot log in.',
    commands: start('rotate', 'Make a fresh key, unless AWS only did not answer'),
  },
  'hold-limit': {
    what: 'a superseded key in use was made Inactive',
    brokenNow: 'Perhaps broken: whatever still used the old key cannot log in any more.',
    commands: ofAccessKey(
      'Undo it, for another whole overlap',
      (id, user) => `aws iam update-access-key --user-name ${user} --access-key-id ${id} --status Active`,
    ),
  },
  'token-rejected': {
    what: 'the host does not take the token',
    brokenNow: 'Nothing is broken while the key before works: it is kept until the fresh one is everywhere.',
    commands: allOf(replaceToken, deliver),
  },
  'delivery-failed': {
    what: 'a delivery failed',
    brokenNow: 'Nothing is broken while the key before works: it is kept until the fresh one is everywhere.',
    commands: deliver,
  },
  'token-expires': {
    what: 'the token ends soon',
    brokenNow: 'Nothing is broken: pipelines keep their keys; when the token has ended, no fresh key reaches them.',
    commands: replaceToken,
  },
  undelivered: {
    what: 'the current key is not at every target',
    brokenNow: 'Nothing is broken while the key before works: it is kept until the fresh one is everywhere.',
    commands: allOf(failures, deliver),
  },
  'breaker-open': {
    what: 'nothing is rotated, deliveries fail',
    brokenNow: 'Nothing is broken while the keys before work: they are kept until the fresh ones are everywhere.',
    commands: failures,
  },
  'secret-edited': {
    what: 'somebody edited the secret',
    brokenNow:
      'Nothing is broken for pipelines: they keep the key from before. Readers of the secret get the edited value.',
    commands: repair,
  },
  'secret-missing': {
    what: 'the secret is gone',
    brokenNow: 'Nothing is broken for pipelines: targets have their copies. The key is not rotated.',
    commands: ofSecret('Restore the secret', 'restore-secret'),
  },
  'in-use': {
    what: 'a superseded key is still in use',
    brokenNow: 'Nothing is broken: the old key is held. When its hold is over, whatever uses it will be.',
    commands: allOf(
      ofAccessKey('See its last use', (id) => `aws iam get-access-key-last-used --access-key-id ${id}`),
      ofAccessKey(
        'See who uses it',
        (id) => `aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=${id}`,
      ),
    ),
  },
  'two-keys': {
    what: 'two access keys, no room for a fresh one',
    brokenNow: 'Nothing is broken, but the key is not rotated until one of the two is gone.',
    commands: allOf(listKeys, lastUses),
  },
  'foreign-key': {
    what: 'somebody made an access key by hand',
    brokenNow: 'Nothing is broken, but there will be no room for a fresh key.',
    commands: allOf(
      ofAccessKey('See its last use', (id) => `aws iam get-access-key-last-used --access-key-id ${id}`),
      ofAccessKey(
        'Delete it, when nobody needs it',
        (id, user) => `aws iam delete-access-key --user-name ${user} --access-key-id ${id}`,
      ),
    ),
  },
  'record-unavailable': {
    what: 'the audit record cannot be written',
    brokenNow: 'Nothing is broken for pipelines, but no key is deactivated or deleted without a record.',
    commands: always(
      'See whether the log group is there',
      (region) => `aws logs describe-log-groups --region ${region} --log-group-name-prefix ${AUDIT_LOG_GROUP}`,
    ),
  },
  'step-failed': {
    what: 'a step failed',
    brokenNow: 'Nothing is broken: the keys from before stay as they are, and the next run tries again.',
    commands: thisRun,
  },
  'invalid-entry': {
    what: 'no such key, or its entry cannot be read',
    brokenNow: 'Nothing is broken, but the key is left alone until its registry entry can be read.',
    commands: registryHistory('See who changed the entry'),
  },
  'invalid-pause': {
    what: 'paused without an end',
    brokenNow: 'Nothing is broken, but nothing is done for the key until the tag is corrected.',
    commands: withoutTag('End the pause', TAG.paused),
  },
  reactivated: {
    what: 'a deactivated key was made Active again',
    brokenNow: 'Nothing is broken: the key is left Active for another whole overlap.',
    commands: ofAccessKey('See its last use', (id) => `aws iam get-access-key-last-used --access-key-id ${id}`),
  },
  'key-promoted': {
    what: 'an earlier key is current again',
    brokenNow: 'Nothing is broken as soon as it is delivered, which takes seconds.',
    commands: allOf(listKeys, start('sync', 'Deliver it, if that has not happened')),
  },
  'rotation-in-progress': {
    what: 'a rotation has begun and not ended',
    brokenNow: 'Nothing is broken: the key is not rotated until it is known what that rotation left.',
    commands: allOf(listKeys, withoutTag('Go on, when no key is there that nobody knows', TAG.intent)),
  },
  'rotation-cap': {
    what: 'more keys are due than one run may rotate',
    brokenNow: 'Nothing is broken: the others wait for the next runs.',
    commands: startAgain('Rotate the next ones now'),
  },
  paused: {
    what: 'paused for long',
    brokenNow: 'Nothing is broken, but nothing is done for the key until the pause is over.',
    commands: withoutTag('End the pause', TAG.paused),
  },
  'report-unavailable': {
    what: 'the IAM credential report cannot be read',
    brokenNow: 'Nothing is broken: keys that are due are handled; changes made by hand are not seen.',
    commands: always('See whether you can read it', () => 'aws iam get-credential-report --query GeneratedTime'),
  },
  'out-of-time': {
    what: 'the run had no time for all keys',
    brokenNow: 'Nothing is broken: the keys that are left come first in the next run.',
    commands: startAgain('Go on now'),
  },
  'inactive-since-unknown': {
    what: 'Inactive, and nobody knows since when',
    brokenNow: 'Nothing is broken: its recovery counts from now.',
    commands: listKeys,
  },
  'orphan-discarded': {
    what: 'a key that a dead run had left was deleted',
    brokenNow: 'Nothing is broken: nobody ever held it.',
    commands: listKeys,
  },
  settling: {
    what: 'rotated moments ago, not again so soon',
    brokenNow: 'Nothing is broken: the next run looks again.',
    commands: start('rotate', 'Ask again in two hours'),
  },
  'unmanaged-secret': {
    what: 'the secret has no registry entry',
    brokenNow: 'Nothing is broken: its access key works, and nobody rotates it.',
    commands: ofSecret('Delete the secret, when nothing reads it', 'delete-secret'),
  },
  'unknown-event': {
    what: 'an event of an unknown shape',
    brokenNow: 'Nothing is broken: everything was looked at instead.',
    commands: thisRun,
  },
};

/** Place of a code in the order of seriousness; 0 is the most serious. */
const RANKS = new Map(Object.keys(FINDING_TEXTS).map((code, rank) => [code, rank]));

export function rankOf(code: FindingCode): number {
  return RANKS.get(code) ?? RANKS.size;
}
