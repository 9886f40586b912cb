import type { Iam } from '../../account/ports';
import type { RegistryEntry } from '../../core/config/registry';
import { KeyturnError, toKeyturnError } from '../../core/errors';
import type { ListedKey } from './evidence';

/** Users that are asked for at the same time; IAM's quota is the whole account's. */
const CONCURRENCY = 4;
const MOST_NAMED = 10;

interface Listing {
  readonly keys: readonly ListedKey[];
  readonly usersNotListed: readonly string[];
  /** Each reason once, however many users it concerns. */
  readonly failures: readonly KeyturnError[];
}

/**
 * The access keys of the managed users, by user. A user that cannot be listed stops no other (K11).
 *
 * @throws KeyturnError when no user can be listed, or when it is not known which are managed
 */
export async function listKeys(
  iam: Pick<Iam, 'listAccessKeys'>,
  entries: readonly RegistryEntry[] | undefined,
): Promise<Listing> {
  if (entries === undefined) {
    throw new KeyturnError(
      'aws-rejected',
      'iam:ListAccessKeys: which users are managed is not known, because the registry could not be read.',
    );
  }
  const users = [...new Set(entries.map(({ user }) => user))].sort();
  const listed = new Map<string, readonly ListedKey[]>();
  const failed = new Map<string, KeyturnError>();
  const queue = users.values();
  const workers = Array.from({ length: CONCURRENCY }, async () => {
    for (const user of queue) {
      try {
        const keys = await iam.listAccessKeys(user);
        listed.set(
          user,
          keys.map((key) => ({ user, ...key })),
        );
      } catch (thrown) {
        failed.set(user, toKeyturnError(thrown));
      }
    }
  });
  await Promise.all(workers);
  const [first] = failed.values();
  if (first !== undefined && listed.size === 0 && first.code !== 'user-missing') throw first;
  const byCode = new Map<KeyturnError['code'], string[]>();
  for (const user of users) {
    const code = failed.get(user)?.code;
    if (code !== undefined) byCode.set(code, [...(byCode.get(code) ?? []), user]);
  }
  return {
    keys: users.flatMap((user) => listed.get(user) ?? []),
    // One that does not exist has no keys: that much is known.
    usersNotListed: users.filter((user) => failed.has(user) && failed.get(user)?.code !== 'user-missing'),
    failures: [...byCode.values()].flatMap((of) => {
      const error = failed.get(of[0] ?? '');
      return error === undefined ? [] : [ofUsers(error, of)];
    }),
  };
}

function ofUsers({ code, message, cause }: KeyturnError, users: readonly string[]): KeyturnError {
  const named = `${users.slice(0, MOST_NAMED).join(', ')}${users.length > MOST_NAMED ? ', …' : ''}`;
  const whose = users.length === 1 ? named : `${users.length} users (${named})`;
  const why = (text: string) => `The access keys of ${whose} could not be listed. ${text}`;
  return new KeyturnError(code, why(message), cause instanceof Error ? { cause: new Error(why(cause.message)) } : {});
}
