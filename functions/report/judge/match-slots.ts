import { SECOND } from '../../core/duration';
import type { ListedKey, ReportedKey } from '../evidence/evidence';

/** IAM lists and reports whole seconds. */
const SAME_SECOND = 2 * SECOND;

export interface SlotMatch {
  readonly slot: ReportedKey | undefined;
  readonly key: ListedKey | undefined;
}

/**
 * The credential report has no key IDs, and its slots are in no order. A slot is the listed key of the same second, and
 * of two made in the same second the one with the same status. IAM documents a slot's date as "created or last changed"
 * and leaves it out for a key that is not active: then the one slot and the one key that are left are the same, if the
 * key is older than the report and has the slot's status.
 */
export function matchSlots(
  slots: readonly ReportedKey[],
  keys: readonly ListedKey[],
  generatedAt: Date,
): readonly SlotMatch[] {
  const matches: SlotMatch[] = [];
  let open = { slots: slots.filter(isTaken), keys: [...keys] };
  const rules: readonly ((slot: ReportedKey, key: ListedKey) => boolean)[] = [
    (slot, key) => isSameSecond(slot, key) && isSameStatus(slot, key),
    isSameSecond,
    (slot, key) =>
      open.slots.length === 1 && open.keys.length === 1 && key.createdAt <= generatedAt && isSameStatus(slot, key),
  ];
  for (const rule of rules) {
    const left = { slots: [] as ReportedKey[], keys: [...open.keys] };
    for (const slot of open.slots) {
      const key = left.keys.find((candidate) => rule(slot, candidate));
      if (key === undefined) left.slots.push(slot);
      else {
        left.keys.splice(left.keys.indexOf(key), 1);
        matches.push({ slot, key });
      }
    }
    open = left;
  }
  return [
    ...matches,
    ...open.slots.map((slot) => ({ slot, key: undefined })),
    ...open.keys.map((key) => ({ slot: undefined, key })),
  ];
}

/** An empty slot is reported like a key that is not active, has no date and was never used. */
export function isTaken({ active, createdAt, lastUsed }: ReportedKey): boolean {
  return active || createdAt !== undefined || lastUsed !== 'never';
}

export function isSameInstant(a: Date | undefined, b: Date | undefined): boolean {
  return a !== undefined && b !== undefined && Math.abs(a.getTime() - b.getTime()) <= SAME_SECOND;
}

function isSameSecond({ createdAt }: ReportedKey, key: ListedKey): boolean {
  return isSameInstant(createdAt, key.createdAt);
}

function isSameStatus({ active }: ReportedKey, { status }: ListedKey): boolean {
  return active === (status === 'Active');
}
