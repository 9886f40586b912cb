import { readCredentialReport } from '../account/credential-report';
import { lastUses, look } from '../account/look';
import type { Iam, Registry, Secrets } from '../account/ports';
import { survey } from '../account/survey';
import { ringOfUser } from '../core/key/key-ring';
import { isToGo } from '../core/key/replaced';
import { withoutCurrentElsewhere } from '../core/lifecycle/current-elsewhere';
import { inMode } from '../core/lifecycle/observed';
import { planDeletion } from '../core/lifecycle/plan-deletion';
import { worthDeletionLook } from '../core/lifecycle/worth-a-look';
import { isAsDeployed } from '../runtime/as-deployed';
import { byTheRecord, unprovedEnd } from '../runtime/by-the-record';
import { perform } from '../runtime/doers/perform';
import { missedBefore, reportUnavailable } from '../runtime/missing-report';
import type { Run } from '../runtime/run';

interface DeletePorts {
  readonly iam: Iam;
  readonly secrets: Secrets;
  readonly registry: Registry;
}

/** Deletes every superseded key that was Inactive for the whole recovery period. */
export async function deleteKeys(given: DeletePorts, run: Run): Promise<void> {
  const ports = { ...given, secrets: byTheRecord(given.secrets, run, 'is-held') };
  const { iam, secrets } = ports;
  // Begun first: IAM makes it while the registry and the secrets are read.
  const reading = readCredentialReport(iam, run.time, run.timeLeft());
  const all = run.surveyed(await survey(ports, run.deployedBy));
  const { report, missing } = await reading;
  if (missing !== undefined) run.find(reportUnavailable(missing, await missedBefore(run)));
  const worth = all.filter((managed) => worthDeletionLook(managed, report, run.now()));
  await run.forEach(worth, async (managed) => {
    const { entry } = managed;
    const { secret, keys: present } = await look(iam, secrets, managed);
    const keys = withoutCurrentElsewhere(present, managed, all);
    const { superseded, anchorKey } = ringOfUser(secret, keys, entry.user);
    const leaves = entry.replacedBy === undefined || anchorKey === undefined ? [] : [anchorKey];
    const inactive = [...superseded, ...leaves].filter(({ status }) => status === 'Inactive');
    const lastUsed = await lastUses(iam, inactive);
    const unproved = isToGo(entry, secret) ? await unprovedEnd(secret, run) : undefined;
    const plan = planDeletion({ entry, secret, keys, lastUsed, unprovedEnd: unproved, now: run.now() });
    if (plan.steps.length > 0 && !(await isAsDeployed(secrets, run, managed))) return;
    const { steps, findings } = inMode({ entry, secret, keys, now: run.now() }, plan);
    run.findAll(findings);
    await perform(steps, { ports, run, managed: { ...managed, secret }, keys: present });
  });
}
