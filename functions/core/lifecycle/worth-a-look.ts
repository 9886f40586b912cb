import type { Policy } from '../config/policy';
import { after, DAY, SECOND } from '../duration';
import type { CredentialReport, ReportedUser } from '../key/access-key';
import { rotationAskedAt } from '../key/asked';
import { saidCompromised } from '../key/compromised';
import { readDatedTag, tagFor } from '../key/dated-tag';
import { openIntent } from '../key/intent';
import { inactiveSince } from '../key/key-ring';
import { changedUser, lineOf } from '../key/key-user';
import { isToGo } from '../key/replaced';
import {
  currentKey,
  currentVersion,
  newestStored,
  type SecretState,
  storedVersions,
  withoutFuture,
} from '../key/secret-state';
import { isWithdrawalOfToday } from '../key/withdrawn';
import { TAG } from '../names';
import { isDue } from './due';
import type { Managed } from './managed';
import { retirementAges } from './retirement';

/**
 * Which managed keys a run has to look at in IAM, one call a user; all others are known from the registry, the
 * secrets and the credential report, which take one call a page (DESIGN: 0.12 calls a key in a quiet run).
 */

/** IAM reports whole seconds. */
const SAME_INSTANT = 2 * SECOND;

type Slot = ReportedUser['keys'][number];

/** Worth a look before rotating: due, never rotated, a rotation left open, or IAM shows something unexpected. */
export function worthRotationLook(
  { entry, secret }: Managed,
  report: CredentialReport | undefined,
  now: Date,
): boolean {
  const current = currentKey(secret);
  if (current === undefined || openIntent(secret) !== undefined) return true;
  if (secret.takesOver !== undefined || changedUser(secret, entry.user) !== undefined) return true;
  if (rotationAskedAt(secret) !== undefined || isLeak(secret) || isWithdrawalOfToday(secret, now)) return true;
  if (isDue(current.createdAt, entry, now) || isWantedBack(entry, secret, current.accessKeyId)) return true;
  const line = usableLine(secret, entry.user, report, now);
  return line === 'unusable' ? false : !fits(line, secret, current.createdAt);
}

/** It was to go for good, and its entry names no role any more: a report may be of before it went. */
function isWantedBack({ replacedBy }: Managed['entry'], secret: SecretState, accessKeyId: string): boolean {
  return replacedBy === undefined && tagFor(secret, TAG.replaced, accessKeyId) !== undefined;
}

/** Worth a look before deactivating: an Active key besides the current one that has the age. */
export function worthDeactivationLook(given: Managed, report: CredentialReport | undefined, now: Date): boolean {
  const managed = { ...given, secret: withoutFuture(given.secret, now) };
  const { entry, secret } = managed;
  // Its use shows in no report early enough, and what is left of it is told every day.
  if (mayMakeRoom(managed) || isLeak(secret) || entry.replacedBy !== undefined) return true;
  const { rotateAfter, deactivateAfter } = entry.policy;
  const blindly = hasOldPredecessor(secret, entry.policy, now);
  return worthRetirementLook(managed, report, now, blindly, ({ active, changedAt }, current) => {
    if (!active) return false;
    const due = isCreation(changedAt, secret)
      ? retirementAges(entry.policy, changedAt, current.createdAt).deactivate
      : after(current.createdAt, (deactivateAfter - rotateAfter) * DAY);
    return due <= now;
  });
}

/** Worth a look before deleting: an Inactive key besides the current one that had its time, or is not recorded yet. */
export function worthDeletionLook(given: Managed, report: CredentialReport | undefined, now: Date): boolean {
  const managed = { ...given, secret: withoutFuture(given.secret, now) };
  const { secret, entry } = managed;
  if (mayMakeRoom(managed)) return true;
  const { deactivateAfter, deleteAfter } = entry.policy;
  const recorded = readDatedTag(secret.tags[TAG.deactivated]);
  const since = recorded === undefined ? undefined : inactiveSince(secret, recorded.accessKeyId);
  // IAM documents that the report has no date for a key that is not active: the record alone is reason enough.
  if (recorded !== undefined && since !== undefined) {
    const stored = storedVersions(secret).find(({ accessKeyId }) => accessKeyId === recorded.accessKeyId);
    const current = currentKey(secret);
    const hasAge =
      stored === undefined ||
      current === undefined ||
      stored.accessKeyId === current.accessKeyId ||
      retirementAges(entry.policy, stored.createdAt, current.createdAt).delete <= now;
    return hasAge && after(since, (deleteAfter - deactivateAfter) * DAY) <= now;
  }
  // Without a report a person's change would stay unseen for as long as there is none.
  const blindly = report === undefined && hasOldPredecessor(secret, entry.policy, now);
  if (isToGo(entry, secret)) return true;
  return worthRetirementLook(managed, report, now, blindly, ({ active }) => !active);
}

