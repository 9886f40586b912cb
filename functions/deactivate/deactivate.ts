import { readCredentialReport } from '../account/credential-report';
import { lastUses, look } from '../account/look';
import type { Iam, Registry, Secrets } from '../account/ports';
import { survey } from '../account/survey';
import { keyRing } from '../core/key/key-ring';
import { planDeactivation } from '../core/lifecycle/plan-deactivation';
import { worthDeactivationLook } from '../core/lifecycle/worth-a-look';
import { perform } from '../runtime/doers/perform';
import type { Run } from '../runtime/run';

export interface RetirePorts {
  readonly iam: Iam;
  readonly secrets: Secrets;
  readonly registry: Registry;
}

/** Makes every superseded key Inactive whose time has come and that nobody uses any more. */
export async function deactivate(ports: RetirePorts, run: Run): Promise<void> {
  const { iam, secrets } = ports;
  const all = run.surveyed(await survey(ports));
  const { report, finding } = await readCredentialReport(iam, run.time);
  if (finding !== undefined) run.find(finding);
  const worth = all.filter((managed) => worthDeactivationLook(managed, report, run.now()));
  await run.forEach(worth, async (managed) => {
    const { entry } = managed;
    const { secret, keys } = await look(iam, secrets, managed);
    const active = keyRing(secret, keys).superseded.filter(({ status }) => status === 'Active');
    const lastUsed = await lastUses(iam, active);
    const plan = planDeactivation({ entry, secret, keys, lastUsed, now: run.now() });
    run.findAll(plan.findings);
    await perform(plan.steps, { ports, run, managed: { ...managed, secret } });
  });
}
