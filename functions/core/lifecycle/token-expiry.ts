import type { RegistryEntry } from '../config/registry';
import { after, DAY, daysBetween } from '../duration';
import type { SecretState } from '../key/secret-state';
import { TAG } from '../names';
import { writtenInstant } from '../written-instant';
import type { Found, NamedConnection } from './found';

/** What the tag says; never the tag itself: what stands there by mistake may be the token (K6). */
export type TokenEnd =
  | { readonly is: 'ending'; readonly end: Date; readonly days: number }
  | { readonly is: 'ended'; readonly end: Date }
  | { readonly is: 'unreadable' };
export type TokenExpires = Found<'token-expires', TokenEnd> & { readonly connection: NamedConnection };

export interface TokenExpiryInput {
  readonly entries: readonly RegistryEntry[];
  /** What ListSecrets showed, the connections' secrets among them. */
  readonly secrets: readonly SecretState[];
  readonly now: Date;
  /** Days before the end at which people are told. */
  readonly within: number;
}

/**
 * The connections in use whose token ends soon or has ended, as far as a tag on their secret says when: one finding a
 * secret, for none of its keys is broken. The host itself does not tell when a token ends.
 */
export function tokenExpiries({ entries, secrets, now, within }: TokenExpiryInput): readonly TokenExpires[] {
  return secrets.flatMap((secret) => {
    const value = secret.tags[TAG.expires];
    if (value === undefined) return [];
    const connection = userOf(secret, entries);
    if (connection === undefined) return [];
    const facts = tokenEnd(value, now);
    const isFarAway = facts.is === 'ending' && after(facts.end, -within * DAY) > now;
    return isFarAway ? [] : [{ code: 'token-expires', connection, facts }];
  });
}

/** A date is the first instant of its day (UTC), which is never too late. */
function tokenEnd(tag: string, now: Date): TokenEnd {
  const end = writtenInstant(tag.trim())?.at;
  if (end === undefined) return { is: 'unreadable' };
  return end <= now ? { is: 'ended', end } : { is: 'ending', end, days: daysBetween(now, end) };
}

/** The connection of an entry that holds its token in the secret; those that no target uses do not count. */
function userOf(secret: SecretState, entries: readonly RegistryEntry[]): NamedConnection | undefined {
  for (const { connections, targets } of entries) {
    for (const { connection: name } of targets) {
      if (name === undefined) continue;
      const used = connections[name]?.secret;
      if (used === secret.name || used === secret.arn) return { name, secret: secret.name };
    }
  }
  return undefined;
}
