import { TAG } from '../names';
import type { AccessKey } from './access-key';
import { tagFor } from './dated-tag';
import { inactiveSince, reactivatedAt } from './key-ring';
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

/** Why the record does not say that a key goes for good: it cannot be read, or does not go back so far. */
export type UnprovedEnd = 'unknown' | 'forgotten';

/**
 * Whether a run has said that the current key goes for good, because its roles have taken over: it may still be Active,
 * where that run was cut off. Not where the entry names no role now, nor where a person has made it Active again since.
 * The tag counts only where the sealed record knows it (`runtime/by-the-record`).
 */
export function isToGo(entry: Replaceable, secret: SecretState): boolean {
  const current = currentKey(secret);
  if (entry.replacedBy === undefined || current === undefined) return false;
  const at = tagFor(secret, TAG.replaced, current.accessKeyId);
  const again = reactivatedAt(secret, current.accessKeyId);
  // Of a time before the key was made nobody can have said it; its version ID says when that was.
  return at !== undefined && at >= current.createdAt && (again === undefined || again < at);
}

/** The same secret as if nobody had said that. */
export function withoutEnd(secret: SecretState): SecretState {
  const { [TAG.replaced]: _replaced, ...tags } = secret.tags;
  return { ...secret, tags };
}

/** Whether it has gone, by what the tags say: it was seen to be Inactive after that. It is neither delivered nor looked for. */
export function isReplaced(entry: Replaceable, secret: SecretState): boolean {
  const current = currentKey(secret)?.accessKeyId;
  return isToGo(entry, secret) && current !== undefined && inactiveSince(secret, current) !== undefined;
}

/** Whether it has gone, where IAM has been asked: what it lists as Active works, whatever a tag says. */
export function isReplacedInIam(entry: Replaceable, secret: SecretState, keys: readonly AccessKey[]): boolean {
  const current = currentKey(secret)?.accessKeyId;
  const isActive = keys.some(({ accessKeyId, status }) => accessKeyId === current && status === 'Active');
  return isToGo(entry, secret) && !isActive;
}
