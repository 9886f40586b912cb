import { after, DAY, earliest, latest, MINUTE } from '../duration';
import type { Finding } from '../findings/findings';
import { targetSetDigest } from '../hosts/target';
import { driftedAt } from '../key/check-mark';
import { saidCompromised } from '../key/compromised';
import { tagFor } from '../key/dated-tag';
import { isDelivered } from '../key/delivery-mark';
import { inactiveSince } from '../key/key-ring';
import { currentKey } from '../key/secret-state';
import { broughtForward, upcomingRotations } from '../lifecycle/bring-forward';
import { dueAt, EARLY_BY } from '../lifecycle/due';
import { isObserved, TOLD_AS_DONE } from '../lifecycle/observed';
import { planDeactivation } from '../lifecycle/plan-deactivation';
import { deletionDue, planDeletion } from '../lifecycle/plan-deletion';
import { deliverySteps, planDelivery } from '../lifecycle/plan-delivery';
import { planRotation } from '../lifecycle/plan-rotation';
import { deactivationDue } from '../lifecycle/retirement';
import { isAtOnce } from '../lifecycle/rotation-reason';
import type { Plan, RotationReason, Step } from '../lifecycle/steps';
import { TAG } from '../names';
import { type ImaginedKey, imagine, isMadeUp, looked } from './imagined-key';

/** What a run changes of a key, in the words of the record. */
export const FORESEEN = ['rotate', 'promote', 'deliver', 'deactivate', 'delete'] as const;

/** Something that will be done, if nothing comes in between. */
export interface Foreseen {
  readonly at: Date;
  /** ID of the managed key. */
  readonly key: string;
  readonly does: (typeof FORESEEN)[number];
  /** @default - it is still to be made; for `rotate` the one that is replaced, where there is one */
  readonly accessKeyId: string | undefined;
  /** When the access key that is dealt with was, or will be, made. */
  readonly madeAt: Date | undefined;
  readonly reason?: string;
  /** To when it may be held because somebody uses the key. @default - it is not held */
  readonly latest?: Date;
  /** Its key is only observed: it would be done, and is not. */
  readonly isObserved: boolean;
}

/** Something that a run will find. */
export interface Obstacle {
  readonly finding: Finding;
  readonly from: Date;
  /** The last day on which it is found. */
  readonly until: Date;
}

export interface Forecast {
  /** In the order of time. */
  readonly foreseen: readonly Foreseen[];
  readonly obstacles: readonly Obstacle[];
  /** The keys as they would be at the end. */
  readonly end: readonly ImaginedKey[];
}

export interface ForecastInput {
  readonly keys: readonly ImaginedKey[];
  readonly now: Date;
  /** Whole days, today included. */
  readonly days: number;
  /** Rotations in one run at most. */
  readonly maxRotations: number;
}

/** After a rotation its deliveries come within minutes, and the rules that retire keys a while later. */
const DELIVERED_AFTER = 5 * MINUTE;
const RETIRED_AFTER = 20 * MINUTE;

/**
 * What the daily runs will do, from the state as it is: the planners themselves decide, day by day, over keys that are
 * only imagined. It takes for granted that AWS and the hosts answer, that each delivery succeeds, and that pipelines
 * take up a delivered key, so that the one before is idle when its time comes; `latest` says what a hold would add. A key
 * that is only observed is lived as if it were not, and what is foreseen says so.
 */
export function forecast({ keys, now, days, maxRotations }: ForecastInput): Forecast {
  const foreseen: Foreseen[] = [];
  const found = new Found();
  const all = new Map(keys.map((key) => [key.entry.id, key]));
  /** Until when nothing will happen to a key by itself, by id. */
  const asleep = new Map<string, Date>();
  for (let day = 0; day < days; day += 1) {
    const at = after(now, day * DAY);
    const early = all.size > maxRotations ? earlyOnes([...all.values()], at, maxRotations) : new Set<string>();
    const admission = new Admission(maxRotations);
    const isAwake = ({ entry: { id } }: ImaginedKey) => early.has(id) || at >= (asleep.get(id) ?? now);
    for (const key of [...all.values()].filter(isAwake).sort((a, b) => madeAt(a) - madeAt(b))) {
      const { id } = key.entry;
      const lived = liveDay(key, at, { admission, isEarly: early.has(id) });
      all.set(id, lived.key);
      foreseen.push(...lived.foreseen);
      found.on(at, lived.findings);
      const isQuiet = lived.foreseen.length + lived.findings.length === 0;
      asleep.set(id, isQuiet ? wakesAt(lived.key) : now);
    }
  }
  const inOrder = foreseen.sort((a, b) => a.at.getTime() - b.at.getTime());
  return { foreseen: inOrder, obstacles: found.obstacles, end: [...all.values()] };
}

function madeAt({ secret }: ImaginedKey): number {
  return currentKey(secret)?.createdAt.getTime() ?? 0;
}

function earlyOnes(all: readonly ImaginedKey[], now: Date, limit: number): ReadonlySet<string> {
  return broughtForward(upcomingRotations(all, undefined, new Set(), now), { now, limit });
}

/** One run's rotations. Repairs, and the first key of another user, wait for nothing. */
class Admission {
  #left: number;

  constructor(maxRotations: number) {
    this.#left = maxRotations;
  }

  admits(reason: RotationReason): boolean {
    if (isAtOnce(reason)) return true;
    this.#left -= 1;
    return this.#left >= 0;
  }
}

interface Day {
  readonly admission: Admission;
  readonly isEarly: boolean;
}

