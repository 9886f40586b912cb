import type { RegistryEntry } from '../config/registry';
import { after, DAY, HOUR } from '../duration';

/**
 * A rule that runs every day does not run at the same millisecond: a key may be rotated this much before its time, so
 * that it is not rotated a whole day after it.
 */
export const EARLY_BY = HOUR;

/** When a key has lived for as long as its policy says. */
export function dueAt(createdAt: Date, { policy }: RegistryEntry): Date {
  return after(createdAt, policy.rotateAfter * DAY);
}

/** Whether a key's rotation is due, give or take `EARLY_BY`. */
export function isDue(createdAt: Date, entry: RegistryEntry, now: Date): boolean {
  return after(dueAt(createdAt, entry), -EARLY_BY) <= now;
}
