import { look } from '../account/look';
import type { Iam, Registry, Secrets, Sts, Trail } from '../account/ports';
import { gather, reportOf } from '../account/survey';
import { DAY, MINUTE } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import type { AccessKey } from '../core/key/access-key';
import { currentKey } from '../core/key/secret-state';
import { breaker, type Managed } from '../core/lifecycle/breaker';
import type { Plan, RotationReason } from '../core/lifecycle/plan';
import { keysToTrace, planRotation } from '../core/lifecycle/plan-rotation';
import { daysOverdue } from '../core/lifecycle/summary';
import { worthRotationLook } from '../core/lifecycle/worth-a-look';
import { TAG } from '../core/names';
import type { Run } from '../runtime/run';
import { discardKey } from './discard-key';
import { rotateKey } from './rotate-key';
import { Turnstile } from './turnstile';

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
  const { requested } = options;
  if (options.justDeployed) await run.time.sleep(RIGHTS_SPREAD_IN);
  const all = await gather(ports.registry, ports.secrets, run);
  for (const id of requested ?? []) {
    if (all.some(({ entry }) => entry.id === id)) continue;
    const message = `A rotation of "${id}" was asked for, but there is no such managed key that works.`;
    run.find({ code: 'invalid-entry', key: id, severity: 'attention', message });
  }
  const open = breaker(all, run.now());
  if (open !== undefined) {
    const stuck = open.map(({ id, since }) => `"${id}" since ${since.toISOString()}`).join(', ');
    run.find({
      code: 'breaker-open',
      severity: 'attention',
      message: `Nothing is rotated until delivery works again: ${stuck} did not reach every target. Keys that somebody deleted or deactivated are still repaired, and what an operator asks for by name is done.`,
    });
  }
  const report = requested === undefined ? await reportOf(ports.iam, run) : undefined;
  const worth = all.filter((managed) =>
    requested === undefined ? worthRotationLook(managed, report, run.now()) : requested.includes(managed.entry.id),
  );
  const budget = { left: options.maxRotations, waiting: [] as string[] };
  const turnstile = new Turnstile();
  /** Whether a rotation may go ahead now. */
  const admit = (id: string, reason: RotationReason): boolean => {
    const repairs = reason === 'current-key-missing' || reason === 'current-key-inactive';
    // Pipelines wait for a repair, and it makes no key that was not there before.
    if (repairs) return true;
    if (open !== undefined && requested === undefined) return false;
    if (budget.left === 0) {
      budget.waiting.push(id);
      return false;
    }
    budget.left--;
    return true;
  };
  await run.forEach(worth.sort(mostOverdueFirst), async (managed) => {
    const { entry } = managed;
    const place = turnstile.enter();
    try {
      const { secret, keys } = await look(ports.iam, ports.secrets, managed);
      const input = { entry, secret, keys, now: run.now(), requested: requested?.includes(entry.id) ?? false };
      const plan = planRotation({ ...input, isOwn: await creators(ports.trail, run, keysToTrace(input)) });
      plan.findings.forEach((finding) => {
        run.find(finding);
      });
      const rotation = plan.steps.find((step) => step.do === 'rotate');
      if (rotation !== undefined) await place.turn;
      const admitted = rotation !== undefined && admit(entry.id, rotation.reason);
      place.leave();
      const before = admitted ? keys.map(({ accessKeyId }) => accessKeyId) : undefined;
      await execute(ports, run, { ...managed, secret }, plan, before);
    } finally {
      place.leave();
    }
  });
  if (budget.waiting.length > 0) {
    run.find({
      code: 'rotation-cap',
      severity: 'attention',
      message:
        `${options.maxRotations} rotations are this run's limit; ${budget.waiting.length} keys wait for the next ` +
        `${Math.ceil(budget.waiting.length / options.maxRotations)} runs (${budget.waiting.slice(0, 10).join(', ')}). ` +
        'Raise maxRotationsPerRun if that is too long.',
    });
  }
}

/** Whether this function created the keys; what CloudTrail cannot say now, a later run asks again. */
async function creators(
  trail: Trail,
  run: Run,
  keys: readonly AccessKey[],
): Promise<ReadonlyMap<string, boolean | undefined>> {
  const isOwn = async (key: AccessKey): Promise<boolean | undefined> => {
    try {
      return await trail.isOwn(key);
    } catch (thrown) {
      const { code } = toKeyturnError(thrown);
      run.log.warn('CloudTrail did not say who created a key', { accessKeyId: key.accessKeyId, code });
      return undefined;
    }
  };
  return new Map(await Promise.all(keys.map(async (key) => [key.accessKeyId, await isOwn(key)] as const)));
}

/** Runs a plan's steps in order; `before` are the user's keys when a rotation may go ahead now. */
async function execute(
  ports: RotatePorts,
  run: Run,
  managed: Managed,
  plan: Plan,
  before: readonly string[] | undefined,
): Promise<void> {
  const { entry, secret } = managed;
  const discarded = new Set<string>();
  for (const step of plan.steps) {
    switch (step.do) {
      case 'discard-orphan':
        await discardKey(ports.iam, run, entry, step.accessKeyId, 'orphan');
        discarded.add(step.accessKeyId);
        break;
      case 'clear-intent':
        await ports.secrets.untag(secret.name, [TAG.intent]);
        run.audit('intent-cleared', entry, { reason: 'stale' });
        break;
      case 'remove-label':
        await ports.secrets.removeLabel(secret.name, step.label, step.versionId);
        run.audit('labels-cleaned', entry, { version: step.versionId, reason: step.label });
        break;
      case 'record-inactive':
        await ports.secrets.tag(secret.name, { [TAG.deactivated]: `${step.accessKeyId} ${run.now().toISOString()}` });
        run.audit('inactive-recorded', entry, { accessKeyId: step.accessKeyId });
        break;
      case 'promote':
        run.audit('key-promotion-begun', entry, { accessKeyId: step.accessKeyId, version: step.versionId });
        await run.beforeGiving();
        await ports.secrets.moveLabel(secret.name, 'AWSCURRENT', step.versionId, step.from);
        run.audit('key-promoted', entry, { accessKeyId: step.accessKeyId, version: step.versionId });
        run.find({
          code: 'key-promoted',
          key: entry.id,
          accessKeyId: step.accessKeyId,
          severity: 'attention',
          message: `Key "${entry.id}": ${step.accessKeyId} is current again, because what was current does not work and the user has no room for a new key.`,
        });
        break;
      case 'rotate': {
        if (before === undefined) return;
        await rotateKey(ports, run, entry, secret.name, step.reason, {
          before: before.filter((id) => !discarded.has(id)),
          daysOverdue: daysOverdue(managed, run.now()),
        });
        break;
      }
    }
  }
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
