import { readCredentialReport } from '../account/credential-report';
import { lastUses, look, roleUses } from '../account/look';
import type { Iam, Registry, Secrets, Trail } from '../account/ports';
import { survey } from '../account/survey';
import { type KeyturnError, toKeyturnError } from '../core/errors';
import type { AccessKey } from '../core/key/access-key';
import { ringOfUser } from '../core/key/key-ring';
import { isToGo } from '../core/key/replaced';
import { withoutCurrentElsewhere } from '../core/lifecycle/current-elsewhere';
import type { Managed } from '../core/lifecycle/managed';
import { inMode } from '../core/lifecycle/observed';
import { planDeactivation } from '../core/lifecycle/plan-deactivation';
import { isLeak, worthDeactivationLook } from '../core/lifecycle/worth-a-look';
import { secretName } from '../core/names';
import { isAsDeployed } from '../runtime/as-deployed';
import { leaksOf } from '../runtime/attested';
import { byTheRecord, unprovedEnd } from '../runtime/by-the-record';
import type { Later } from '../runtime/doers/doer';
import { perform } from '../runtime/doers/perform';
import { missedBefore, reportUnavailable } from '../runtime/missing-report';
import type { Run } from '../runtime/run';
import { explained } from './explained';
import { leakWords, tellLeakedUses } from './leaked-uses';

export interface RetirePorts {
  readonly iam: Iam;
  readonly secrets: Secrets;
  readonly registry: Registry;
}

export interface DeactivatePorts extends RetirePorts {
  readonly trail: Trail;
}

export interface DeactivateOptions {
  /** Keys that are looked at now because one of theirs may have leaked, by id. @default - all, each by its dates */
  readonly look?: readonly string[] | undefined;
}

/** Makes every superseded key Inactive whose time has come and that nobody uses any more, and what has leaked at once. */
export async function deactivate(given: DeactivatePorts, run: Run, options: DeactivateOptions = {}): Promise<void> {
  const ports = { ...given, secrets: byTheRecord(given.secrets, run, 'is-held') };
  const waiting: (() => Promise<void>)[] = [];
  try {
    await deactivateAll({ ports, run, later: (work) => waiting.push(work) }, options);
  } finally {
    for (const work of waiting) await work();
  }
}

/** What a run works with. */
interface Running {
  readonly ports: DeactivatePorts;
  readonly run: Run;
  readonly later: Later;
}

async function deactivateAll(running: Running, { look: named }: DeactivateOptions): Promise<void> {
  const { ports, run, later } = running;
  if (named !== undefined) {
    await lookAtLeaks(running, named);
    return;
  }
  // Begun first: IAM makes it while the registry and the secrets are read.
  const reading = readCredentialReport(ports.iam, run.time, run.timeLeft());
  const all = run.surveyed(await survey(ports, run.deployedBy));
  const { report, missing } = await reading;
  if (missing !== undefined) run.find(reportUnavailable(missing, await missedBefore(run)));
  const worth = all.filter((managed) => worthDeactivationLook(managed, report, run.now()));
  const said = leakWords(run);
  await run.forEach(worth, async (managed) => {
    const seen = await deactivateKeysOf(running, managed, all);
    later(() => tellLeakedUses({ ports, run, said, ...seen }));
  });
}

/** Every delivery starts this: where no tag names a leaked key it ends with the descriptions of the secrets. */
async function lookAtLeaks(running: Running, ids: readonly string[]): Promise<void> {
  const { ports, run } = running;
  const looked = await Promise.all(ids.map(async (id) => ((await mayLeak(running, id)) ? [id] : [])));
  const leaking = looked.flat();
  if (leaking.length === 0) return;
  const all = run.surveyed(await survey(ports, run.deployedBy));
  const wanted = all.filter(({ entry }) => leaking.includes(entry.id));
  let failed: KeyturnError | undefined;
  await run.forEach(wanted, async (managed) => {
    try {
      await deactivateKeysOf(running, managed, all);
    } catch (thrown) {
      const error = toKeyturnError(thrown);
      failed ??= error.retryable ? error : undefined;
      throw error;
    }
  });
  // Lambda repeats the run: a key that has leaked does not wait for tomorrow's (K8).
  if (failed !== undefined) throw failed;
}

/** One that cannot be described stops no other one (K11): it is looked at like those that leak, and told if that fails too. */
async function mayLeak({ ports, run }: Running, id: string): Promise<boolean> {
  try {
    return isLeak(await ports.secrets.describe(secretName(id)));
  } catch (thrown) {
    run.log.warn('whether a key has leaked is not known yet', { key: id, code: toKeyturnError(thrown).code });
    return true;
  }
}

/** @returns the key as it was looked at */
async function deactivateKeysOf(
  { ports, run, later }: Running,
  managed: Managed,
  all: readonly Managed[],
): Promise<{ readonly managed: Managed; readonly keys: readonly AccessKey[] }> {
  const { iam, secrets, trail } = ports;
  const { entry } = managed;
  const { secret, keys: present } = await look(iam, secrets, managed);
  const keys = withoutCurrentElsewhere(present, managed, all);
  const { superseded, anchor: successor, anchorKey } = ringOfUser(secret, keys, entry.user);
  const leaves = entry.replacedBy === undefined || anchorKey === undefined ? [] : [anchorKey];
  const active = [...superseded, ...leaves].filter(({ status }) => status === 'Active');
  const { compromised, findings: unproved } = await leaksOf(run, managed, secret, keys);
  const lastUsed = await lastUses(iam, active);
  const uses = await roleUses(iam, entry, { secret, keys });
  const end = { unprovedEnd: isToGo(entry, secret) ? await unprovedEnd(secret, run) : undefined };
  const plan = planDeactivation({ entry, secret, keys, lastUsed, roleUses: uses, compromised, ...end, now: run.now() });
  const seen = { managed: { ...managed, secret }, keys: present };
  if (plan.steps.length > 0 && !(await isAsDeployed(secrets, run, managed))) return seen;
  const { steps, findings } = inMode({ entry, secret, keys, now: run.now() }, plan);
  run.findAll(unproved);
  run.findAll(await explained(findings, { iam, trail, managed: { ...managed, secret }, successor }));
  await perform(steps, { ports, run, ...seen, later });
  return seen;
}
