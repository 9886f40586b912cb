import { TAG } from '../names';
import type { AccessKey } from './access-key';
import { tagFor } from './dated-tag';
import { reactivatedAt } from './key-ring';
import { currentKey, type SecretState } from './secret-state';

/** The roles that a managed key's pipelines take in its place. */
export interface Replacement {
  /** ARNs. */
  readonly roles: readonly string[];
  /** Days for which nobody has used the key, while each role was used, before it goes. */
  readonly idleFor: number;
}

/** An entry of the registry, as far as this asks. */
export interface Replaceable {
  readonly replacedBy?: Replacement | undefined;
}

/** When IAM roles were last used, by ARN, in any region; IAM shows it within hours. One that is missing cannot be looked at. */
export type RoleUses = ReadonlyMap<string, RoleUse>;

/** `at` is undefined where IAM knows of no use. */
export interface RoleUse {
  readonly at: Date | undefined;
}

/**
 * Whether the current key is on its way out for good, or gone: its roles have taken over, so that it is neither rotated nor
 * delivered any more. Not where the entry names none now, nor where a person has made the key Active again since.
 */
export function isReplaced(entry: Replaceable, secret: SecretState): boolean {
  const current = currentKey(secret);
  if (entry.replacedBy === undefined || current === undefined) return false;
  const at = tagFor(secret, TAG.replaced, current.accessKeyId);
  const again = reactivatedAt(secret, current.accessKeyId);
  return at !== undefined && (again === undefined || again < at);
}

/** The same, where IAM has been asked: what it lists as Active works, whatever a tag says. */
export function isReplacedInIam(entry: Replaceable, secret: SecretState, keys: readonly AccessKey[]): boolean {
  const current = currentKey(secret)?.accessKeyId;
  const isActive = keys.some(({ accessKeyId, status }) => accessKeyId === current && status === 'Active');
  return isReplaced(entry, secret) && !isActive;
}
