import { connectionOf, targetOf } from '../hosts/target';
import type { ConnectionsConfig } from './connection-config';
import type { KeyConfig } from './key-config';
import { type PolicyOverrides, policyWith } from './policy';
import type { Mode, RegistryEntry } from './registry';

/** What counts for the keys that say nothing else. */
export interface OfAllKeys {
  readonly policy?: PolicyOverrides | undefined;
  /** @default 'rotate' */
  readonly mode?: Mode | undefined;
}

/** What the deployment of a configuration registers for one of its keys. */
export function registryEntryOf(
  key: KeyConfig,
  connections: ConnectionsConfig,
  { policy, mode }: OfAllKeys = {},
): RegistryEntry {
  const used = Object.entries(connections).filter(([name]) => key.deliverTo.some((to) => to.connection === name));
  return {
    version: 1,
    id: key.id,
    user: key.user,
    policy: policyWith(policy, key.policy),
    firstRotation: key.firstRotation,
    adopt: key.adopt,
    mode: (key.mode ?? mode) === 'observe' ? 'observe' : undefined,
    replacedBy: key.replacedBy,
    connections: Object.fromEntries(used.map(([name, connection]) => [name, connectionOf(connection)])),
    targets: key.deliverTo.map(targetOf),
  };
}
