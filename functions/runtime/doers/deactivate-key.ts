import type { Iam, Secrets, Trail } from '../../account/ports';
import { after, MINUTE } from '../../core/duration';
import { KeyturnError } from '../../core/errors';
import { INTENT_LIVES, openIntent } from '../../core/key/intent';
import { isRecordTaken } from '../../core/key/key-ring';
import { currentKey, withoutFuture } from '../../core/key/secret-state';
import type { Disabled } from '../../core/lifecycle/leaked';
import type { StepNamed } from '../../core/lifecycle/steps';
import { TAG } from '../../core/names';
import { usesOfLeaked } from '../uses-of-leaked';
import type { Doer, Work } from './doer';
import { notWantedBack } from './not-wanted-back';
import { tagNow } from './records';

interface DeactivateKeyPorts {
  readonly iam: Iam;
  readonly secrets: Secrets;
  readonly trail: Trail;
}

/** Makes a key Inactive, after the record has said so (K7). */
export const deactivateKey: Doer<'deactivate', DeactivateKeyPorts> = async (step, work) => {
  const { accessKeyId, reason } = step;
  const { ports, run, managed } = work;
  const { entry } = managed;
  run.audit('key-deactivation-begun', entry, { accessKeyId, reason });
  await run.beforeTaking();
  if (reason === 'replaced') await replacedNow(accessKeyId, work);
  else if (reason !== 'compromised' || !isCurrent(accessKeyId, work)) await notWantedBack(accessKeyId, work);
  await ports.iam.deactivateAccessKey(entry.user, accessKeyId);
  const leak = step.reason === 'compromised' ? leakFacts(step, work) : undefined;
  run.audit('key-deactivated', entry, { accessKeyId, reason, facts: factsOf(step, leak) });
  run.count('deactivated');
  try {
    if (!isRecordTaken(managed.secret, work.keys ?? [], accessKeyId)) await tagNow(TAG.deactivated, accessKeyId, work);
  } finally {
    if (leak !== undefined) {
      const tell = () => tellDisabled(accessKeyId, leak, work);
      if (work.later === undefined) await tell();
      else work.later(tell);
    }
  }
};

/** What the record has of it beside the reason. */
function factsOf(step: StepNamed<'deactivate'>, leak: Disabled['facts'] | undefined) {
  if (step.reason === 'replaced') return { roles: step.roles, rolesUsed: step.rolesUsed.toISOString() };
  return leak && { since: leak.at.toISOString(), minutes: leak.minutes, wasCurrent: leak.wasCurrent };
}

/**
 * Says in the secret that the current key goes for good, and looks then whether a rotation is at work, which looks for
 * that word after its own: one of the two sees the other, so that no key goes without its overlap (K1).
 *
 * @throws KeyturnError `label-moved`; a later run sees what came of it
 */
async function replacedNow(accessKeyId: string, work: Work<DeactivateKeyPorts>): Promise<void> {
  await stillToGo(accessKeyId, work);
  await tagNow(TAG.replaced, accessKeyId, work);
  await stillToGo(accessKeyId, work);
}

async function stillToGo(accessKeyId: string, { ports, run, managed }: Work<DeactivateKeyPorts>): Promise<void> {
  const secret = withoutFuture(await ports.secrets.describe(managed.secret.name), run.now());
  const intent = openIntent(secret);
  // An older one is that of a run that is over: what it left behind is rotate's to find.
  const isRotated = intent !== undefined && (intent === 'unreadable' || run.now() < after(intent.at, INTENT_LIVES));
  if (currentKey(secret)?.accessKeyId === accessKeyId && !isRotated) return;
  const message = `${accessKeyId} of ${managed.secret.name} is being rotated, or is not current any more: it is left as it is.`;
  throw new KeyturnError('label-moved', message, { retryable: true });
}

/** CloudTrail is waited for, and another key that has leaked must not wait for that. */
async function tellDisabled(
  accessKeyId: string,
  leak: Disabled['facts'],
  { ports, run, managed }: Work<DeactivateKeyPorts>,
): Promise<void> {
  // Who dies here has said that it is Inactive: the next daily run tells people (leaked-uses).
  await run.beforeGiving();
  const used = await usesOfLeaked(ports, run, accessKeyId, leak.at);
  run.find({ code: 'compromised-disabled', key: managed.entry.id, accessKeyId, facts: { ...leak, used } });
}

/** How long it took from the word that the key has leaked. */
function leakFacts(
  { accessKeyId, since: at }: Extract<StepNamed<'deactivate'>, { readonly reason: 'compromised' }>,
  { run, managed }: Work<DeactivateKeyPorts>,
): Disabled['facts'] {
  const minutes = Math.max(0, Math.round((run.now().getTime() - at.getTime()) / MINUTE));
  return { at, minutes, wasCurrent: isCurrent(accessKeyId, { managed }) };
}

/** As the plan saw it: what has leaked may go first, whatever pipelines hold. */
function isCurrent(accessKeyId: string, { managed }: Pick<Work<DeactivateKeyPorts>, 'managed'>): boolean {
  return currentKey(managed.secret)?.accessKeyId === accessKeyId;
}
