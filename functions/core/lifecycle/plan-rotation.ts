import type { RegistryEntry } from '../config/registry';
import { after, DAY, daysBetween, HOUR } from '../duration';
import { targetSetDigest } from '../hosts/target';
import type { AccessKey } from '../key/access-key';
import { DELIVERY_LIVES, deliveredAt, isDelivered, markCounts, markRemovals } from '../key/delivery-mark';
import { INTENT_LIVES, lastIntent, openIntent, orphanCandidates, RECORD_SHOWS_WITHIN } from '../key/intent';
import { inactiveSince, type KeyRing, keyRing } from '../key/key-ring';
import { pauseOf } from '../key/pause';
import {
  CLOCK_SKEW,
  currentVersion,
  newestStored,
  type SecretState,
  storedVersions,
  withoutFuture,
} from '../key/secret-state';
import { TAG } from '../names';
import type { Finding, Plan, RotationReason, StepNamed } from './plan';

export interface RotationInput {
  readonly entry: RegistryEntry;
  readonly secret: SecretState;
  /** What IAM lists for the user. */
  readonly keys: readonly AccessKey[];
  /** Whether this function created the keys that a crashed run may have left behind (`keysToTrace`), where that is known. */
  readonly isOwn?: ReadonlyMap<string, boolean | undefined>;
  readonly now: Date;
  /** An operator asked for this key by name. @default false */
  readonly requested?: boolean;
}

/**
 * A rule that runs every day does not run at the same millisecond: a key may be rotated this much before its time, so
 * that it is not rotated a whole day after it.
 */
export const EARLY_BY = HOUR;

/** A prompt delivery is complete within an hour, and others of the same version are over when they have had their time. */
export const SETTLES_IN = HOUR + DELIVERY_LIVES;

/** The keys whose creator `planRotation` has to know. */
export function keysToTrace({ secret, keys, now }: RotationInput): readonly AccessKey[] {
  const intent = lastIntent(secret);
  if (intent === undefined || now.getTime() - intent.at.getTime() < INTENT_LIVES) return [];
  return orphanCandidates(intent, keyRing(secret, keys).unknown);
}

/** What a rotation may take. */
export type RotationStep = StepNamed<
  'discard-orphan' | 'remove-label' | 'clear-intent' | 'rotate' | 'promote' | 'record-inactive'
>;

