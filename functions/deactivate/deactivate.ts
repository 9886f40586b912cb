import { lastUses, look } from '../account/look';
import type { Iam, Registry, Secrets } from '../account/ports';
import { gather, reportOf } from '../account/survey';
import { keyRing } from '../core/key/key-ring';
import { planDeactivation } from '../core/lifecycle/plan-deactivation';
import { worthDeactivationLook } from '../core/lifecycle/worth-a-look';
import { TAG } from '../core/names';
import type { Run } from '../runtime/run';

export interface RetirePorts {
  readonly iam: Iam;
  readonly secrets: Secrets;
  readonly registry: Registry;
}

/** Makes every superseded key Inactive whose time has come and that nobody uses any more. */
export async function deactivate({ iam, secrets, registry }: RetirePorts, run: Run): Promise<void> {
  const all = await gather(registry, secrets, run);
  const report = await reportOf(iam, run);
  const worth = all.filter((managed) => worthDeactivationLook(managed, report, run.now()));
  await run.forEach(worth, async (managed) => {
    const { entry } = managed;
    const { secret, keys } = await look(iam, secrets, managed);
    const active = keyRing(secret, keys).superseded.filter(({ status }) => status === 'Active');
    const lastUsed = await lastUses(iam, active);
    const plan = planDeactivation({ entry, secret, keys, lastUsed, now: run.now() });
    plan.findings.forEach((finding) => {
      run.find(finding);
    });
    for (const step of plan.steps) {
      if (step.do === 'deactivate') {
        const { accessKeyId, reason } = step;
        run.audit('key-deactivation-begun', entry, { accessKeyId, reason });
        await run.beforeTaking();
        await iam.deactivateAccessKey(entry.user, accessKeyId);
        run.audit('key-deactivated', entry, { accessKeyId, reason });
        run.count('deactivated');
        await secrets.tag(secret.name, { [TAG.deactivated]: `${accessKeyId} ${run.now().toISOString()}` });
      } else if (step.do === 'record-hold') {
        const { accessKeyId } = step;
        await secrets.tag(secret.name, { [TAG.held]: `${accessKeyId} ${run.now().toISOString()}` });
        run.audit('hold-recorded', entry, { accessKeyId, outcome: 'held' });
      } else if (step.do === 'record-reactivation') {
        const { accessKeyId } = step;
        await secrets.tag(secret.name, { [TAG.reactivated]: `${accessKeyId} ${run.now().toISOString()}` });
        run.audit('reactivation-recorded', entry, { accessKeyId });
      }
    }
  });
}
