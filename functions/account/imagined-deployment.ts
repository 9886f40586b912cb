import type { RegistryEntry } from '../core/config/registry';
import { toKeyturnError } from '../core/errors';
import type { SecretState } from '../core/key/secret-state';
import { secretName } from '../core/names';
import type { StandingPorts } from './standing';

export interface ImaginedDeployment {
  /** What its registry would hold. */
  readonly entries: readonly RegistryEntry[];
  /** Users that it would make. */
  readonly createdUsers: ReadonlySet<string>;
  readonly now: Date;
}

/**
 * The account as a deployment would leave it: its registry, an empty secret for each key that has none, and the users that
 * it makes. Everything else is read where it is; nothing is written.
 */
export function imaginedDeployment(
  { iam, secrets }: StandingPorts,
  { entries, createdUsers, now }: ImaginedDeployment,
): StandingPorts {
  const empty = (name: string): SecretState => ({
    name,
    arn: `imagined:${name}`,
    createdAt: now,
    changedAt: now,
    versions: [],
    tags: {},
  });
  const wanted = new Set(entries.map(({ id }) => secretName(id)));
  const imagined = new Set<string>();
  const describing = (describe: (name: string) => Promise<SecretState>) => (name: string) =>
    imagined.has(name) ? Promise.resolve(empty(name)) : describe(name);
  return {
    registry: {
      list: async () => ({ entries, digests: new Map(), invalid: [] }),
      get: async (id) => {
        const entry = entries.find((each) => each.id === id);
        return entry && { entry };
      },
    },
    secrets: {
      ...secrets,
      list: async (prefix) => {
        const there = await secrets.list(prefix);
        const names = new Set(there.map(({ name }) => name));
        for (const name of wanted) if (!names.has(name)) imagined.add(name);
        return [...there, ...[...imagined].map(empty)];
      },
      describe: describing((name) => secrets.describe(name)),
      describeWithUnlabelled: describing((name) => secrets.describeWithUnlabelled(name)),
    },
    iam: {
      ...iam,
      listAccessKeys: async (user) => {
        try {
          return await iam.listAccessKeys(user);
        } catch (thrown) {
          if (createdUsers.has(user) && toKeyturnError(thrown).code === 'user-missing') return [];
          throw thrown;
        }
      },
    },
  };
}
