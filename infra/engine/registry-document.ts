import type { ConnectionsConfig } from '../../functions/core/config/connection-config';
import type { KeyConfig } from '../../functions/core/config/key-config';
import { type PolicyOverrides, policyWith } from '../../functions/core/config/policy';
import type { Mode, RegistryEntry } from '../../functions/core/config/registry';
import { connectionOf, shortTarget, targetOf } from '../../functions/core/hosts/target';

/** What counts for the keys that say nothing else. */
interface OfAllKeys {
  readonly policy?: PolicyOverrides | undefined;
  /** @default 'rotate' */
  readonly mode?: Mode | undefined;
}

/**
 * The JSON of one managed key's registry parameter. Names of variables that are the defaults are left out, so that twice
 * as many targets fit into a parameter; and so is the mode of a key that is rotated, so that it is as it was before.
 */
export function registryDocument(
  key: KeyConfig,
  connections: ConnectionsConfig,
  { policy, mode }: OfAllKeys = {},
): string {
  const used = Object.entries(connections).filter(([name]) => key.deliverTo.some((to) => to.connection === name));
  const entry: RegistryEntry = {
    version: 1,
    id: key.id,
    user: key.user,
    policy: policyWith(policy, key.policy),
    firstRotation: key.firstRotation,
    adopt: key.adopt,
    mode: (key.mode ?? mode) === 'observe' ? 'observe' : undefined,
    connections: Object.fromEntries(used.map(([name, connection]) => [name, connectionOf(connection)])),
    targets: key.deliverTo.map(targetOf),
  };
  return JSON.stringify({ ...entry, targets: entry.targets.map(shortTarget) });
}
