import { createRecordEvents } from '../../functions/aws/record-events';
import type { NamedRole } from '../../functions/aws/role-last-used';
import { toKeyturnError } from '../../functions/core/errors';
import { PROVIDER_LOG_GROUP } from '../../functions/core/names';
import { type Change, roleNameOf } from '../exits/change';
import type { ReadExits } from '../exits/read-exits';
import { areTaken } from './places';
import type { SeenRole } from './stage';
import { givenByProvider, type Taking, type Takings, takenByToken } from './takings';
import type { Way } from './writing';

type Unread = Takings['unread'];

/** What is not there is no gap: nobody has taken it yet. */
const NOT_THERE: ReadonlySet<string> = new Set(['role-missing', 'log-group-missing']);

function unreadOf(source: string, thrown: unknown): Unread {
  const { code, message } = toKeyturnError(thrown);
  return NOT_THERE.has(code) ? [] : [{ source, message }];
}

/**
 * Roles as IAM has them, which finds them by their names alone. What cannot be read is told, and hides nothing else (K11).
 *
 * @param roles ARNs
 * @returns by these ARNs, whatever the paths of those that were found
 */
export async function lookAtRoles(
  roles: readonly string[],
  look: (name: string) => Promise<NamedRole>,
): Promise<{ readonly found: ReadonlyMap<string, NamedRole>; readonly unread: Unread }> {
  const found = new Map<string, NamedRole>();
  const unread = await Promise.all(
    roles.map(async (role): Promise<Unread> => {
      try {
        found.set(role, await look(roleNameOf(role)));
        return [];
      } catch (thrown) {
        return unreadOf(`the role ${role}`, thrown);
      }
    }),
  );
  return { found, unread: unread.flat() };
}

interface Roles {
  /** ARNs of those that take over. */
  readonly names: readonly string[];
  readonly found: readonly NamedRole[];
  readonly changes: readonly Change[];
  /** From when on all was read of who uses the key. */
  readonly readBack: Date | undefined;
}

/** Each role that takes over, and who took it: `first` of all, as `Takings` has it. */
export async function rolesOf(
  { history, config, document, since, until }: ReadExits,
  to: Way,
  { names, found, changes, readBack }: Roles,
): Promise<{ readonly roles: readonly SeenRole[]; readonly first: Date; readonly unread: Unread }> {
  const asked = { roles: names, regions: document.regions, since, until };
  // An earlier one can still be from before all was read of who uses the key.
  const isFirst = (first: Date) => readBack === undefined || readBack <= since || first < readBack;
  const isEnough = (last: readonly Taking[], first: Date) =>
    names.every((name) => last.some(({ role }) => role === name)) && areTaken(changes, last) && isFirst(first);
  const none = { last: [], first: since, refused: new Map() };
  const taken = await (to === 'role'
    ? takenByToken(history, asked)
    : givenByProvider(createRecordEvents(PROVIDER_LOG_GROUP, config), history, asked, isEnough)
  ).catch((thrown): Takings => ({ ...none, unread: unreadOf('who took the roles', thrown) }));
  const roles = names.map((role): SeenRole => {
    const here = found.find(({ arn }) => arn === role);
    const [repository, ...others] = new Set(
      changes.filter(({ roleArn }) => roleArn === role).map((change) => change.repository),
    );
    return {
      role,
      repository: others.length === 0 ? repository : undefined,
      isThere: here !== undefined,
      instead: here ? undefined : found.find(({ arn }) => roleNameOf(arn) === roleNameOf(role))?.arn,
      used: here?.at,
      taken: taken.last.filter((one) => one.role === role),
      refused: taken.refused.get(role) ?? 0,
    };
  });
  return { roles, first: taken.first, unread: taken.unread };
}
