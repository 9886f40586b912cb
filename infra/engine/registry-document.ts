import type { Config, KeyConfig } from '../../functions/core/config/config';
import { type PolicyOverrides, policyWith } from '../../functions/core/config/policy';
import { type RegistryEntry, registryEntrySchema } from '../../functions/core/config/registry';
import { connectionOf, shortTarget, targetOf } from '../../functions/core/hosts/target';

/**
 * The JSON of one managed key's registry parameter. Names of variables that are the defaults are left out, so that twice
 * as many targets fit into a parameter.
 *
 * @throws ZodError when the parts do not make an entry; they were checked before.
 */
export function registryDocument(
  key: KeyConfig,
  connections: Config['connections'],
  policy: PolicyOverrides | undefined,
): string {
  const used = Object.entries(connections).filter(([name]) => key.deliverTo.some((to) => to.connection === name));
  const entry: RegistryEntry = registryEntrySchema.parse({
    version: 1,
    id: key.id,
    user: key.user,
    policy: policyWith(policy, key.policy),
    firstRotation: key.firstRotation,
    adopt: key.adopt,
    connections: Object.fromEntries(used.map(([name, connection]) => [name, connectionOf(connection)])),
    targets: key.deliverTo.map(targetOf),
  });
  return JSON.stringify({ ...entry, targets: entry.targets.map(shortTarget) });
}
