import type { RegistryEntry } from '../config/registry';
import { targetSetDigest } from '../hosts/target';
import { isDelivered, isLastProduct, markCounts, markRemovals, mayBeOvertaken } from '../key/delivery-mark';
import { pauseOf } from '../key/pause';
import {
  currentKey,
  currentVersion,
  deliveredLabel,
  type SecretState,
  type StoredVersion,
  storedVersions,
  withoutFuture,
} from '../key/secret-state';
import type { Plan, Step } from './plan';

export interface DeliveryInput {
  readonly entry: RegistryEntry;
  readonly secret: SecretState;
  readonly now: Date;
}

/**
 * Decides whether the current version has to be delivered, and which marks of earlier deliveries have to go: some before
 * it begins, the others when it is complete and marked.
 */
export function planDelivery({ entry, secret: given, now }: DeliveryInput): Plan {
  const secret = withoutFuture(given, now);
  const paused = pauseOf(entry.id, secret, now);
  if (paused !== undefined) return { steps: [], findings: [paused] };
  if (currentVersion(secret) === undefined) return { steps: [], findings: [] };
  const version = currentKey(secret);
  if (version === undefined) {
    const message =
      `Key "${entry.id}": the current version of ${secret.name} was put there by hand and is not delivered. ` +
      'The next rotation replaces it.';
    return { steps: [], findings: [{ code: 'secret-edited', key: entry.id, severity: 'attention', message }] };
  }
  const digest = targetSetDigest(entry.targets, entry.connections);
  if (isDelivered(secret, version, digest)) return { steps: staleMarks(secret, digest), findings: [] };
  const misleading = misleadingMarks(secret, version);
  const label = deliveredLabel(digest);
  const holder = secret.versions.find(({ labels }) => labels.includes(label))?.versionId;
  const { versionId, accessKeyId, createdAt } = version;
  const deliver: Step = {
    do: 'deliver',
    versionId,
    accessKeyId,
    createdAt,
    digest,
    markedBefore: misleading.some((step) => step.label === label) ? undefined : holder,
    conclusive: !mayBeOvertaken(secret, version, digest, now),
    returned: !isLastProduct(secret, version),
  };
  const stale = staleMarks(secret, digest).filter(({ versionId, label }) =>
    misleading.every((step) => step.versionId !== versionId || step.label !== label),
  );
  const steps = isFull(secret) ? [...misleading, ...stale, deliver] : [...misleading, deliver, ...stale];
  return { steps, findings: [] };
}

/**
 * Marks that would say too much before this delivery is complete: one on the version itself that does not count any
 * more, and those of others that would count if one of them became current again (K1).
 */
function misleadingMarks(secret: SecretState, delivering: StoredVersion): ReturnType<typeof markRemovals> {
  return storedVersions(secret)
    .filter((version) => (version.versionId === delivering.versionId) !== markCounts(secret, version))
    .flatMap(markRemovals);
}

/** Secrets Manager: labels of one secret, over all its versions. */
const MOST_LABELS = 20;

/** Whether there is no room for one more mark. */
function isFull({ versions }: SecretState): boolean {
  return versions.flatMap(({ labels }) => labels).length >= MOST_LABELS;
}

/** Marks of earlier target sets. */
function staleMarks(secret: SecretState, digest: string): ReturnType<typeof markRemovals> {
  return secret.versions.flatMap(markRemovals).filter(({ label }) => label !== deliveredLabel(digest));
}
