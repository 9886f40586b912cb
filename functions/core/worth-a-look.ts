import type { Managed } from './breaker';
import { after, DAY, SECOND } from './duration';
import { TAG } from './names';
import { isDue } from './plan-rotation';
import type { CredentialReport, ReportedUser } from './ports';
import { currentVersion, type SecretState, storedVersions } from './secret-state';

/**
 * Which managed keys a run has to look at in IAM, one call a user; all others are known from the registry, the
 * secrets and the credential report, which take one call a page (DESIGN: 0.12 calls a key in a quiet run).
 */

/** IAM reports whole seconds. */
const SAME_INSTANT = 2 * SECOND;

/** Worth a look before rotating: due, never rotated, a rotation left open, or IAM shows something unexpected. */
export function worthRotationLook(
  { entry, secret }: Managed,
  report: CredentialReport | undefined,
  now: Date,
): boolean {
  const current = currentKey(secret);
  if (current === undefined || secret.tags[TAG.intent] !== undefined) return true;
  if (isDue(current.createdAt, entry, now)) return true;
  const line = usableLine(secret, entry.user, report);
  return line === 'unusable' ? false : !fits(line, secret, current.createdAt);
}

/** Worth a look before deactivating: an Active key besides the current one that is old enough. */
export function worthDeactivationLook(managed: Managed, report: CredentialReport | undefined, now: Date): boolean {
  return worthRetirementLook(managed, report, now, { active: true, age: managed.entry.policy.deactivateAfter });
}

/** Worth a look before deleting: an Inactive key besides the current one that is old enough, or not recorded yet. */
export function worthDeletionLook(managed: Managed, report: CredentialReport | undefined, now: Date): boolean {
  const recorded = managed.secret.tags[TAG.deactivated] !== undefined;
  const age = recorded ? managed.entry.policy.deleteAfter : 0;
  return worthRetirementLook(managed, report, now, { active: false, age });
}

function worthRetirementLook(
  { entry, secret }: Managed,
  report: CredentialReport | undefined,
  now: Date,
  wanted: { readonly active: boolean; readonly age: number },
): boolean {
  const current = currentKey(secret);
  if (current === undefined) {
    if (currentVersion(secret) !== undefined) return true;
    return entry.adopt === 'replace-idle';
  }
  const line = usableLine(secret, entry.user, report);
  if (line === undefined) return false;
  if (line === 'unusable') return withoutReport(secret, entry.policy.rotateAfter, wanted.age, now);
  return line.keys.some(
    ({ active, changedAt }) =>
      active === wanted.active &&
      !sameInstant(changedAt, current.createdAt) &&
      (changedAt === undefined || after(changedAt, wanted.age * DAY) <= now),
  );
}

/** Without a report a key is worth a look while its predecessor's dates have passed: correct, but not cheap. */
function withoutReport(secret: SecretState, rotateAfter: number, age: number, now: Date): boolean {
  const [newest, previous] = [...storedVersions(secret)].reverse();
  if (newest === undefined) return false;
  const since = previous?.createdAt ?? after(newest.createdAt, -rotateAfter * DAY);
  return after(since, age * DAY) <= now;
}

function currentKey(secret: SecretState): { readonly createdAt: Date } | undefined {
  return storedVersions(secret).find(({ versionId }) => versionId === currentVersion(secret)?.versionId);
}

/** A report that is older than the newest key cannot tell anything about it. */
function usableLine(
  secret: SecretState,
  user: string,
  report: CredentialReport | undefined,
): ReportedUser | 'unusable' | undefined {
  const newest = storedVersions(secret).at(-1);
  if (report === undefined || (newest !== undefined && newest.createdAt >= report.generatedAt)) return 'unusable';
  return report.users.get(user);
}

/** Whether a user's line shows the current key as Active and nothing that the secret does not know. */
function fits(line: ReportedUser | undefined, secret: SecretState, currentCreatedAt: Date): boolean {
  if (line === undefined) return false;
  const stored = storedVersions(secret).map(({ createdAt }) => createdAt);
  const isCurrent = (slot: ReportedUser['keys'][number]) => sameInstant(slot.changedAt, currentCreatedAt);
  return (
    line.keys.some((slot) => slot.active && isCurrent(slot)) &&
    line.keys.every(
      ({ changedAt }) =>
        changedAt !== undefined &&
        (changedAt < secret.createdAt || stored.some((createdAt) => sameInstant(changedAt, createdAt))),
    )
  );
}

function sameInstant(a: Date | undefined, b: Date): boolean {
  return a !== undefined && Math.abs(a.getTime() - b.getTime()) <= SAME_INSTANT;
}
