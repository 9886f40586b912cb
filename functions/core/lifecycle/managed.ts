import type { RegistryEntry } from '../config/registry';
import type { SecretState } from '../key/secret-state';

/** One managed key with its secret. */
export interface Managed {
  readonly entry: RegistryEntry;
  /** With what `retained` knows. */
  readonly secret: SecretState;
  /** The secret that a key of this user had before, under another id. @default - there is none */
  readonly retained?: SecretState | undefined;
  /** When the entry was last written, where that is known. */
  readonly changedAt?: Date;
}
