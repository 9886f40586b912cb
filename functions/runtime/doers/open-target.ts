import type { Target, Targets } from '../../account/ports';
import type { RegistryEntry } from '../../core/config/registry';
import { KeyturnError } from '../../core/errors';
import { connectionOfTarget, type TargetConfig } from '../../core/hosts/target';

/** A target through the connection that its entry names. @throws KeyturnError `invalid-connection`, and what opening it says */
export async function openTarget(targets: Targets, config: TargetConfig, entry: RegistryEntry): Promise<Target> {
  const { connection: name } = config;
  const connection = connectionOfTarget(config, entry.connections);
  if (name !== undefined && connection === undefined) {
    throw new KeyturnError('invalid-connection', `There is no connection "${name}". Deploy the stack again.`);
  }
  return targets.open(config, connection);
}
