import type { AccessKey } from '../key/access-key';
import { currentKey } from '../key/secret-state';
import type { Managed } from './managed';

/**
 * A user's keys without those that are another managed key's current one: its pipelines hold them still, after the user
 * was moved from that managed key to this one, and whether they may go is told by that one's dates (K1, K3).
 */
export function withoutCurrentElsewhere(
  keys: readonly AccessKey[],
  { entry: { id } }: Managed,
  all: readonly Managed[],
): readonly AccessKey[] {
  const elsewhere = new Set(
    all.flatMap(({ entry, secret }) => (entry.id === id ? [] : [currentKey(secret)?.accessKeyId])),
  );
  return keys.filter(({ accessKeyId }) => !elsewhere.has(accessKeyId));
}
