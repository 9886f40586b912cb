import { connectionOf, targetOf } from '../hosts/target';
import type { ConnectionsConfig } from './connection-config';
import type { KeyConfig } from './key-config';
import { type PolicyOverrides, policyWith } from './policy';
import type { RegistryEntry } from './registry';

/** What the deployment of a configuration registers for one of its keys. @param policy the file's, for all keys */
export function registryEntryOf(
  key: KeyConfig,
  connections: ConnectionsConfig,
  policy: PolicyOverrides | undefined,
): RegistryEntry {
  const used = Object.entries(connections).filter(([name]) => key.deliverTo.some((to) => to.connection === name));
  return {
    version: 1,
    id: key.id,
    user: key.user,
    policy: policyWith(policy, key.policy),
    firstRotation: key.firstRotation,
    adopt: key.adopt,
    connections: Object.fromEntries(used.map(([name, connection]) => [name, connectionOf(connection)])),
    targets: key.deliverTo.map(targetOf),
  };
}