/** When the first of its dates comes, of a key with which nothing is amiss and nothing is to be done today. */
function wakesAt({ entry, secret, keys }: ImaginedKey): Date {
  const current = currentKey(secret);
  // What replaces it may be used on any day.
  if (current === undefined || entry.replacedBy !== undefined) return new Date(0);
  const others = keys.filter(({ accessKeyId }) => accessKeyId !== current.accessKeyId);
  const dates = others.map((key) => {
    const since = inactiveSince(secret, key.accessKeyId);
    return since === undefined
      ? deactivationDue(entry, secret, current, key)
      : deletionDue(entry, key, since, current.createdAt);
  });
  return after(earliest(dueAt(current.createdAt, entry), ...dates), -EARLY_BY);
}

/** What a day's runs do with one key, in their order. */
function liveDay(given: ImaginedKey, at: Date, { admission, isEarly }: Day) {
  const lived = new LivedDay(given);
  lived.take(at, ({ entry, secret, keys }) => {
    const compromised = saidCompromised(secret);
    const plan = planRotation({ entry, secret, keys, compromised, now: at, broughtForward: isEarly });
    const isAdmitted =
      isObserved(entry) || plan.steps.every((step) => step.do !== 'rotate' || admission.admits(step.reason));
    return isAdmitted ? plan : { ...plan, steps: plan.steps.filter((step) => step.do !== 'rotate') };
  });
  const delivery = after(at, DELIVERED_AFTER);
  lived.take(delivery, ({ entry, secret }) => {
    const plan = planDelivery({ entry, secret, compromised: saidCompromised(secret), now: delivery });
    return { steps: deliverySteps(plan), findings: plan.findings };
  });
  const retirement = after(at, RETIRED_AFTER);
  lived.look(delivery);
  for (const plan of [planDeactivation, planDeletion]) {
    lived.take(retirement, (key) => {
      // A role that pipelines take in place of the key goes on being taken; of another one it is not known.
      const used = key.lastUsed.get(currentKey(key.secret)?.accessKeyId ?? '')?.at ?? new Date(0);
      const uses = [...(key.roleUses ?? [])].map(
        ([role, use]) => [role, use.at !== undefined && use.at > used ? { at: retirement } : use] as const,
      );
      const roleUses = new Map(uses);
      const compromised = saidCompromised(key.secret);
      const isOver = key.keys.length === 0 && key.entry.replacedBy === undefined;
      return isOver ? NOTHING : plan({ ...key, roleUses, compromised, now: retirement });
    });
  }
  return lived;
}

const NOTHING: Plan<never, never> = { steps: [], findings: [] };

class LivedDay {
  readonly foreseen: Foreseen[] = [];
  readonly findings: Finding[] = [];

  constructor(public key: ImaginedKey) {}

  take(at: Date, planned: (key: ImaginedKey) => Plan<Step, Finding>): void {
    const { steps, findings } = planned(this.key);
    // What a plan tells as done is not done yet.
    this.findings.push(...findings.filter(({ code }) => !TOLD_AS_DONE.has(code)));
    for (const step of steps) {
      const seen = foreseenOf(step, this.key, at);
      if (seen !== undefined) this.foreseen.push(seen);
      this.key = imagine(this.key, step, at);
    }
  }

  /** Sync looks every day whether what is delivered is still there; here it is, where it is not known to have drifted. */
  look(at: Date): void {
    const { entry, secret } = this.key;
    const current = currentKey(secret);
    if (current === undefined || entry.targets.length === 0) return;
    const digest = targetSetDigest(entry.targets, entry.connections);
    if (!isDelivered(secret, current, digest) || driftedAt(secret, current, digest) !== undefined) return;
    this.key = looked(this.key, current.accessKeyId, at);
  }
}

function foreseenOf(step: Step, key: ImaginedKey, at: Date): Foreseen | undefined {
  const { id, policy } = key.entry;
  const about = (accessKeyId: string | undefined) => ({
    at,
    key: id,
    accessKeyId: accessKeyId === undefined || isMadeUp(accessKeyId) ? undefined : accessKeyId,
    madeAt: key.keys.find((each) => each.accessKeyId === accessKeyId)?.createdAt,
    isObserved: isObserved(key.entry),
  });
  switch (step.do) {
    case 'rotate':
      return { ...about(currentKey(key.secret)?.accessKeyId), does: step.do, reason: step.reason };
    case 'promote':
    case 'delete':
    case 'deliver':
      return { ...about(step.accessKeyId), does: step.do };
    case 'deactivate': {
      const isHeld = step.reason !== 'idle' || policy.holdLimit === 0;
      const since = tagFor(key.secret, TAG.held, step.accessKeyId) ?? at;
      const held = isHeld ? {} : { latest: latest(at, after(since, policy.holdLimit * DAY)) };
      return { ...about(step.accessKeyId), does: step.do, reason: step.reason, ...held };
    }
    default:
      return undefined;
  }
}

/** What is found day after day is one obstacle. */
class Found {
  readonly #open = new Map<string, Obstacle>();
  readonly #over: Obstacle[] = [];

  on(at: Date, findings: readonly Finding[]): void {
    for (const finding of findings) {
      const name = JSON.stringify([finding.code, finding.key, finding.accessKeyId]);
      const before = this.#open.get(name);
      if (before !== undefined && after(before.until, 1.5 * DAY) >= at) {
        this.#open.set(name, { ...before, until: at });
        continue;
      }
      if (before !== undefined) this.#over.push(before);
      this.#open.set(name, { finding, from: at, until: at });
    }
  }

  get obstacles(): readonly Obstacle[] {
    return [...this.#over, ...this.#open.values()].sort((a, b) => a.from.getTime() - b.from.getTime());
  }
}
