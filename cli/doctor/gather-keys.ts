import type { RegistryListing, Secrets } from '../../functions/account/ports';
import { throughRetained } from '../../functions/account/retained';
import { type Survey, survey } from '../../functions/account/survey';
import type { ClientConfig } from '../../functions/aws/client-config';
import { createIam } from '../../functions/aws/iam';
import type { DeployedThings } from '../../functions/core/deployed-facts';
import { toKeyturnError } from '../../functions/core/errors';
import { ringOfUser } from '../../functions/core/key/key-ring';
import { isSameUser } from '../../functions/core/key/key-user';
import type { SecretState } from '../../functions/core/key/secret-state';
import type { Managed } from '../../functions/core/lifecycle/managed';
import type { Facts, WantedKey } from './facts';
import type { Read } from './read';
import { reading } from './read';

/** Things of one kind that are asked about at the same time. */
const AT_ONCE = 4;

export async function keysOf(clients: ClientConfig, wanted: readonly WantedKey[]): Promise<Facts['keys']> {
  const iam = createIam(clients);
  const users = wanted
    .map(({ user }) => user)
    .filter((user, at, all) => all.findIndex((one) => isSameUser(one, user)) === at);
  const found = await inTurns(
    users,
    async (user) =>
      [
        user,
        await reading(`iam:ListAccessKeys for ${user}`, async () => {
          try {
            return await iam.listAccessKeys(user);
          } catch (thrown) {
            if (toKeyturnError(thrown).code === 'user-missing') return undefined;
            throw thrown;
          }
        }),
      ] as const,
  );
  return new Map(found);
}

interface Listed {
  readonly registry: Read<RegistryListing>;
  readonly secrets: Read<readonly SecretState[]>;
  readonly things: DeployedThings | undefined;
  readonly keys: Facts['keys'];
}

/** What the functions make of the registry and the secrets, with every version that tells whose a key is. */
export async function surveyOf(port: Secrets, { registry, secrets, things, keys }: Listed): Promise<Read<Survey>> {
  if (registry.is === 'unread') return registry;
  if (secrets.is === 'unread') return secrets;
  const listing = registry.value;
  const listed = { ...port, list: () => Promise.resolve(secrets.value) };
  // Which secrets were there before is said to the functions alone; those of the registry's own names are used as they are.
  const existing = new Set(listing.entries.map(({ id }) => id));
  const by = things && { stacks: new Set(things.stacks), existing };
  const again = { list: () => Promise.resolve(listing), get: () => Promise.resolve(undefined) };
  return reading('secretsmanager:DescribeSecret and secretsmanager:ListSecretVersionIds on keyturn/*', async () => {
    const seen = await survey({ registry: again, secrets: listed }, by);
    return { ...seen, managed: await inTurns(seen.managed, (one) => withAllVersions(port, one, keys)) };
  });
}

/** What has lost its labels is in no list: a key that nothing else explains may be one of those. */
async function withAllVersions(secrets: Secrets, managed: Managed, keys: Facts['keys']): Promise<Managed> {
  const { entry, secret } = managed;
  const read = [...keys].find(([user]) => isSameUser(user, entry.user))?.[1];
  const listed = read?.is === 'read' ? (read.value ?? []) : [];
  if (ringOfUser(secret, listed, entry.user).unknown.length === 0) return managed;
  return { ...managed, secret: await throughRetained(secrets, managed).describeWithUnlabelled(secret.name) };
}

async function inTurns<Item, Answer>(items: readonly Item[], ask: (item: Item) => Promise<Answer>): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let from = 0; from < items.length; from += AT_ONCE) {
    answers.push(...(await Promise.all(items.slice(from, from + AT_ONCE).map(ask))));
  }
  return answers;
}
