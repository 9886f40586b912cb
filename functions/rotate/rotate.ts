import { creators } from '../account/creators';
import { readCredentialReport } from '../account/credential-report';
import { look } from '../account/look';
import type { Iam, Registry, Secrets, Sts, Trail } from '../account/ports';
import { survey } from '../account/survey';
import { DAY, MINUTE } from '../core/duration';
import type { Finding } from '../core/findings/findings';
import { currentKey } from '../core/key/secret-state';
import { breaker } from '../core/lifecycle/breaker';
import type { Managed } from '../core/lifecycle/managed';
import { keysToTrace, planRotation } from '../core/lifecycle/plan-rotation';
import type { Plan } from '../core/lifecycle/steps';
import { userSpelling } from '../core/lifecycle/user-spelling';
import { worthRotationLook } from '../core/lifecycle/worth-a-look';
import { perform } from '../runtime/doers/perform';
import type { Run } from '../runtime/run';
import { Admission } from './admission';
import { ArrivalOrder } from './arrival-order';
import { followFormerUsers } from './former-users';

export interface RotatePorts {
  readonly iam: Iam;
  readonly sts: Sts;
  readonly trail: Trail;
  readonly secrets: Secrets;
  readonly registry: Registry;
}

export interface RotateOptions {
  /** Rotations in this run at most. */
  readonly maxRotations: number;
  /** Keys that an operator wants rotated now, by id; the others are left alone. */
  readonly requested?: readonly string[];
  /** The stack was deployed this very moment. @default false */
  readonly justDeployed?: boolean;
}

/** IAM needs seconds to spread the rights that a deployment has changed. */
const RIGHTS_SPREAD_IN = MINUTE;

/** Rotates every managed key that is due, most overdue first. */
export async function rotate(ports: RotatePorts, run: Run, options: RotateOptions): Promise<void> {
  const { requested, maxRotations } = options;
  if (options.justDeployed) await run.time.sleep(RIGHTS_SPREAD_IN);
  const all = run.surveyed(await survey(ports));
  run.findAll(unmanagedRequests(all, requested));
  const stuck = breaker(all, run.now());
  if (stuck !== undefined) run.find({ code: 'breaker-open', facts: { stuck } });
  const worth = requested === undefined ? await worthALook(ports, run, all) : all.filter(isOneOf(requested));
  const admission = new Admission({ maxRotations, breakerOpen: stuck !== undefined && requested === undefined });
  const order = new ArrivalOrder();
  await run.forEach(worth.sort(mostOverdueFirst), async (managed) => {
    const { id } = managed.entry;
    const place = order.enter();
    try {
      const { keys, plan, secret } = await planned(ports, run, managed, requested?.includes(id) ?? false);
      run.findAll(plan.findings);
      const rotation = plan.steps.find((step) => step.do === 'rotate');
      if (rotation !== undefined) await place.turn;
      const admitted = rotation !== undefined && admission.admits(id, rotation.reason);
      place.leave();
      const steps = admitted || rotation === undefined ? plan.steps : plan.steps.slice(0, plan.steps.indexOf(rotation));
      await perform(steps, { ports, run, managed: { ...managed, secret }, keys });
    } finally {
      place.leave();
    }
  });
  if (admission.finding !== undefined) run.find(admission.finding);
}

/** The plan of one key, made from what is there now. @returns `keys` without those that the plan discards */
async function planned(ports: RotatePorts, run: Run, managed: Managed, requested: boolean) {
  const { entry } = managed;
  const { secret, keys } = await look(ports.iam, ports.secrets, managed);
  const input = { entry, secret, keys, now: run.now(), requested };
  const isOwn = await creators(ports.trail, keysToTrace(input), run.log);
  const plan = planRotation({ ...input, isOwn });
  return { plan, secret, keys: keys.filter(({ accessKeyId }) => !discards(plan, accessKeyId)) };
}

function discards({ steps }: Plan, accessKeyId: string): boolean {
  return steps.some((step) => step.do === 'discard-orphan' && step.accessKeyId === accessKeyId);
}

async function worthALook({ iam, secrets }: RotatePorts, run: Run, all: readonly Managed[]): Promise<Managed[]> {
  const { report, finding } = await readCredentialReport(iam, run.time);
  if (finding !== undefined) run.find(finding);
  await followFormerUsers(secrets, run, all, report);
  if (report !== undefined) run.findAll(all.flatMap(({ entry }) => userSpelling(entry, report)));
  return all.filter((managed) => worthRotationLook(managed, report, run.now()));
}

function isOneOf(ids: readonly string[]): (managed: Managed) => boolean {
  return ({ entry }) => ids.includes(entry.id);
}

/** What was asked for by a name that no managed key has. */
function unmanagedRequests(all: readonly Managed[], requested: readonly string[] = []): readonly Finding[] {
  const unknown = requested.filter((id) => !all.some(({ entry }) => entry.id === id));
  return unknown.map((id) => ({ code: 'request-refused', key: id, facts: { is: 'no-key' } }));
}

function mostOverdueFirst(a: Managed, b: Managed): number {
  return rotationDueAt(a) - rotationDueAt(b);
}

/** Milliseconds; a key that never was, or whose secret was edited, comes first. */
function rotationDueAt({ entry, secret }: Managed): number {
  const current = currentKey(secret);
  if (current === undefined) return 0;
  return current.createdAt.getTime() + entry.policy.rotateAfter * DAY;
}
