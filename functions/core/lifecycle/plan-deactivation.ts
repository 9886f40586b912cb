import type { RegistryEntry } from '../config/registry';
import { after, DAY, daysBetween, latest } from '../duration';
import { targetSetDigest } from '../hosts/target';
import type { AccessKey, LastUsed } from '../key/access-key';
import { deliveredAt, isDelivered } from '../key/delivery-mark';
import { inactiveSince, type KeyRing, keyRing, reactivatedAt, tagFor } from '../key/key-ring';
import { pauseOf } from '../key/pause';
import { type SecretState, withoutFuture } from '../key/secret-state';
import { TAG } from '../names';
import type { Finding, Plan, StepNamed } from './plan';
import { EARLY_BY } from './plan-rotation';
import { retirementAges } from './retirement';

export interface RetirementInput {
  readonly entry: RegistryEntry;
  readonly secret: SecretState;
  /** What IAM lists for the user. */
  readonly keys: readonly AccessKey[];
  /** Last use of the keys that are due; a key that is missing here is left alone. */
  readonly lastUsed: ReadonlyMap<string, LastUsed>;
  readonly now: Date;
}

/** What a deactivation may take. */
export type DeactivationStep = StepNamed<'deactivate' | 'record-hold' | 'record-reactivation'>;

/** Decides which superseded keys are made Inactive now. */
export function planDeactivation(given: RetirementInput): Plan<DeactivationStep> {
  const input = { ...given, secret: withoutFuture(given.secret, given.now) };
  const { entry, secret, keys, lastUsed, now } = input;
  const paused = pauseOf(entry.id, secret, now);
  if (paused !== undefined) return { steps: [], findings: [paused] };
  const ring = keyRing(secret, keys);
  if (ring.anchor === undefined) return planMakingRoom(input, ring);

  const steps: DeactivationStep[] = [];
  const findings: Finding[] = [];
  for (const key of ring.superseded.filter(({ status }) => status === 'Active')) {
    if (inactiveSince(secret, key.accessKeyId) !== undefined) {
      steps.push({ do: 'record-reactivation', accessKeyId: key.accessKeyId });
      findings.push(reactivated(entry, key));
      continue;
    }
    const due = deactivationDue(entry, secret, ring.anchor, key);
    if (now < due) continue;
    const blocked = successorProblem(entry, secret, ring, key, due);
    if (blocked !== undefined) {
      findings.push(blocked);
      continue;
    }
    const used = lastUsed.get(key.accessKeyId);
    if (used === undefined) continue;
    if (isIdle(used, entry, now)) {
      steps.push({ do: 'deactivate', accessKeyId: key.accessKeyId, reason: 'idle' });
      continue;
    }
    // Counted from the first hold: after a pause, or an outage of the rules, people get the whole of it. A hold from before
    // the key was due, such as before somebody made it Active again, is over.
    const held = tagFor(secret, TAG.held, key.accessKeyId);
    const heldSince = held !== undefined && held >= due ? held : undefined;
    const limit = after(heldSince ?? now, entry.policy.holdLimit * DAY);
    const use = [used.at?.toISOString(), used.service && `for ${used.service}`, used.region && `in ${used.region}`]
      .filter(Boolean)
      .join(' ');
    const about = { key: entry.id, accessKeyId: key.accessKeyId, severity: 'attention', since: due } as const;
    // The last day's run may start a little earlier in the day than the one that recorded the hold.
    if (after(now, EARLY_BY) < limit) {
      if (heldSince === undefined) steps.push({ do: 'record-hold', accessKeyId: key.accessKeyId });
      const message =
        `Key "${entry.id}": ${key.accessKeyId} is due to be made Inactive but was used ${use}. It is held until it has been ` +
        `idle for ${entry.policy.idleFor} days, at most until ${limit.toISOString()}. Something still uses the old key: ` +
        'a copy outside the targets, or a pipeline that keeps its variables.';
      findings.push({ code: 'in-use', message, ...about });
    } else {
      const message =
        `Key "${entry.id}": ${key.accessKeyId} was used ${use}, but its hold of ${entry.policy.holdLimit} days is over. It is ` +
        `made Inactive now. To undo: aws iam update-access-key --user-name ${entry.user} --access-key-id ` +
        `${key.accessKeyId} --status Active`;
      findings.push({ code: 'hold-limit', message, ...about });
      steps.push({ do: 'deactivate', accessKeyId: key.accessKeyId, reason: 'hold-limit' });
    }
  }
  return { steps, findings };
}

/**
 * When a superseded key may be made Inactive: when it has the age, after the overlap with its successor, and after as
 * long an overlap again when a person has made it Active in between.
 */