/**
 * Whether a tag says that a key has leaked; the look tells whether that is proved, and whether the key is Active. The tag
 * goes with the key.
 */
export function isLeak(secret: SecretState): boolean {
  return saidCompromised(secret).length > 0;
}

/** Whether a key of the new user may have to go before its first one can be made: no date of the user before tells. */
function mayMakeRoom({ entry, secret }: Managed): boolean {
  return entry.adopt === 'replace-idle' && changedUser(secret, entry.user) !== undefined;
}

function worthRetirementLook(
  { entry, secret }: Managed,
  report: CredentialReport | undefined,
  now: Date,
  blindly: boolean,
  isWorth: (slot: Slot, current: { readonly createdAt: Date }) => boolean,
): boolean {
  const current = currentKey(secret);
  if (current === undefined) {
    if (currentVersion(secret) !== undefined) return true;
    return entry.adopt === 'replace-idle';
  }
  const line = usableLine(secret, entry.user, report, now);
  if (line === undefined) return false;
  if (line === 'unusable') return blindly;
  return othersThan(current.createdAt, line).some((slot) => isWorth(slot, current));
}

/** The slots besides the current key's. Two runs at the same time may have made two keys in the same second. */
function othersThan(currentCreatedAt: Date, { keys }: ReportedUser): readonly Slot[] {
  const own = keys
    .filter(({ changedAt }) => sameInstant(changedAt, currentCreatedAt))
    .sort((a, b) => Number(b.active) - Number(a.active))
    .at(0);
  return keys.filter((slot) => slot !== own);
}

/** Without a report a key is worth a look once a predecessor may be due: correct, but not cheap. */
function hasOldPredecessor(secret: SecretState, policy: Policy, now: Date): boolean {
  const current = currentKey(secret);
  if (current === undefined) return true;
  const other = storedVersions(secret).find(({ versionId }) => versionId !== current.versionId);
  const createdAt = other?.createdAt ?? after(current.createdAt, -policy.rotateAfter * DAY);
  return retirementAges(policy, createdAt, current.createdAt).deactivate <= now;
}

/** A report that is older than the newest key cannot tell anything about it. */
function usableLine(
  secret: SecretState,
  user: string,
  report: CredentialReport | undefined,
  now: Date,
): ReportedUser | 'unusable' | undefined {
  const newest = newestStored(secret, now);
  if (report === undefined || (newest !== undefined && newest.createdAt >= report.generatedAt)) return 'unusable';
  return lineOf(user, report);
}

/** Whether a user's line shows the current key as Active and nothing that the secret does not know. */
function fits(line: ReportedUser | undefined, secret: SecretState, currentCreatedAt: Date): boolean {
  if (line === undefined) return false;
  const own = line.keys.filter(({ changedAt }) => sameInstant(changedAt, currentCreatedAt));
  return (
    own.length === 1 &&
    own.every(({ active }) => active) &&
    line.keys.every(({ changedAt }) => isCreation(changedAt, secret))
  );
}

/**
 * Whether a slot's date is the creation of a key that the secret knows. IAM documents it as "created or last changed":
 * any other date is a key made by hand, or a known key whose status was changed.
 */
function isCreation(changedAt: Date | undefined, secret: SecretState): changedAt is Date {
  if (changedAt === undefined) return false;
  return changedAt < secret.createdAt || storedVersions(secret).some((key) => sameInstant(changedAt, key.createdAt));
}

function sameInstant(a: Date | undefined, b: Date): boolean {
  return a !== undefined && Math.abs(a.getTime() - b.getTime()) <= SAME_INSTANT;
}
