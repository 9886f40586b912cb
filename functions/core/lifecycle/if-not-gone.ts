import { HOUR } from '../duration';
import { withoutEnd } from '../key/replaced';
import { currentKey } from '../key/secret-state';
import type { Managed } from './managed';
import { planCheck } from './plan-check';
import { planDelivery } from './plan-delivery';

/** A run comes every hour, and never quite on time. */
const HOURS_OF_DAY = 24;
const HOURS_TO_MEET = 2;

/**
 * Whether sync would do something now for a key whose tags say that roles have replaced it, if they were not so: only then
 * it takes the record's word. Whether its targets are looked at is asked at two hours of the day, which its version ID
 * says: no tag can be written so that it is never asked (K13).
 *
 * @param isAsked a person wants it looked at
 */
export function wouldBeWorkedOn(given: Managed, now: Date, isAsked: boolean): boolean {
  const managed = { ...given, secret: withoutEnd(given.secret) };
  const current = currentKey(managed.secret);
  if (current === undefined) return false;
  const { deliver, removeAfter } = planDelivery({ ...managed, now });
  if (deliver !== undefined || removeAfter.length > 0 || isAsked) return true;
  const hour = Math.floor((now.getTime() - current.createdAt.getTime()) / HOUR) % HOURS_OF_DAY;
  return hour < HOURS_TO_MEET && planCheck({ ...managed, now, drift: 'report', isAsked }) !== undefined;
}
