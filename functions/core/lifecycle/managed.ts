import type { RegistryEntry } from '../config/registry';
import type { SecretState } from '../key/secret-state';

/** One managed key with its secret. */
export interface Managed {
  readonly entry: RegistryEntry;
  readonly secret: SecretState;
  /** When the entry was last written, where that is known. */
  readonly changedAt?: Date;
}
