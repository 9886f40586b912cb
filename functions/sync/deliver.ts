import { type DeliveryMark, marksOn } from '../core/key/delivery-mark';
import { currentVersion, type SecretState } from '../core/key/secret-state';
import type { Managed } from '../core/lifecycle/managed';
import { planDelivery } from '../core/lifecycle/plan-delivery';
import type { StepNamed } from '../core/lifecycle/steps';
import { type DeliverPorts, type DeliveryOutcome, deliverVersion } from '../runtime/doers/deliver-version';
import type { Work } from '../runtime/doers/doer';
import { perform } from '../runtime/doers/perform';
import type { Run } from '../runtime/run';

/** How often AWSCURRENT may change under a delivery before it is left to the next run. */
const MOST_ROUNDS = 3;

/**
 * Delivers one managed key (docs/design/architecture.md, "Delivery, step by step").
 *
 * @param seen the key with its secret as it is now
 */
export async function deliver(ports: DeliverPorts, run: Run, seen: Managed): Promise<DeliveryOutcome> {
  const { entry } = seen;
  const { name } = seen.secret;
  let managed = seen;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const outcome = await deliverOnce({ ports, run, managed });
    if (outcome !== 'overtaken') return outcome;
    run.log.warn('another version became current or was marked during a delivery; the current one follows', {
      key: entry.id,
    });
    await distrustMark({ ports, run, managed });
    managed = { ...managed, secret: await ports.secrets.describe(name) };
  }
  return 'overtaken';
}

async function deliverOnce(work: Work<DeliverPorts>): Promise<DeliveryOutcome> {
  const { run, managed } = work;
  const { removeFirst, deliver: step, removeAfter } = planDelivery({ ...managed, now: run.now() });
  await perform(removals(removeFirst), work);
  const outcome = step === undefined ? 'marked' : await deliverVersion(step, work);
  if (outcome === 'marked') await perform(removals(removeAfter), work);
  return outcome;
}

/**
 * Another run may have delivered and marked the current version already, and what this run wrote of another one came
 * after it: the mark proves nothing any more (K1).
 */
async function distrustMark(work: Work<DeliverPorts>): Promise<void> {
  const secret: SecretState = await work.ports.secrets.describe(work.managed.secret.name);
  const current = currentVersion(secret);
  if (current !== undefined) await perform(removals(marksOn(current)), work);
}

function removals(marks: readonly DeliveryMark[]): readonly StepNamed<'remove-label'>[] {
  return marks.map((mark) => ({ do: 'remove-label', ...mark }));
}