/** Decides whether a key is rotated now, and names what stands in the way. */
export function planRotation(given: RotationInput): Plan<RotationStep> {
  const input = { ...given, secret: withoutFuture(given.secret, given.now) };
  const { entry, secret, keys, now, isOwn = new Map<string, boolean | undefined>() } = input;
  const paused = pauseOf(entry.id, secret, now);
  if (paused !== undefined) return { steps: [], findings: [paused] };

  const attention = (code: Finding['code'], message: string, more: Partial<Finding> = {}): Finding => ({
    code,
    key: entry.id,
    severity: 'attention',
    message,
    ...more,
  });
  const findings: Finding[] = [];
  const steps: RotationStep[] = [];
  const ring = keyRing(secret, keys);

  const intent = openIntent(secret);
  if (intent === 'unreadable' || (intent !== undefined && intent.at > after(now, INTENT_LIVES))) {
    const message =
      `Key "${entry.id}": the tag ${TAG.intent} of ${secret.name} was edited and names no run that began. Look for a key of ` +
      `${entry.user} that nobody knows, then remove the tag; until then the key is not rotated.`;
    return { steps, findings: [attention('rotation-in-progress', message)] };
  }
  if (intent !== undefined && now.getTime() - intent.at.getTime() < INTENT_LIVES) {
    const message =
      `Key "${entry.id}": run ${intent.run} began a rotation at ${intent.at.toISOString()} and may still be at work. ` +
      'The next run looks again; an intent older than an hour is cleaned up.';
    return { steps, findings: [attention('rotation-in-progress', message, { severity: 'notice', since: intent.at })] };
  }
  const reason = rotationReason(input, ring);
  const dead = reason === 'current-key-missing' || reason === 'current-key-inactive';
  const suspects = keysToTrace(input);
  const untraced = suspects.filter(({ accessKeyId }) => isOwn.get(accessKeyId) === undefined);
  // Pipelines wait for a repair: it does not wait for CloudTrail while there is room.
  const waits = untraced.length > 0 && !(dead && keys.length < 2);
  if (intent !== undefined && waits && now < after(intent.at, RECORD_SHOWS_WITHIN)) {
    const message =
      `Key "${entry.id}": run ${intent.run} began a rotation at ${intent.at.toISOString()} and may have left ` +
      `${untraced.map(({ accessKeyId }) => accessKeyId).join(' and ')} behind. CloudTrail does not say yet who created it; ` +
      'the next run looks again.';
    const severity = dead ? 'attention' : 'notice';
    return { steps, findings: [attention('rotation-in-progress', message, { severity, since: intent.at })] };
  }
  // Without proof that this function made it, a key is somebody else's (K5).
  const orphans = suspects.filter(({ accessKeyId }) => isOwn.get(accessKeyId) === true);
  for (const orphan of orphans) {
    steps.push({ do: 'discard-orphan', accessKeyId: orphan.accessKeyId });
    findings.push({
      code: 'orphan-discarded',
      key: entry.id,
      accessKeyId: orphan.accessKeyId,
      severity: 'notice',
      message:
        `Key "${entry.id}": run ${lastIntent(secret)?.run} created ${orphan.accessKeyId} and ended before it was stored. It was ` +
        'never handed to anybody and is deleted.',
    });
  }
  // Without the intent that takes it back, a mark would count again.
  const lapsed = storedVersions(secret).filter((version) => !markCounts(secret, version));
  steps.push(...lapsed.flatMap(markRemovals));
  if (intent !== undefined) steps.push({ do: 'clear-intent' });

  for (const foreign of ring.unknown.filter((key) => !orphans.includes(key))) {
    const message =
      `User ${entry.user} has the access key ${foreign.accessKeyId}, created ${foreign.createdAt.toISOString()} by hand. ` +
      `Keyturn never touches it. If nobody needs it: aws iam delete-access-key --user-name ${entry.user} ` +
      `--access-key-id ${foreign.accessKeyId}`;
    findings.push(attention('foreign-key', message, { accessKeyId: foreign.accessKeyId, since: foreign.createdAt }));
  }

  if (reason === undefined) return { steps, findings };
  if (dead || reason === 'secret-edited') findings.push(attention(reason, whatHappened(input, ring, reason)));

  const unsettled = unsettledSince(secret, ring, now);
  if (unsettled !== undefined) {
    const message =
      `Key "${entry.id}" was rotated or delivered at ${unsettled.toISOString()}; a delivery may still be under way, so it ` +
      'is not rotated again so soon.';
    return { steps, findings: [...findings, attention('settling', message, { severity: 'notice' })] };
  }
  const digest = targetSetDigest(entry.targets, entry.connections);
  if (ring.current !== undefined && !dead && !isDelivered(secret, ring.current, digest)) {
    const message =
      `Key "${entry.id}": ${ring.current.accessKeyId} has not reached every target yet, so its successor has to wait. ` +
      "The findings of the sync function say what is in delivery's way.";
    const undelivered = { accessKeyId: ring.current.accessKeyId, since: ring.current.createdAt };
    return { steps, findings: [...findings, attention('undelivered', message, undelivered)] };
  }
  // What somebody made Inactive is superseded by what follows; the credential report may not show it to the deletion.
  const { accessKeyId = '', status } = ring.anchorKey ?? {};
  const recording: readonly RotationStep[] = status === 'Inactive' ? [{ do: 'record-inactive', accessKeyId }] : [];
  if (keys.length - orphans.length < 2) {
    return { steps: [...steps, { do: 'rotate', reason }, ...recording], findings };
  }

  const spare = dead || ring.edited ? promotable(input, ring) : undefined;
  const from = currentVersion(secret)?.versionId;
  if (spare !== undefined && from !== undefined) {
    steps.push({ do: 'promote', ...spare, from }, ...recording);
    return { steps, findings };
  }
  // The deletion that would make room hears of an Inactive key here. There is one record a secret: of two such keys the
  // older one goes first, and its time is not begun anew by the other.
  const inactive = ring.superseded.filter(({ status }) => status === 'Inactive');
  const [oldest] = inactive;
  if (oldest !== undefined && inactive.every(({ accessKeyId }) => inactiveSince(secret, accessKeyId) === undefined)) {
    steps.push({ do: 'record-inactive', accessKeyId: oldest.accessKeyId });
  }
  return { steps, findings: [...findings, attention('two-keys', twoKeys(input, ring))] };
}

