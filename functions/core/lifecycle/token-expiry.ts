import * as z from 'zod';
import type { RegistryEntry } from '../config/registry';
import { after, DAY, daysBetween } from '../duration';
import type { SecretState } from '../key/secret-state';
import { TAG } from '../names';
import type { Finding, NamedConnection } from './plan';

/** An hour without an offset is not accepted: nobody can tell whose hour it is. */
const endSchema = z.union([z.iso.date(), z.iso.datetime({ offset: true })]);

/** The form that a person is asked for. */
const FORM = 'a date such as 2027-03-01, or a date-time such as 2027-03-01T12:00:00Z';

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
export function tokenExpiries({ entries, secrets, now, within }: TokenExpiryInput): readonly Finding[] {
  return secrets.flatMap((secret) => {
    const value = secret.tags[TAG.expires];
    const connection = value === undefined ? undefined : userOf(secret, entries);
    if (value === undefined || connection === undefined) return [];
    const end = endOf(value);
    if (end === undefined) return [unreadable(connection)];
    if (after(end, -within * DAY) > now) return [];
    return [end <= now ? ended(connection, end) : ending(connection, end, now)];
  });
}

/** When a token ends by its tag; a date is the first instant of its day (UTC), which is never too late. */
function endOf(value: string): Date | undefined {
  const parsed = endSchema.safeParse(value.trim());
  return parsed.success ? new Date(parsed.data) : undefined;
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

function about(connection: NamedConnection): Pick<Finding, 'code' | 'severity' | 'connection'> {
  return { code: 'token-expires', severity: 'attention', connection };
}

function ending(connection: NamedConnection, end: Date, now: Date): Finding {
  const days = daysBetween(now, end);
  return {
    ...about(connection),
    what: `the token ends on ${dateOf(end)}`,
    message:
      `The token of connection "${connection.name}" ends at ${end.toISOString()}, in ${days === 1 ? '1 day' : `${days} days`}, says the tag ` +
      `${TAG.expires} of ${connection.secret}. After that no fresh key reaches its targets. Store a new token and ` +
      'correct the tag.',
  };
}

function ended(connection: NamedConnection, end: Date): Finding {
  return {
    ...about(connection),
    what: `the token ended on ${dateOf(end)}`,
    message:
      `The token of connection "${connection.name}" ended at ${end.toISOString()}, says the tag ${TAG.expires} of ` +
      `${connection.secret}. No fresh key reaches its targets. Store a new token and correct the tag; if a new one is ` +
      'there already, correct the tag.',
  };
}

/** Does not quote the tag: what stands there by mistake may be the token. */
function unreadable(connection: NamedConnection): Finding {
  return {
    ...about(connection),
    what: 'nobody can tell when the token ends',
    brokenNow: 'Nothing is broken, but nobody will be told before the token ends.',
    message:
      `The tag ${TAG.expires} of ${connection.secret}, which holds the token of connection "${connection.name}", is not ` +
      `${FORM}. Correct or remove it.`,
  };
}

function dateOf(instant: Date): string {
  return instant.toISOString().slice(0, 10);
}
