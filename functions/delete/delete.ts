import { lastUses, look } from '../account/look';
import type { Iam, Registry, Secrets } from '../account/ports';
import { gather, reportOf } from '../account/survey';
import { keyRing } from '../core/key/key-ring';
import { planDeletion } from '../core/lifecycle/plan-deletion';
import { worthDeletionLook } from '../core/lifecycle/worth-a-look';
import { TAG } from '../core/names';
import type { Run } from '../runtime/run';

interface DeletePorts {
  readonly iam: Iam;
  readonly secrets: Secrets;
  readonly registry: Registry;
}

/** Deletes every superseded key that was Inactive for the whole recovery period. */
export async function deleteKeys({ iam, secrets, registry }: DeletePorts, run: Run): Promise<void> {
  const all = await gather(registry, secrets, run);
  const report = await reportOf(iam, run);
  const worth = all.filter((managed) => worthDeletionLook(managed, report, run.now()));
  await run.forEach(worth, async (managed) => {
    const { entry } = managed;
    const { secret, keys } = await look(iam, secrets, managed);
    const inactive = keyRing(secret, keys).superseded.filter(({ status }) => status === 'Inactive');
    const lastUsed = await lastUses(iam, inactive);
    const plan = planDeletion({ entry, secret, keys, lastUsed, now: run.now() });
    plan.findings.forEach((finding) => {
      run.find(finding);
    });
    const clearRecord = () => secrets.untag(secret.name, [TAG.deactivated, TAG.reactivated, TAG.held]);
    for (const step of plan.steps) {
      if (step.do === 'record-inactive') {
        const { accessKeyId } = step;
        await secrets.tag(secret.name, { [TAG.deactivated]: `${accessKeyId} ${run.now().toISOString()}` });
        run.audit('inactive-recorded', entry, { accessKeyId });
      } else if (step.do === 'clear-record') {
        await clearRecord();
        run.audit('labels-cleaned', entry, { reason: step.do });
      } else if (step.do === 'delete') {
        const { accessKeyId, inactiveSince } = step;
        const facts = { inactiveSince: inactiveSince.toISOString() };
        run.audit('key-deletion-begun', entry, { accessKeyId, facts });
        await run.beforeTaking();
        await iam.deleteAccessKey(entry.user, accessKeyId);
        run.audit('key-deleted', entry, { accessKeyId, facts });
        run.count('deleted');
        await clearRecord();
      }
    }
  });
}
