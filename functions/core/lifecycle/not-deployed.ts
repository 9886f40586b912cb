import type { AuditEvent } from '../audit';
import { after, HOUR } from '../duration';
import { targetName } from '../hosts/target';
import { clipped, oneLine } from '../one-line';
import type { FoundOfKey } from './found';
import type { Managed } from './managed';

/** The registry has an entry that no deployment has written so. */
export type NotDeployed = FoundOfKey<
  'not-deployed',
  {
    /** Whether a deployment has said something else of the key, or nothing that this version could read, or made no such secret. */
    readonly is: 'differs' | 'unsaid' | 'made-elsewhere';
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
 * Whether a registry entry may be acted on: the deployment has written the digest of this very text into the policy of
 * the key's secret, which whoever writes parameters cannot change.
 *
 * A deployment writes the policy first and the entry seconds later, and a rollback the other way round, so what differs
 * is acted on by nobody and told from its second hour on. When the parameter was written plays no part: rewriting it each
 * hour would silence everybody.
 *
 * @param pinned digests in the policy; no policy counts of a secret that no deployment made
 * @param met earlier findings of the kind, of any key; undefined where the record cannot be read
 * @returns undefined where it may
 */
export function notDeployed(
  { entry, digest }: Managed,
  pinned: readonly string[] | 'made elsewhere',
  met: readonly AuditEvent[] | undefined,
  now: Date,
): NotDeployed | undefined {
  const isElsewhere = pinned === 'made elsewhere';
  if (!isElsewhere && isDeployed(digest, pinned)) return undefined;
  const anHourAgo = after(now, -HOUR);
  const lasts = met?.some(({ key, time }) => key === entry.id && new Date(time) <= anHourAgo) ?? true;
  const is = isElsewhere ? 'made-elsewhere' : pinned.length > 0 ? 'differs' : 'unsaid';
  return { code: 'not-deployed', key: entry.id, facts: { is, says: saidBy(entry), lasts } };
}

/** The same, for whoever has to know no more. */
export function isDeployed(digest: string | undefined, pinned: readonly string[]): boolean {
  return digest !== undefined && pinned.includes(digest);
}

/** Whose keys, where to and by which secrets: what somebody would change who wants them. */
function saidBy({ user, targets, connections }: Managed['entry']): string {
  const named = targets.slice(0, MOST_NAMED).map((target) => {
    const { url, secret } = connections[target.connection ?? ''] ?? {};
    return url === undefined ? targetName(target) : `${targetName(target)} at ${url} with ${secret}`;
  });
  const more = targets.length > MOST_NAMED ? ` and ${targets.length - MOST_NAMED} more` : '';
  return clipped(oneLine(`user ${user}, delivered to ${named.join(', ') || 'nobody'}${more}`), MOST_TOLD);
}
