import { readCredentialReport } from '../account/credential-report';
import { lastUses, look } from '../account/look';
import type { Iam, Registry, Secrets, Trail } from '../account/ports';
import { survey } from '../account/survey';
import { after, MINUTE, SECOND } from '../core/duration';
import type { AccessKey } from '../core/key/access-key';
import { saidCompromised } from '../core/key/compromised';
import { ringOfUser } from '../core/key/key-ring';
import { withoutCurrentElsewhere } from '../core/lifecycle/current-elsewhere';
import type { Managed } from '../core/lifecycle/managed';
import { inMode } from '../core/lifecycle/observed';
import { planDeactivation } from '../core/lifecycle/plan-deactivation';
import { isLeak, worthDeactivationLook } from '../core/lifecycle/worth-a-look';
import { secretName } from '../core/names';
import { isAsDeployed } from '../runtime/as-deployed';
import { leaksOf } from '../runtime/attested';
import { byTheRecord } from '../runtime/by-the-record';
import type { Later } from '../runtime/doers/doer';
import { perform } from '../runtime/doers/perform';
import { missedBefore, reportUnavailable } from '../runtime/missing-report';
import type { Run } from '../runtime/run';
import { explained } from './explained';
import { tellLeakedUses } from './leaked-uses';

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
  /** Access keys that AWS says have leaked: their secrets say in a moment what is to be done. @default - none */
  readonly leaked?: readonly string[] | undefined;
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

async function deactivateAll(running: Running, { look: named, leaked }: DeactivateOptions): Promise<void> {
  const { ports, run, later } = running;
  if (leaked !== undefined) {
    await awaitLeaks(running, leaked);
    return;
  }
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
  await run.forEach(worth, async (managed) => {
    const seen = await deactivateKeysOf(running, managed, all);
    later(() => tellLeakedUses({ ports, run, ...seen }));
  });
}

/**
 * Rotate, which the same event has started, looks at the account before it writes, and tries again where that fails. What it
 * writes later is met when the successor is delivered.
 */
const WRITTEN_WITHIN = 4 * MINUTE;
const LOOK_AGAIN_AFTER = 5 * SECOND;

/**
 * Looks at the managed keys of which the same event makes rotate say that they have leaked, each as soon as it has said so:
 * it says it of one after the other.
 */
async function awaitLeaks(running: Running, leaked: readonly string[]): Promise<void> {
  const { ports, run } = running;
  const until = after(run.now(), WRITTEN_WITHIN);
  const waiting = new Set(leaked);
  for (;;) {
    const { managed } = await survey(ports, run.deployedBy);
    const said = managed.flatMap(({ entry, secret }) => {
      const named = saidCompromised(secret).filter(({ accessKeyId }) => waiting.has(accessKeyId));
      return named.length === 0 ? [] : [{ id: entry.id, named }];
    });
    for (const { accessKeyId } of said.flatMap(({ named }) => named)) waiting.delete(accessKeyId);
    if (said.length > 0) {
      const ids = said.map(({ id }) => id);
      await lookAtLeaks(running, ids);
    }
    if (waiting.size === 0) return;
    if (run.now() >= until || !run.hasTime(LOOK_AGAIN_AFTER)) break;
    await run.time.sleep(LOOK_AGAIN_AFTER);
  }
  // Rotate tells people whose they are, or why it could not say so.
  run.log.warn('rotate has said of some keys in time neither that they have leaked nor of whom', {
    leaked: [...waiting],
  });
}

/** Every delivery starts this: where no tag names a leaked key it ends with the descriptions of the secrets. */
async function lookAtLeaks(running: Running, ids: readonly string[]): Promise<void> {
  const { ports, run } = running;
  const secrets = await Promise.all(ids.map((id) => ports.secrets.describe(secretName(id))));
  const leaking = ids.filter((_id, at) => secrets[at] !== undefined && isLeak(secrets[at]));
  if (leaking.length === 0) return;
  const all = run.surveyed(await survey(ports, run.deployedBy));
  const wanted = all.filter(({ entry }) => leaking.includes(entry.id));
  await run.forEach(wanted, async (managed) => {
    await deactivateKeysOf(running, managed, all);
  });
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
  const { superseded, anchor: successor } = ringOfUser(secret, keys, entry.user);
  const active = superseded.filter(({ status }) => status === 'Active');
  const { compromised, findings: unproved } = await leaksOf(run, managed, secret, keys);
  const lastUsed = await lastUses(iam, active);
  const plan = planDeactivation({ entry, secret, keys, lastUsed, compromised, now: run.now() });
  const seen = { managed: { ...managed, secret }, keys: present };
  if (plan.steps.length > 0 && !(await isAsDeployed(secrets, run, managed))) return seen;
  const { steps, findings } = inMode({ entry, secret, keys, now: run.now() }, plan);
  run.findAll(unproved);
  run.findAll(await explained(findings, { iam, trail, managed: { ...managed, secret }, successor }));
  await perform(steps, { ports, run, ...seen, later });
  return seen;
}
