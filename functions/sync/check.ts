import { currentVersion, deliveredLabel } from '../core/key/secret-state';
import type { Managed } from '../core/lifecycle/managed';
import type { Check } from '../core/lifecycle/steps';
import { checkVersion } from '../runtime/doers/check-version';
import type { DeliverPorts, DeliveryOutcome } from '../runtime/doers/deliver-version';
import { perform } from '../runtime/doers/perform';
import type { Run } from '../runtime/run';
import { deliver } from './deliver';

/**
 * Looks whether one key is still where it was delivered to. What has drifted loses its mark, and is delivered again.
 *
 * @returns what came of that delivery; undefined where there was none
 */
export async function check(
  ports: DeliverPorts,
  run: Run,
  managed: Managed,
  step: Check,
): Promise<DeliveryOutcome | undefined> {
  const work = { ports, run, managed };
  if ((await checkVersion(step, work)) !== 'drifted') return undefined;
  const { accessKeyId, versionId, digest, drift, isKnownToDrift } = step;
  if (drift !== 'repair') {
    if (!isKnownToDrift) await perform([{ do: 'record-drift', accessKeyId }], work);
    return undefined;
  }
  const { name } = managed.secret;
  const { changedAt } = await ports.secrets.describe(name);
  await perform([{ do: 'remove-label', label: deliveredLabel(digest), versionId }], work);
  const secret = await ports.secrets.describe(name);
  // That the mark went is no sign of another delivery at work; whatever came before it is.
  const isSame = currentVersion(secret)?.versionId === versionId;
  return deliver(ports, run, { ...managed, secret: isSame ? { ...secret, changedAt } : secret });
}
