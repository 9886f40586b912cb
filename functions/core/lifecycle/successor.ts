import type { RegistryEntry } from '../config/registry';
import { targetSetDigest } from '../hosts/target';
import type { AccessKey } from '../key/access-key';
import { isDelivered } from '../key/delivery-mark';
import type { KeyRing } from '../key/key-ring';
import type { SecretState, StoredVersion } from '../key/secret-state';
import type { FoundOfAccessKey } from './found';

/** A superseded key stays as it is. */
export interface Stays {
  readonly waits: 'retirement';
  readonly successor: string;
}

export type SuccessorFinding =
  | FoundOfAccessKey<'current-key-missing', Stays>
  | FoundOfAccessKey<'current-key-inactive', Stays>
  | FoundOfAccessKey<'undelivered', Stays>;

interface Succession {
  readonly entry: RegistryEntry;
  readonly secret: SecretState;
  readonly ring: KeyRing;
}

/** What forbids to retire a key whose time has come: its successor does not work everywhere yet (K3). */
export function successorProblem(
  { entry, secret, ring }: Succession,
  successor: StoredVersion,
  { accessKeyId }: AccessKey,
  since: Date,
): SuccessorFinding | undefined {
  const facts: Stays = { waits: 'retirement', successor: successor.accessKeyId };
  const about = { key: entry.id, accessKeyId, since, facts };
  if (ring.anchorKey === undefined) return { code: 'current-key-missing', ...about };
  if (ring.anchorKey.status === 'Inactive') return { code: 'current-key-inactive', ...about };
  if (isDelivered(secret, successor, targetSetDigest(entry.targets, entry.connections))) return undefined;
  return { code: 'undelivered', ...about };
}
