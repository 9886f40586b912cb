import type { RegistryEntry } from '../config/registry';
import { after, DAY, HOUR } from '../duration';
import { targetSetDigest } from '../hosts/target';
import { checkedAt, driftedAt, revisionsOf } from '../key/check-mark';
import { type Compromised, compromisedOf } from '../key/compromised';
import { isDelivered, lastDeliveredAt } from '../key/delivery-mark';
import { inactiveSince } from '../key/key-ring';
import { isReplaced } from '../key/replaced';
import { currentKey, type SecretState, type StoredVersion, storedVersions, withoutFuture } from '../key/secret-state';
import { mayComeBack, withdrawnAt } from '../key/withdrawn';
import { pauseFinding } from './paused';
import { deactivationDue } from './retirement';
import type { AboutDrift, Check } from './steps';

/** The mark of a look counts for a day, so the next one comes early enough for a host that is down for hours. */
export const CHECK_EVERY = 20 * HOUR;
/** Around the day of a deactivation: what is deactivated then was looked at just before. */
export const CHECK_EVERY_AROUND_RETIREMENT = 4 * HOUR;

interface CheckInput {
  readonly entry: RegistryEntry;
  readonly secret: SecretState;
  /** Keys that have leaked, as far as the record proves it. @default - none */
  readonly compromised?: readonly Compromised[] | undefined;
  readonly now: Date;
  readonly drift: AboutDrift;
  /** Somebody has asked for it now. */
  readonly isAsked: boolean;
}

/**
 * Decides whether it is time to look whether the targets still hold what was delivered to them (K13).
 *
 * @returns undefined where nothing is delivered that could be looked for, where a person holds the key back, and where
 *   somebody has just looked or delivered
 */
export function planCheck(input: CheckInput): Check | undefined {
  const { entry, secret: given, compromised, now, isAsked } = input;
  const secret = withoutFuture(given, now);
  const version = currentKey(secret);
  if (version === undefined || entry.targets.length === 0 || isReplaced(entry, secret)) return undefined;
  if (pauseFinding(entry, secret, now) !== undefined || mayComeBack(secret, now)) return undefined;
  const digest = targetSetDigest(entry.targets, entry.connections);
  if (!isDelivered(secret, version, digest)) return undefined;
  const seen = checkedAt(secret, version, digest);
  const every = isRetiring(entry, secret, version, now) ? CHECK_EVERY_AROUND_RETIREMENT : CHECK_EVERY;
  // A delivery looks at everything itself.
  if (!isAsked && now < after(seen ?? lastDeliveredAt(secret, version), every)) return undefined;
  const { accessKeyId, versionId } = version;
  // What has leaked is looked at, so that the key before it can go and make room; where it is gone it is not delivered again.
  const hasLeaked = compromisedOf(compromised, accessKeyId) !== undefined;
  const drift = hasLeaked && input.drift === 'repair' ? 'report' : input.drift;
  return {
    do: 'check',
    accessKeyId,
    versionId,
    digest,
    checkedAt: seen,
    known: revisionsOf(secret, version, digest),
    isKnownToDrift: driftedAt(secret, version, digest) !== undefined,
    drift,
  };
}

/** The order of checks when there are more than one run should ask the hosts for: the longest unseen first. */
export function byLastLook(a: Check, b: Check): number {
  return (a.checkedAt?.getTime() ?? 0) - (b.checkedAt?.getTime() ?? 0);
}

/** Whether a stored predecessor is to be made Inactive within hours, or waits for it. */
function isRetiring(entry: RegistryEntry, secret: SecretState, version: StoredVersion, now: Date): boolean {
  return storedVersions(secret).some((other) => {
    const isBefore = other.createdAt < version.createdAt || withdrawnAt(secret, other.accessKeyId) !== undefined;
    if (!isBefore || inactiveSince(secret, other.accessKeyId) !== undefined) return false;
    const due = deactivationDue(entry, secret, version, other);
    const until = after(due, (entry.policy.holdLimit + 1) * DAY);
    return after(due, -CHECK_EVERY_AROUND_RETIREMENT) <= now && now <= until;
  });
}