export function deactivationDue(
  entry: RegistryEntry,
  secret: SecretState,
  anchor: NonNullable<KeyRing['anchor']>,
  key: AccessKey,
): Date {
  const { rotateAfter, deactivateAfter } = entry.policy;
  const overlap = (deactivateAfter - rotateAfter) * DAY;
  const again = reactivatedAt(secret, key.accessKeyId);
  return latest(
    retirementAges(entry.policy, key.createdAt, anchor.createdAt).deactivate,
    after(deliveredAt(secret, anchor), overlap),
    ...(again === undefined ? [] : [after(again, overlap)]),
  );
}

/** What forbids to retire a key whose time has come: its successor does not work everywhere yet (K3). */
export function successorProblem(
  entry: RegistryEntry,
  secret: SecretState,
  ring: KeyRing,
  key: AccessKey,
  since: Date,
): Finding | undefined {
  const successor = ring.anchor;
  const about = { key: entry.id, accessKeyId: key.accessKeyId, severity: 'attention', since } as const;
  if (successor === undefined || ring.anchorKey?.status !== 'Active') {
    const message =
      `Key "${entry.id}": ${key.accessKeyId} stays as it is, because its successor ${successor?.accessKeyId ?? ''} was deleted ` +
      'or made Inactive by hand. The next rotation repairs that first.';
    return { code: ring.anchorKey === undefined ? 'current-key-missing' : 'current-key-inactive', message, ...about };
  }
  if (isDelivered(secret, successor, targetSetDigest(entry.targets, entry.connections))) return undefined;
  const message =
    `Key "${entry.id}": ${key.accessKeyId} stays as it is, because its successor ${successor.accessKeyId} has not reached every ` +
    "target. The findings of the sync function say what is in delivery's way.";
  return { code: 'undelivered', message, ...about };
}

function isIdle(used: LastUsed, entry: RegistryEntry, now: Date): boolean {
  return used.at === undefined || after(used.at, entry.policy.idleFor * DAY) <= now;
}

function reactivated(entry: RegistryEntry, key: AccessKey): Finding {
  const { rotateAfter, deactivateAfter } = entry.policy;
  return {
    code: 'reactivated',
    key: entry.id,
    accessKeyId: key.accessKeyId,
    severity: 'attention',
    message:
      `Key "${entry.id}": somebody made the superseded key ${key.accessKeyId} Active again. It is left so for ` +
      `${deactivateAfter - rotateAfter} more days; move what still uses it to the targets' current key.`,
  };
}

/**
 * Adoption of a user with two keys: `adopt: replace-idle` lets one of them be retired in the ordinary way, and only if
 * it has not been used for as long as a key normally lives.
 */
function planMakingRoom(
  { entry, secret, keys, lastUsed, now }: RetirementInput,
  ring: KeyRing,
): Plan<DeactivationStep> {
  if (
    entry.adopt !== 'replace-idle' ||
    keys.length < 2 ||
    ring.superseded.some(({ status }) => status === 'Inactive')
  ) {
    return { steps: [], findings: [] };
  }
  const idleSince = (key: AccessKey) => {
    const used = lastUsed.get(key.accessKeyId);
    if (used === undefined) return undefined;
    const instants = [key.createdAt, used.at, reactivatedAt(secret, key.accessKeyId)];
    return latest(...instants.filter((instant) => instant !== undefined));
  };
  const idle = ring.superseded
    .flatMap((key) => {
      const since = idleSince(key);
      return since !== undefined && after(since, entry.policy.deactivateAfter * DAY) <= now ? [{ key, since }] : [];
    })
    .sort((a, b) => a.since.getTime() - b.since.getTime())
    .at(0);
  if (idle !== undefined) {
    if (inactiveSince(secret, idle.key.accessKeyId) !== undefined) {
      return {
        steps: [{ do: 'record-reactivation', accessKeyId: idle.key.accessKeyId }],
        findings: [reactivated(entry, idle.key)],
      };
    }
    return { steps: [{ do: 'deactivate', accessKeyId: idle.key.accessKeyId, reason: 'replace-idle' }], findings: [] };
  }
  const uses = ring.superseded
    .map((key) => {
      const since = idleSince(key);
      return `${key.accessKeyId} (${since === undefined ? 'unknown' : `${daysBetween(since, now)} days idle`})`;
    })
    .join(' and ');
  return {
    steps: [],
    findings: [
      {
        code: 'two-keys',
        key: entry.id,
        severity: 'attention',
        message:
          `User ${entry.user} of key "${entry.id}" has two access keys and neither has been idle for ` +
          `${entry.policy.deactivateAfter} days: ${uses}. A person has to decide which one can go.`,
      },
    ],
  };
}
