import type { ConnectionsConfig } from '../../functions/core/config/connection-config';
import type { KeyConfig } from '../../functions/core/config/key-config';
import { type OfAllKeys, registryEntryOf } from '../../functions/core/config/registry-entry-of';
import { shortTarget } from '../../functions/core/hosts/target';

/**
 * The JSON of one managed key's registry parameter. Names of variables that are the defaults are left out, so that twice
 * as many targets fit into a parameter.
 */
export function registryDocument(key: KeyConfig, connections: ConnectionsConfig, ofAllKeys?: OfAllKeys): string {
  const entry = registryEntryOf(key, connections, ofAllKeys);
  return JSON.stringify({ ...entry, targets: entry.targets.map(shortTarget) });
}
