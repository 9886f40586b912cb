import type { FollowedUser, UserChanged } from '../../lifecycle/former-users';
import { allOf, lastUses, listKeys } from '../commands';
import type { Descriptor } from '../descriptor';

export const userChanged: Descriptor<UserChanged> = {
  theme: 'A superseded key',
  severity: {
    usually: 'notice',
    but: 'attention when the user is changed, and when a person has to act',
    of: ({ facts }) => (facts.is === 'changed' || facts.isDue ? 'attention' : 'notice'),
  },
  outcome: 'held',
  what: {
    usually: 'keys of its former user are still there',
    but: 'or its user was changed',
    of: ({ facts }) => (facts.is === 'changed' ? 'its user was changed' : 'keys of its former user are still there'),
  },
  brokenNow: 'Nothing is broken: keys of the former user go on working until a person ends them.',
  message: ({ key, facts }) =>
    facts.is === 'changed'
      ? `The user of key "${key}" was changed from ${facts.from} to ${facts.to}. The keys of ${facts.from}` +
        `${facts.current === undefined ? '' : `, ${facts.current} among them,`} go on working; a first key of ` +
        `${facts.to} is made and delivered now. Keyturn has no right to ${facts.from} any more, and tells every day what ` +
        'is left to do there.'
      : followed(key, facts),
  keyturn: { shows: 'status' },
  commands: allOf(listKeys, lastUses),
};

function followed(key: string, { from, to, keys, dates, isDue }: FollowedUser): string {
  const there = keys === undefined ? 'keys' : keysOf(keys);
  return (
    `The user of key "${key}" was ${from} before it was ${to}, and ${from} still has ${there}. ` +
    `Keyturn has no right to them. ${dates === undefined ? waits(to) : cure(from, dates, isDue)}`
  );
}

function keysOf(keys: NonNullable<FollowedUser['keys']>): string {
  const active = keys.filter((slot) => slot.active).length;
  return `${keys.length === 1 ? '1 key' : `${keys.length} keys`} (${active} Active)`;
}

function waits(to: string): string {
  return `Leave them as they are: the first key of ${to} is not delivered yet.`;
}

function cure(from: string, dates: NonNullable<FollowedUser['dates']>, isDue: boolean): string {
  const [deactivate, remove] = [dates.deactivate, dates.delete].map((date) => date.toISOString().slice(0, 10));
  const when = isDue ? 'now' : `from ${deactivate} on`;
  return (
    `Pipelines that Keyturn delivers to do not use them. Make each of them Inactive ${when}, when nothing else uses it ` +
    `(aws iam update-access-key --user-name ${from} --access-key-id AKIA... --status Inactive), and delete it after ` +
    `${remove} (aws iam delete-access-key --user-name ${from} --access-key-id AKIA...).`
  );
}
