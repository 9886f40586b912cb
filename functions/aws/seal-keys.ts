import { SEAL_KEY_ALIAS } from '../core/names';
import type { SealKeys } from '../report/evidence/ports';
import { type ClientConfig, reviewConfig } from './client-config';
import { createSealKey } from './seal-key';

/**
 * The SealKeys port over KMS.
 *
 * @param current the key that seals now. @default - the one with the alias that the stack gives it
 * @param former ARNs of those of deployments before this one
 */
export function createSealKeys(
  current: string = SEAL_KEY_ALIAS,
  former: readonly string[] = [],
  config: ClientConfig = reviewConfig(),
): SealKeys {
  const keys = [current, ...former].map((keyId) => createSealKey(keyId, config));
  return { read: () => Promise.all(keys.map((key) => key.publicKey())) };
}
