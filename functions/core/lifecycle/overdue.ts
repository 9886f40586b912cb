import { after, DAY, HOUR, latest } from '../duration';
import { pauseEnd, pauseOf } from '../key/pause';
import { isReplaced } from '../key/replaced';
import { currentKey, newestStored } from '../key/secret-state';
import type { Summary } from '../run-summary';
import { undelivered } from './breaker';
import { dueAt } from './due';
import type { Managed } from './managed';
import { isObserved } from './observed';
import { placeIsFreeAt } from './rollback';

/**
 * How old the oldest current key is, how late the latest rotation, and how old the oldest undelivered version.
 *
 * @param rotationsPerRun a first rotation has as many days as all keys would need at so many a day
 */
export function oldest(
  all: readonly Managed[],
  now: Date,
  rotationsPerRun = Number.POSITIVE_INFINITY,
): Pick<Summary, 'oldestCurrentKeyDays' | 'mostOverdueDays' | 'oldestUndeliveredHours'> {
  const managed = all.filter(isRotated);
  const ages = managed.flatMap(({ secret }) => {
    const current = currentKey(secret);
    return current === undefined ? [] : [now.getTime() - current.createdAt.getTime()];
  });
  const turn = Math.max(0, Math.ceil(managed.length / rotationsPerRun) - 1) * DAY;
  const daysLate = (each: Managed) =>
    daysOverdue(each, currentKey(each.secret) === undefined ? after(now, -turn) : now);
  const waiting = undelivered(managed, now).map(({ since }) => now.getTime() - since.getTime());
  return {
    oldestCurrentKeyDays: tenths(Math.max(0, ...ages) / DAY),
    mostOverdueDays: Math.max(0, ...managed.map(daysLate)),
    oldestUndeliveredHours: tenths(Math.max(0, ...waiting) / HOUR),
  };
}

/** What a role has replaced is nobody's to rotate any more. */
function isRotated({ entry, secret }: Managed): boolean {
  return !isReplaced(entry, secret);
}

/** For how many days a key's rotation has been due, to a tenth; 0 when it is in time. */
export function daysOverdue(managed: Managed, now: Date): number {
  const due = isRotated(managed) ? dueSince(managed, now) : undefined;
  return due === undefined ? 0 : tenths(Math.max(0, now.getTime() - due.getTime()) / DAY);
}

/**
 * A first rotation that is wanted at once is due since its entry was written, or since a pause ended that kept it
 * waiting, and not while the key is only observed; what is taken over was nobody's to rotate before that. Where somebody has edited the secret, the age of the
 * last key that Keyturn stored counts.
 */
function dueSince({ entry, secret, changedAt }: Managed, now: Date): Date | undefined {
  const last = currentKey(secret) ?? newestStored(secret, now);
  if (last !== undefined) {
    const due = dueAt(last.createdAt, entry);
    // After a rollback there is no room before the withdrawn key is gone.
    const free = placeIsFreeAt(entry, secret) ?? due;
    return secret.takesOver === undefined ? latest(due, free) : latest(due, changedAt ?? due);
  }
  if (entry.firstRotation !== 'at-once' || isObserved(entry) || pauseOf(secret, now) !== undefined) return undefined;
  return latest(changedAt ?? secret.createdAt, pauseEnd(secret) ?? secret.createdAt);
}

/** A key and when its next rotation is due (ISO 8601, UTC). */
export interface NextDue {
  readonly key: string;
  readonly at: string;
}

/** The keys that are due next, soonest first. A key that has not been rotated yet has no date. */
export function nextDue(managed: readonly Managed[], most: number): readonly NextDue[] {
  return managed
    .filter(isRotated)
    .flatMap(({ entry, secret }) => {
      const current = currentKey(secret);
      if (current === undefined) return [];
      return [{ key: entry.id, at: dueAt(current.createdAt, entry) }];
    })
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .slice(0, most)
    .map(({ key, at }) => ({ key, at: at.toISOString() }));
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}
