import type { RegistryEntry } from '../config/registry';
import { latest } from '../duration';
import { targetSetDigest } from '../hosts/target';
import { markCounts, marksOf } from '../key/delivery-mark';
import { isSameUser } from '../key/key-user';
import { currentKey, currentVersion, deliveredLabel, type SecretState, storedVersions } from '../key/secret-state';
import { TAG } from '../names';

/**
 * The secret that a key of this user had before, under another id: of those in no registry entry the one with the newest
 * current key.
 */
export function retainedOf({ user }: RegistryEntry, unmanaged: readonly SecretState[]): SecretState | undefined {
  return unmanaged
    .filter(({ tags }) => isSameUser(tags[TAG.user] ?? '', user))
    .flatMap((secret) => {
      const current = currentKey(secret);
      return current === undefined ? [] : [{ secret, at: current.createdAt.getTime() }];
    })
    .sort((a, b) => b.at - a.at)
    .at(0)?.secret;
}

/**
 * The state of a secret with what a retained one knows of the user's keys. While it has no key of its own, everything
 * goes on where it was: the current key, the delivery to the targets of then, what the tags say. Afterwards the retained
 * one tells which of the older keys were Keyturn's, so that a foreign key stays one (K5).
 */
export function takeOver(own: SecretState, retained: SecretState, entry: RegistryEntry): SecretState {
  const isEmpty = currentVersion(own) === undefined;
  const label = deliveredLabel(targetSetDigest(entry.targets, entry.connections));
  const taken = storedVersions(retained).map(({ versionId, labels, ...key }) => {
    const isDelivered = marksOf(labels).length > 0 && markCounts(retained, { versionId, labels, ...key });
    const kept = isDelivered ? [...new Set([...labels, label])] : labels;
    return { versionId, labels: isEmpty ? kept : [], isTakenOver: true };
  });
  return {
    ...own,
    createdAt: retained.createdAt,
    changedAt: latest(own.changedAt, retained.changedAt),
    versions: [...taken, ...own.versions],
    tags: isEmpty ? { ...retained.tags, ...own.tags } : own.tags,
    takesOver: isEmpty ? { secret: retained.name, pauses: own.tags[TAG.paused] === undefined } : undefined,
  };
}
