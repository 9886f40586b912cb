import { isDelivered } from './key-ring';
import { DELIVERED_LABEL_PREFIX } from './names';
import { pauseOf } from './pause';
import type { Plan, Step } from './plan';
import type { RegistryEntry } from './registry';
import { currentVersion, deliveredLabel, type SecretState, storedVersions } from './secret-state';
import { targetSetDigest } from './target';

export interface DeliveryInput {
  readonly entry: RegistryEntry;
  readonly secret: SecretState;
  readonly now: Date;
}

/** Decides whether the current version has to be delivered, and which labels of earlier deliveries are stale. */
export function planDelivery({ entry, secret, now }: DeliveryInput): Plan {
  const paused = pauseOf(entry.id, secret, now);
  if (paused !== undefined) return { steps: [], findings: [paused] };
  const current = currentVersion(secret);
  if (current === undefined) return { steps: [], findings: [] };
  const version = storedVersions(secret).find(({ versionId }) => versionId === current.versionId);
  if (version === undefined) {
    const message =
      `Key "${entry.id}": the current version of ${secret.name} was put there by hand and is not delivered. ` +
      'The next rotation replaces it.';
    return { steps: [], findings: [{ code: 'secret-edited', key: entry.id, severity: 'attention', message }] };
  }
  const digest = targetSetDigest(entry.targets, entry.connections);
  if (isDelivered(version, digest)) return { steps: staleLabels(secret, digest), findings: [] };
  const { versionId, accessKeyId, createdAt } = version;
  const deliver: Step = { do: 'deliver', versionId, accessKeyId, createdAt, digest };
  return { steps: [...lostMarks(secret, versionId), deliver], findings: [] };
}

/**
 * Marks of other versions. From the first target that takes this version on, no other one is at every target any more:
 * if it becomes current again, before this delivery is complete, it has to be delivered again (K1).
 */
function lostMarks(secret: SecretState, delivering: string): readonly Step[] {
  return deliveryLabels(secret).filter(({ versionId }) => versionId !== delivering);
}

/** Labels of earlier target sets; a secret has room for 20 labels in all. */
function staleLabels(secret: SecretState, digest: string): readonly Step[] {
  return deliveryLabels(secret).filter(({ label }) => label !== deliveredLabel(digest));
}

function deliveryLabels(secret: SecretState): readonly Extract<Step, { do: 'remove-label' }>[] {
  return secret.versions.flatMap(({ versionId, labels }) =>
    labels
      .filter((label) => label.startsWith(DELIVERED_LABEL_PREFIX))
      .map((label) => ({ do: 'remove-label' as const, label, versionId })),
  );
}
