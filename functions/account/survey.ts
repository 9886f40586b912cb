import type { RegistryEntry } from '../core/config/registry';
import { type KeyturnError, toKeyturnError } from '../core/errors';
import type { Finding } from '../core/findings/findings';
import type { SecretState } from '../core/key/secret-state';
import { type DeployedBy, isDeployedBy } from '../core/lifecycle/deployed-by';
import type { Managed } from '../core/lifecycle/managed';
import { registryLost } from '../core/lifecycle/registry-lost';
import { retainedOf, takeOver } from '../core/lifecycle/take-over';
import { idOfSecret, SECRET_PREFIX, secretName } from '../core/names';
import type { Registry, RegistryListing, Secrets } from './ports';

/** What should be and what is, of the whole account. Looking changes nothing and records nothing. */
export interface Survey {
  /** The keys that can be worked on. */
  readonly managed: readonly Managed[];
  /** Every entry that can be read, those that cannot be worked on among them. */
  readonly entries: readonly RegistryEntry[];
  /** Every secret under `keyturn/`, those of the connections among them. */
  readonly secrets: readonly SecretState[];
  /** Why the others cannot be, in the order in which they were met. */
  readonly problems: readonly SurveyProblem[];
}

/** Something that is known to be wrong, or a key whose secret could not be looked for. */
export type SurveyProblem =
  | { readonly finding: Finding }
  | { readonly entry: RegistryEntry; readonly error: KeyturnError };

interface SurveyPorts {
  readonly registry: Registry;
  readonly secrets: Secrets;
}

/**
 * Reads the registry and the secrets, one call a page.
 *
 * @param by whose secrets go on after others; undefined where nobody has said: whatever has the name
 * @throws KeyturnError `aws-*` when one of them cannot be read
 */
export async function survey({ registry, secrets }: SurveyPorts, by: DeployedBy | undefined): Promise<Survey> {
  const [listing, states] = await Promise.all([registry.list(), secrets.list(SECRET_PREFIX)]);
  const byName = new Map(states.map((secret) => [secret.name, secret]));
  const managed: Managed[] = [];
  const problems: SurveyProblem[] = listing.invalid.map(({ id, error }) => ({
    finding: { code: 'invalid-entry', key: id, facts: { is: 'unreadable', reason: error.message } },
  }));
  const unmanaged = unmanagedOf(states, listing);
  const taken = new Map<SecretState, string>();
  for (const entry of listing.entries) {
    try {
      const own = byName.get(secretName(entry.id)) ?? (await describeNew(secrets, entry.id));
      const retained = own && pastOf(entry, own, unmanaged, by);
      if (own === undefined)
        problems.push({ finding: { code: 'secret-missing', key: entry.id, facts: { is: 'absent' } } });
      else {
        const secret = retained === undefined ? own : takeOver(own, retained);
        const { digests, changedAt } = listing;
        managed.push({ entry, digest: digests.get(entry.id), secret, retained, changedAt: changedAt?.get(entry.id) });
        if (retained !== undefined) taken.set(retained, entry.id);
      }
    } catch (thrown) {
      problems.push({ entry, error: toKeyturnError(thrown) });
    }
  }
  const lost = registryLost(idsOf(listing), states);
  if (lost !== undefined) problems.push({ finding: lost });
  problems.push(...unmanaged.map((secret) => ({ finding: leftOver(secret, taken.get(secret)) })));
  return { managed, entries: listing.entries, secrets: states, problems };
}

/** What the deployment made goes on after what it made before, and after nothing else. */
function pastOf(
  entry: RegistryEntry,
  own: SecretState,
  unmanaged: readonly SecretState[],
  by: DeployedBy | undefined,
): SecretState | undefined {
  const isOurs = (secret: SecretState) => by === undefined || isDeployedBy(by, secret);
  return isOurs(own) ? retainedOf(entry, own, unmanaged.filter(isOurs)) : undefined;
}

/** ListSecrets may miss what was made in the last five minutes, such as the secrets of the deployment that started the run. */
async function describeNew(secrets: Secrets, id: string): Promise<SecretState | undefined> {
  try {
    return await secrets.describe(secretName(id));
  } catch (thrown) {
    const { code } = toKeyturnError(thrown);
    if (code === 'secret-missing' || code === 'aws-denied') return undefined;
    throw thrown;
  }
}

/** A secret without a registry entry is that of a key that was taken out of the configuration, or has another id now. */
function unmanagedOf(secrets: readonly SecretState[], listing: RegistryListing): readonly SecretState[] {
  const known = idsOf(listing);
  return secrets.filter(({ name }) => {
    const id = idOfSecret(name);
    return id !== undefined && !known.has(id);
  });
}

/** IDs of all entries, the unreadable ones too. */
function idsOf({ entries, invalid }: RegistryListing): ReadonlySet<string> {
  return new Set([...entries, ...invalid].map(({ id }) => id));
}

function leftOver({ name }: SecretState, takenOverBy: string | undefined): Finding {
  return { code: 'unmanaged-secret', key: idOfSecret(name) ?? name, facts: { is: 'there', takenOverBy } };
}