function rotationReason(input: RotationInput, ring: KeyRing): RotationReason | undefined {
  const { entry, keys, now, requested = false } = input;
  if (ring.edited) return 'secret-edited';
  if (ring.current === undefined) {
    if (requested || entry.firstRotation === 'at-once') return 'first';
    const oldest = ring.superseded[0] ?? keys[0];
    return oldest === undefined || isDue(oldest.createdAt, entry, now) ? 'first' : undefined;
  }
  if (ring.anchorKey === undefined) return 'current-key-missing';
  if (ring.anchorKey.status === 'Inactive') return 'current-key-inactive';
  if (isDue(ring.current.createdAt, entry, now)) return 'due';
  return requested ? 'requested' : undefined;
}

/** Since when deliveries may be under way that a further rotation must not overtake; undefined when there are none. */
function unsettledSince(secret: SecretState, { current }: KeyRing, now: Date): Date | undefined {
  const newest = newestStored(secret, now)?.createdAt;
  if (newest !== undefined && now < after(newest, SETTLES_IN)) return newest;
  const delivered = current === undefined ? undefined : deliveredAt(secret, current);
  return delivered !== undefined && delivered <= after(now, CLOCK_SKEW) && now < after(delivered, DELIVERY_LIVES)
    ? delivered
    : undefined;
}

/** When a key's rotation is due, give or take `EARLY_BY`. */
export function isDue(createdAt: Date, entry: RegistryEntry, now: Date): boolean {
  return after(createdAt, entry.policy.rotateAfter * DAY - EARLY_BY) <= now;
}

/** A stored key that still works and can stand in for a dead current one, or for a value that nobody knows. */
function promotable(
  { secret, keys }: RotationInput,
  ring: KeyRing,
): { accessKeyId: string; versionId: string } | undefined {
  const working = storedVersions(secret).filter(
    (version) =>
      version.accessKeyId !== ring.current?.accessKeyId &&
      keys.some((key) => key.accessKeyId === version.accessKeyId && key.status === 'Active'),
  );
  const newest = working.at(-1);
  return newest === undefined ? undefined : { accessKeyId: newest.accessKeyId, versionId: newest.versionId };
}

function whatHappened({ entry, secret }: RotationInput, ring: KeyRing, reason: RotationReason): string {
  const id = ring.anchor?.accessKeyId ?? 'the key';
  switch (reason) {
    case 'current-key-missing':
      return `Key "${entry.id}": somebody deleted the current key ${id}. Pipelines cannot use it until a new one is delivered.`;
    case 'current-key-inactive':
      return `Key "${entry.id}": somebody made the current key ${id} Inactive. Pipelines cannot use it until a new one is delivered.`;
    default:
      return (
        `Key "${entry.id}": somebody put a value into ${secret.name} that Keyturn did not store; it is not delivered. ` +
        'A fresh key replaces it as soon as the user has room for one. Only somebody who changed the policy of the secret ' +
        'can have done this: look for PutSecretValue and PutResourcePolicy in CloudTrail.'
      );
  }
}

function twoKeys({ entry, keys, now }: RotationInput, ring: KeyRing): string {
  const listed = keys
    .map((key) => `${key.accessKeyId} (${key.status}, ${daysBetween(key.createdAt, now)} days old)`)
    .join(' and ');
  const start = `User ${entry.user} of key "${entry.id}" has two access keys, which is IAM's limit: ${listed}. `;
  if (ring.anchorKey?.status === 'Inactive') {
    return (
      `${start}The current one is Inactive and its successor has no room. Make it Active again (aws iam update-access-key ` +
      `--user-name ${entry.user} --access-key-id ${ring.anchorKey.accessKeyId} --status Active), or delete one that nobody needs.`
    );
  }
  if (ring.anchor !== undefined && ring.unknown.length > 0) {
    const foreign = ring.unknown.map(({ accessKeyId }) => accessKeyId).join(' and ');
    return `${start}Keyturn never touches ${foreign}. Delete it when nobody needs it; then the key is rotated.`;
  }
  if (ring.anchor !== undefined && ring.superseded.length > 0) {
    return `${start}The superseded one is deactivated and deleted when its dates have passed; then the key is rotated.`;
  }
  if (entry.adopt === 'replace-idle') {
    return `${start}One is retired when it has not been used for ${entry.policy.deactivateAfter} days; until then a person has to decide which one can go.`;
  }
  return (
    `${start}Delete the one that nobody uses (aws iam get-access-key-last-used tells), or set "adopt: replace-idle" to ` +
    'let Keyturn retire one that is idle.'
  );
}
