import { isSameUser } from '../key/key-user';
import type { QuarantinedUser } from '../key/quarantine';
import type { Found, FoundOfKey } from './found';

/** AWS denies the user of a managed key what a thief would do first, and pipelines may need the same. */
type QuarantinedKey = FoundOfKey<
  'quarantined',
  { readonly is: 'managed'; readonly user: string; readonly policies: readonly string[] }
>;
/** The same of users of no managed key. */
type QuarantinedOthers = Found<
  'quarantined',
  {
    readonly is: 'others';
    readonly users: readonly string[];
    /** People have been told of each of them. */
    readonly known: boolean;
  }
>;
export type Quarantined = QuarantinedKey | QuarantinedOthers;

/**
 * What is said of users whom AWS has put in quarantine.
 *
 * @param known users of no managed key of whom people were told before
 */
export function quarantined(
  users: readonly QuarantinedUser[],
  entries: readonly { readonly id: string; readonly user: string }[],
  known: readonly string[] = [],
): readonly Quarantined[] {
  const keys = entries.flatMap(({ id: key, user }): Quarantined[] => {
    const found = users.find((one) => isSameUser(one.user, user));
    if (found === undefined) return [];
    return [{ code: 'quarantined', key, user, facts: { is: 'managed', user, policies: found.policies } }];
  });
  const others = othersOf(users, entries);
  if (others.length === 0) return keys;
  const areKnown = others.every((user) => known.includes(user));
  return [...keys, { code: 'quarantined', facts: { is: 'others', users: others, known: areKnown } }];
}

/** Those of no managed key, by name. */
export function othersOf(
  users: readonly QuarantinedUser[],
  entries: readonly { readonly user: string }[],
): readonly string[] {
  return users
    .map(({ user }) => user)
    .filter((user) => entries.every((entry) => !isSameUser(entry.user, user)))
    .sort();
}
