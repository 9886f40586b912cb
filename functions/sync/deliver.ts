import { EVERYWHERE_TAKES, proveEverywhere } from '../account/prove';
import { marksOn, withoutMarks } from '../core/key/delivery-mark';
import { currentVersion, type SecretState } from '../core/key/secret-state';
import type { Managed } from '../core/lifecycle/managed';
import { planDelivery, removals } from '../core/lifecycle/plan-delivery';
import type { Delivery } from '../core/lifecycle/steps';
import { type DeliverPorts, type DeliveryOutcome, deliverVersion } from '../runtime/doers/deliver-version';
import type { Work } from '../runtime/doers/doer';
import { perform } from '../runtime/doers/perform';
import { type ProvePorts, provedVersion } from '../runtime/doers/prove-version';
import type { Run } from '../runtime/run';

/** How often a delivery is planned, with AWSCURRENT as it is by then, before it is left to the next run. */
const MOST_ROUNDS = 5;

/**
 * Delivers one managed key (docs/design/architecture.md, "Delivery, step by step").
 *
 * @param seen the key with its secret as it is now
 * @param proved the version whose key has been proved everywhere
 */
export async function deliver(ports: DeliverPorts, run: Run, seen: Managed, proved?: string): Promise<DeliveryOutcome> {
  const { entry } = seen;
  const { name } = seen.secret;
  let managed = seen;
  let known = proved;
  for (let round = 1; round <= MOST_ROUNDS; round++) {
    const { deliver: step } = planDelivery({ ...managed, now: run.now() });
    if (step?.fresh && step.versionId !== known) {
      if (!run.hasTime(EVERYWHERE_TAKES)) return 'left';
      if (!(await isKnownEverywhere(step, { ports, run, managed }))) return 'left';
      known = step.versionId;
      // A minute has gone by, in which anything may have changed.
      managed = { ...managed, secret: await ports.secrets.describe(name) };
      continue;
    }
    const outcome = await deliverOnce({ ports, run, managed });
    if (outcome !== 'overtaken') return outcome;
    run.log.warn('another version became current or was marked during a delivery; the current one follows', {
      key: entry.id,
    });
    managed = { ...managed, secret: await distrustMark({ ports, run, managed }) };
  }
  return 'overtaken';
}

/** Whether the key of a version that no target has yet is known at every endpoint, and stays so (K2). */
export async function isKnownEverywhere(step: Delivery, work: Work<ProvePorts>): Promise<boolean> {
  const { ports, run, managed } = work;
  const proved = await provedVersion(step, work, async (credential) => {
    const { regions, silent } = await proveEverywhere(ports.sts, credential, run.time);
    if (silent.length > 0) {
      run.log.warn('an endpoint of STS gave no answer; the key is proved without it', {
        key: managed.entry.id,
        silent,
      });
    }
    return { regions: regions.join(' '), ...(silent.length === 0 ? {} : { silent: silent.join(' ') }) };
  });
  return proved !== undefined;
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
 * Another run may have delivered and marked the current version already, and what this run wrote of another one, or put
 * back of the one before, came after it: the mark proves nothing any more (K1).
 *
 * @returns the secret without it. Who describes it afresh may find what that run has marked since
 */
export async function distrustMark(work: Work<DeliverPorts>): Promise<SecretState> {
  const { ports, run, managed } = work;
  const secret = await ports.secrets.describe(managed.secret.name);
  const current = currentVersion(secret);
  const marks = current === undefined ? [] : marksOn(current);
  if (marks.length === 0) return secret;
  await perform(removals(marks), work);
  return { ...withoutMarks(secret, marks), changedAt: run.now() };
}
