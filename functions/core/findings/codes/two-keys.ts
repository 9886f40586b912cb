import type { NeitherIdle } from '../../lifecycle/making-room';
import type { NoRoom, Occupant } from '../../lifecycle/no-room';
import { allOf, lastUses, listKeys } from '../commands';
import type { Descriptor } from '../descriptor';
import { type FailedStep, failureMessage } from '../failed-step';

type TwoKeys = NoRoom | NeitherIdle | FailedStep<'two-keys'>;

export const twoKeys: Descriptor<TwoKeys> = {
  theme: 'Something stands in the way',
  severity: 'attention',
  outcome: 'blocked',
  alarm:
    "A managed user has two access keys, which is IAM's limit, and Keyturn may delete neither. Nothing is broken: both go on working. But the key is not rotated until a person has deleted one.",
  what: 'two access keys, no room for a fresh one',
  brokenNow: 'Nothing is broken, but the key is not rotated until one of the two is gone.',
  message: ({ key, facts }) => {
    switch (facts.is) {
      case 'no-room':
        return noRoom(key, facts);
      case 'neither-idle':
        return neitherIdle(key, facts);
      case 'failed':
        return failureMessage(key, facts);
    }
  },
  keyturn: { shows: 'status' },
  commands: allOf(listKeys, lastUses),
};

function noRoom(key: string, { user, keys, occupant }: NoRoom['facts']): string {
  const listed = keys.map(({ accessKeyId, status, days }) => `${accessKeyId} (${status}, ${days} days old)`);
  return (
    `User ${user} of key "${key}" has two access keys, which is IAM's limit: ${listed.join(' and ')}. ` +
    cure(user, occupant)
  );
}

function cure(user: string, occupant: Occupant): string {
  switch (occupant.is) {
    case 'inactive-current':
      if (occupant.hasLeaked) {
        return 'The current one has leaked and is Inactive, and its successor has no room. Delete one that nobody needs; then the key is rotated.';
      }
      return (
        'The current one is Inactive and its successor has no room. Make it Active again (aws iam update-access-key ' +
        `--user-name ${user} --access-key-id ${occupant.accessKeyId} --status Active), or delete one that nobody needs.`
      );
    case 'foreign':
      return (
        `Keyturn never touches ${occupant.accessKeyIds.join(' and ')}. Delete it when nobody needs it; then the key is ` +
        'rotated.'
      );
    case 'superseded':
      return 'The superseded one is deactivated and deleted when its dates have passed; then the key is rotated.';
    case 'adopted':
      return occupant.replacesIdleAfter === undefined
        ? 'Delete the one that nobody uses (aws iam get-access-key-last-used tells), or set "adopt: replace-idle" to ' +
            'let Keyturn retire one that is idle.'
        : `One is retired when it has not been used for ${occupant.replacesIdleAfter} days; until then a person has to ` +
            'decide which one can go.';
  }
}

function neitherIdle(key: string, { user, deactivateAfter, keys }: NeitherIdle['facts']): string {
  const uses = keys.map(
    ({ accessKeyId, idleDays }) => `${accessKeyId} (${idleDays === undefined ? 'unknown' : `${idleDays} days idle`})`,
  );
  return (
    `User ${user} of key "${key}" has two access keys and neither has been idle for ${deactivateAfter} days: ` +
    `${uses.join(' and ')}. A person has to decide which one can go.`
  );
}
