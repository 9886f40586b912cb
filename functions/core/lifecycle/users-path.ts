import type { CredentialReport } from '../key/access-key';
import type { Found, FoundOfKey } from './found';

/** Users under the path of `users.path` that no key names: the functions may act on them. */
type UnmanagedUsers = Found<
  'users-path',
  { readonly is: 'unmanaged'; readonly path: string; readonly users: readonly string[] }
>;
/** The user of a managed key that is not under the path: the functions may not act on it. */
type UserOutside = FoundOfKey<
  'users-path',
  { readonly is: 'outside'; readonly path: string; readonly user: string; readonly found: string }
>;
export type UsersPath = UnmanagedUsers | UserOutside;

/** What is not as `users.path` has it: every user under the path is managed, and every managed user is under it. */
export function usersPathFindings(
  path: string,
  { users }: CredentialReport,
  entries: readonly { readonly id: string; readonly user: string }[],
): readonly UsersPath[] {
  const outside = entries.flatMap(({ id, user }): UserOutside[] => {
    const found = users.get(user)?.path;
    if (found === undefined || found.startsWith(path)) return [];
    return [{ code: 'users-path', key: id, facts: { is: 'outside', path, user, found } }];
  });
  const managed = new Set(entries.map(({ user }) => user));
  const strangers = [...users.values()].flatMap(({ user, path: found }) =>
    found?.startsWith(path) && !managed.has(user) ? [user] : [],
  );
  if (strangers.length === 0) return outside;
  return [{ code: 'users-path', facts: { is: 'unmanaged', path, users: strangers } }, ...outside];
}
