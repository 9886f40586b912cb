import { readCredentialReport } from '../account/credential-report';
import { lastUses, look } from '../account/look';
import type { Iam, Registry, Secrets, Trail } from '../account/ports';
import { survey } from '../account/survey';
import { ringOfUser } from '../core/key/key-ring';
import { withoutCurrentElsewhere } from '../core/lifecycle/current-elsewhere';
import { inMode } from '../core/lifecycle/observed';
import { planDeactivation } from '../core/lifecycle/plan-deactivation';
import { worthDeactivationLook } from '../core/lifecycle/worth-a-look';
import { isAsDeployed } from '../runtime/as-deployed';
import { perform } from '../runtime/doers/perform';
import { missedBefore, reportUnavailable } from '../runtime/missing-report';
import type { Run } from '../runtime/run';
import { explained } from './explained';

export interface RetirePorts {
  readonly iam: Iam;
  readonly secrets: Secrets;
  readonly registry: Registry;
}

export interface DeactivatePorts extends RetirePorts {
  readonly trail: Trail;
}

/** Makes every superseded key Inactive whose time has come and that nobody uses any more. */
export async function deactivate(ports: DeactivatePorts, run: Run): Promise<void> {
  const { iam, secrets, trail } = ports;
  // Begun first: IAM makes it while the registry and the secrets are read.
  const reading = readCredentialReport(iam, run.time, run.timeLeft());
  const all = run.surveyed(await survey(ports, run.deployedBy));
  const { report, missing } = await reading;
  if (missing !== undefined) run.find(reportUnavailable(missing, await missedBefore(run)));
  const worth = all.filter((managed) => worthDeactivationLook(managed, report, run.now()));
  await run.forEach(worth, async (managed) => {
    const { entry } = managed;
    const { secret, keys: present } = await look(iam, secrets, managed);
    const keys = withoutCurrentElsewhere(present, managed, all);
    const { superseded, anchor: successor } = ringOfUser(secret, keys, entry.user);
    const active = superseded.filter(({ status }) => status === 'Active');
    const lastUsed = await lastUses(iam, active);
    const plan = planDeactivation({ entry, secret, keys, lastUsed, now: run.now() });
    if (plan.steps.length > 0 && !(await isAsDeployed(secrets, run, managed))) return;
    const { steps, findings } = inMode({ entry, secret, keys, now: run.now() }, plan);
    run.findAll(await explained(findings, { iam, trail, managed: { ...managed, secret }, successor }));
    await perform(steps, { ports, run, managed: { ...managed, secret } });
  });
}
