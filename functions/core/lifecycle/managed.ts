import type { RegistryEntry } from '../config/registry';
import type { Compromised } from '../key/compromised';
import type { SecretState } from '../key/secret-state';

/** One managed key with its secret. */
export interface Managed {
  readonly entry: RegistryEntry;
  /** Of the entry's text: what the deployment has to have said (`core/config/entry-pin.ts`). @default - nobody can tell */
  readonly digest?: string | undefined;
  /** With what `retained` knows. */
  readonly secret: SecretState;
  /** The secret that a key of this user had before, under another id. @default - there is none */
  readonly retained?: SecretState | undefined;
  /** Access keys that have leaked, as far as the record proves it. @default - none */
  readonly compromised?: readonly Compromised[] | undefined;
  /** When the entry was last written, where that is known. */
  readonly changedAt?: Date;
}
