import { DAY, HOUR } from '../duration';
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
    /** Those of whom people have been told. */
    readonly known: readonly string[];
  }
>;
/** Nobody could say it, or not of all. */
type QuarantineUnknown = Found<
  'quarantined',
  { readonly is: 'unknown'; readonly unknownSince: Date; readonly reason: string; readonly lasts: boolean }
>;
export type Quarantined = QuarantinedKey | QuarantinedOthers | QuarantineUnknown;

/** A daily run may start a little earlier in the day than the one before. */
const LASTS = 2 * DAY - HOUR;

export function quarantineUnknown(now: Date, unknownSince: Date, reason: string): QuarantineUnknown {
  const lasts = now.getTime() - unknownSince.getTime() >= LASTS;
  return { code: 'quarantined', facts: { is: 'unknown', unknownSince, reason, lasts } };
}

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
  const ofKnown = others.filter((user) => known.includes(user));
  return [...keys, { code: 'quarantined', facts: { is: 'others', users: others, known: ofKnown } }];
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
