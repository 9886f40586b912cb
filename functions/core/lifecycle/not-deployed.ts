import type { AuditEvent } from '../audit';
import { after, HOUR } from '../duration';
import { targetName } from '../hosts/target';
import { cleaned } from '../outside-text';
import type { FoundOfKey } from './found';
import type { Managed } from './managed';

/** Why nothing is done for a key: what the deployment has to do with its entry, its secret, its user. */
export type NotSaid =
  /** It has said something else of the key, or nothing that this version can read, or has not made the secret. */
  | { readonly is: 'differs' | 'unsaid' | 'made-elsewhere' }
  /** Another key of the same user was deployed too. */
  | { readonly is: 'shared-user'; readonly with: string | undefined };

/** The registry has an entry that no deployment has written so. */
export type NotDeployed = FoundOfKey<
  'not-deployed',
  NotSaid & {
    /** What the entry says now. */
    readonly says: string;
    /** It was so an hour ago: no deployment takes as long between a key's policy and its entry. */
    readonly lasts: boolean;
  }
>;

/** How far back the same is looked for: a function that runs daily met it in its last run. */
export const MET_WITHIN = 26 * HOUR;
const MOST_NAMED = 3;
const MOST_TOLD = 500;

/**
 * What is told of a registry entry that nobody acts on. The deployment writes the digest of each entry's text into the
 * policy of the key's secret, which whoever writes parameters cannot change.
 *
 * It writes the policy first and the entry seconds later, and a rollback the other way round, so what differs is told from
 * its second hour on. When the parameter was written plays no part: rewriting it each hour would silence everybody.
 *
 * @param met earlier findings of the kind, of any key; undefined where the record cannot be read
 */
export function notDeployed(
  { entry }: Managed,
  said: NotSaid,
  met: readonly AuditEvent[] | undefined,
  now: Date,
): NotDeployed {
  const anHourAgo = after(now, -HOUR);
  const lasts = met?.some(({ key, time }) => key === entry.id && new Date(time) <= anHourAgo) ?? true;
  return { code: 'not-deployed', key: entry.id, facts: { ...said, says: saidBy(entry), lasts } };
}

/** Whose keys, in which mode, where to and by which secrets: what somebody would change who wants them. */
function saidBy({ user, mode = 'rotate', targets, connections }: Managed['entry']): string {
  const named = targets.slice(0, MOST_NAMED).map((target) => {
    const { url, secret } = connections[target.connection ?? ''] ?? {};
    return url === undefined ? targetName(target) : `${targetName(target)} at ${url} with ${secret}`;
  });
  const more = targets.length > MOST_NAMED ? ` and ${targets.length - MOST_NAMED} more` : '';
  return cleaned(`user ${user}, mode ${mode}, delivered to ${named.join(', ') || 'nobody'}${more}`, MOST_TOLD);
}
