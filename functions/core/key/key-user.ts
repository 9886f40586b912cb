import { TAG } from '../names';
import type { CredentialReport, ReportedUser } from './access-key';
import { readDatedTag } from './dated-tag';
import type { SecretState } from './secret-state';

/** A user that held a managed key before: Keyturn has no right to it any more, and its keys may still be there. */
export interface FormerUser {
  readonly user: string;
  /** When the first key of the user after it was asked for. */
  readonly until: Date;
}

/** IAM's rule for the name of a user. What else a tag says was written by somebody else. */
const USER_NAME = /^[\w+=,.@-]{1,64}$/;

/** Names of IAM users are the same whatever the case (IAM's naming rules). */
export function isSameUser(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}

/** A user's line of the credential report. */
export function lineOf(user: string, { users }: CredentialReport): ReportedUser | undefined {
  return users.get(user) ?? [...users.values()].find((line) => isSameUser(line.user, user));
}

/**
 * The user that the current key was made for, where that is another one than the entry's: the key's `user` was changed,
 * or IAM's user was renamed. Undefined before the first rotation, and for a key from before this was recorded.
 */
export function changedUser(secret: SecretState, user: string): string | undefined {
  const before = secret.tags[TAG.user];
  return before === undefined || !USER_NAME.test(before) || isSameUser(before, user) ? undefined : before;
}

/** The users before the present one whose keys are followed to their end. */
export function formerUsers({ tags }: SecretState): readonly FormerUser[] {
  const words = (tags[TAG.formerUsers] ?? '').split(' ');
  return words.flatMap((user, at) => {
    const dated = at % 2 === 0 ? readDatedTag(`${user} ${words[at + 1] ?? ''}`) : undefined;
    return dated === undefined || !USER_NAME.test(user) ? [] : [{ user, until: dated.at }];
  });
}

/** Secrets Manager: a tag's value has at most 256 characters, which two names of 64 always leave room for. */
const LONGEST_TAG = 256;

/** What the tag holds of former users; of too many the first ones are left out. */
export function formerUsersTag(users: readonly FormerUser[]): string {
  const text = users.map(({ user, until }) => `${user} ${until.toISOString()}`).join(' ');
  return text.length <= LONGEST_TAG ? text : formerUsersTag(users.slice(1));
}

/** The tags that say for whom the key was made that is current now, in place of those that the secret has. */
export function userTags(secret: SecretState, user: string, now: Date): Readonly<Record<string, string>> {
  const before = changedUser(secret, user);
  if (before === undefined) return { [TAG.user]: user };
  const followed = formerUsers(secret).filter(
    (former) => ![before, user].some((name) => isSameUser(name, former.user)),
  );
  return { [TAG.user]: user, [TAG.formerUsers]: formerUsersTag([...followed, { user: before, until: now }]) };
}
