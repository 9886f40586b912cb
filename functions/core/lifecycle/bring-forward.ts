import type { RegistryEntry } from '../config/registry';
import { after, DAY, latest } from '../duration';
import { targetSetDigest } from '../hosts/target';
import type { CredentialReport } from '../key/access-key';
import { deliveredAt, isDelivered } from '../key/delivery-mark';
import { openIntent } from '../key/intent';
import { pauseOf } from '../key/pause';
import { isReplaced } from '../key/replaced';
import { currentKey, currentVersion, type StoredVersion, storedVersions } from '../key/secret-state';
import { isWithdrawn } from '../key/withdrawn';
import { dueAt, EARLY_BY } from './due';
import type { Managed } from './managed';
import { isObserved } from './observed';
import { deactivationDue, retirementAges } from './retirement';

/** A rotation that is to come. */
export interface Upcoming {
  readonly id: string;
  readonly dueAt: Date;
  /** It cannot be done before. */
  readonly earliest: Date;
}

/** A run of every day acts on what is a day older than the day before; give it one more, on both ends. */
const RUNS_TO_SPARE = 2 * DAY;

/**
 * Which keys are rotated today although they are not due, because a later day has more of them than one run may rotate:
 * those that are due first, and no more than it takes. Read from the last day backwards, each day keeps as many as a run
 * may rotate and hands the others to the day before. One run a day is counted on.
 *
 * @param upcoming all that have a date, those that are due among them
 * @param limit rotations in one run at most
 */
export function broughtForward(
  upcoming: readonly Upcoming[],
  { now, limit }: { readonly now: Date; readonly limit: number },
): ReadonlySet<string> {
  const byRun = new Map<number, Scheduled[]>();
  for (const { id, dueAt, earliest } of upcoming) {
    const last = runsUntil(after(dueAt, -EARLY_BY), now);
    const scheduled = { id, dueAt, first: Math.min(last, runsUntil(earliest, now)) };
    byRun.set(last, [...(byRun.get(last) ?? []), scheduled]);
  }
  let waiting: readonly Scheduled[] = [];
  for (let run = Math.max(0, ...byRun.keys()); run > 0; run--) {
    const all = [...waiting, ...(byRun.get(run) ?? [])];
    const others = all.length <= limit ? [] : all.sort(mostBoundFirst).slice(limit);
    // What cannot be done before this run will be late, whatever is done today.
    waiting = others.filter(({ first }) => first < run);
  }
  return new Set(waiting.map(({ id }) => id));
}

interface Scheduled {
  readonly id: string;
  readonly dueAt: Date;
  /** The first run that could do it. */
  readonly first: number;
}

/** The number of the first run at or after an instant; 0 is the one that takes place now. */
function runsUntil(instant: Date, now: Date): number {
  return Math.max(0, Math.ceil((instant.getTime() - now.getTime()) / DAY));
}

/** Who keeps a day: whoever could hardly come earlier, and then whoever is due later. */
function mostBoundFirst(a: Scheduled, b: Scheduled): number {
  return b.first - a.first || b.dueAt.getTime() - a.dueAt.getTime() || (a.id < b.id ? 1 : -1);
}

/**
 * When a managed key's rotation is due; undefined where a role has replaced it, and where nobody knows: nothing was ever stored, and the credential report
 * shows no key that a first rotation waits for.
 */
export function rotationDueAt({ entry, secret }: Managed, report?: CredentialReport): Date | undefined {
  const current = currentKey(secret);
  if (isReplaced(entry, secret)) return undefined;
  if (current !== undefined) return dueAt(current.createdAt, entry);
  if (currentVersion(secret) !== undefined || entry.firstRotation === 'at-once') return undefined;
  const ages = (report?.users.get(entry.user)?.keys ?? []).flatMap(({ changedAt }) => changedAt?.getTime() ?? []);
  return ages.length === 0 ? undefined : dueAt(new Date(Math.min(...ages)), entry);
}

/**
 * The earliest that a managed key may be brought forward to: when the key before it is gone by its dates, its hold and
 * two daily runs included, so that there is room for a new one and no overlap or recovery is cut short. With the default
 * policy that is 32 days after the current key was made.
 */
export function earliestRotation({ entry, secret }: Managed): Date {
  const current = currentKey(secret);
  if (current === undefined) return new Date(0);
  const { rotateAfter, deactivateAfter, deleteAfter, holdLimit } = entry.policy;
  const retires = retirementAges(entry.policy, madeBefore(secret, current, entry), current.createdAt).deactivate;
  const overlaps = after(deliveredAt(secret, current), (deactivateAfter - rotateAfter) * DAY);
  const withdrawn = storedVersions(secret).find((version) => isWithdrawn(secret, version));
  const taken = withdrawn === undefined ? [] : [deactivationDue(entry, secret, current, withdrawn)];
  return after(latest(retires, overlaps, ...taken), (holdLimit + deleteAfter - deactivateAfter) * DAY + RUNS_TO_SPARE);
}

/** When the key before was made; one that was adopted counts as one that had its time. */
function madeBefore(secret: Managed['secret'], current: StoredVersion, { policy }: RegistryEntry): Date {
  const stored = storedVersions(secret);
  const before = stored[stored.findIndex(({ versionId }) => versionId === current.versionId) - 1];
  return before?.createdAt ?? after(current.createdAt, -policy.rotateAfter * DAY);
}

/**
 * The rotations that are to come, as far as they are known. One that is held up comes on no day, and neither does one of a
 * key that is only observed; what is paused, not
 * delivered yet or left open comes on its own.
 *
 * @param heldUp keys whose host takes nothing, by id
 */
export function upcomingRotations(
  managed: readonly Managed[],
  report: CredentialReport | undefined,
  heldUp: ReadonlySet<string>,
  now: Date,
): readonly Upcoming[] {
  return managed.flatMap((each) => {
    const { id } = each.entry;
    const due = rotationDueAt(each, report);
    if (due === undefined || heldUp.has(id) || isObserved(each.entry)) return [];
    return [{ id, dueAt: due, earliest: isReady(each, now) ? earliestRotation(each) : due }];
  });
}

/** Whether nothing is in the way of a rotation now. */
function isReady({ entry, secret }: Managed, now: Date): boolean {
  if (pauseOf(secret, now) !== undefined || openIntent(secret) !== undefined) return false;
  const current = currentKey(secret);
  return current === undefined || isDelivered(secret, current, targetSetDigest(entry.targets, entry.connections));
}
