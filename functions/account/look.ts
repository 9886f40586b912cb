import type { RegistryEntry } from '../core/config/registry';
import type { AccessKey, LastUsed } from '../core/key/access-key';
import { keyRing } from '../core/key/key-ring';
import { isReplacedInIam, type RoleUse, type RoleUses } from '../core/key/replaced';
import type { SecretState } from '../core/key/secret-state';
import type { Managed } from '../core/lifecycle/managed';
import type { Iam, Secrets } from './ports';
import { throughRetained } from './retained';

/** The fresh state of one managed key: what a plan is made from. */
export interface Look {
  readonly secret: SecretState;
  readonly keys: readonly AccessKey[];
}

/**
 * Reads a key's present state. The keys first: a rotation that ends in between shows as a current key that IAM did not
 * list yet, which the planner knows to be young, and never as a key of unknown origin.
 */
export async function look(iam: Iam, secrets: Secrets, managed: Managed): Promise<Look> {
  const { name } = managed.secret;
  const whole = throughRetained(secrets, managed);
  const keys = await iam.listAccessKeys(managed.entry.user);
  const secret = await whole.describe(name);
  if (keyRing(secret, keys).unknown.length === 0) return { secret, keys };
  return { secret: await whole.describeWithUnlabelled(name), keys };
}

export async function lastUses(iam: Iam, keys: readonly AccessKey[]): Promise<ReadonlyMap<string, LastUsed>> {
  const uses = await Promise.all(
    keys.map(async ({ accessKeyId }) => [accessKeyId, await iam.accessKeyLastUsed(accessKeyId)] as const),
  );
  return new Map(uses);
}

/** When the roles that are to replace a key were last used: none where it is replaced already, and none that IAM does not tell. */
export async function roleUses(
  iam: Pick<Iam, 'roleLastUsed'>,
  entry: RegistryEntry,
  { secret, keys }: Look,
): Promise<RoleUses | undefined> {
  if (entry.replacedBy === undefined || isReplacedInIam(entry, secret, keys)) return undefined;
  const uses = new Map<string, RoleUse>();
  // One after the other: IAM takes few calls a second of a whole account, and a role that it does not tell is not used.
  for (const role of entry.replacedBy.roles) {
    const use = await iam.roleLastUsed(role).catch(() => undefined);
    if (use !== undefined) uses.set(role, use);
  }
  return uses;
}
