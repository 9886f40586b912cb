import type { Edit } from '../hosts/host';
import type { KeyRecord } from '../witness/records';

/**
 * What a person does to the variables of a pair: takes away one or both, writes over the ID, or puts an older key back
 * that still works, because the new one is believed to be broken.
 *
 * @param variety in [0, 1)
 * @param older a key of the same user that works too
 */
export function editsOf(
  [id = '', secret = '']: readonly string[],
  variety: number,
  older: KeyRecord | undefined,
): readonly Edit[] {
  if (older !== undefined && variety < 0.4) {
    return [
      { write: id, value: older.id },
      { write: secret, value: older.secret },
    ];
  }
  if (variety < 0.55) return [{ remove: id }];
  if (variety < 0.7) return [{ remove: secret }];
  if (variety < 0.8) return [{ remove: id }, { remove: secret }];
  return [{ write: id, value: 'AKIAEDITEDBYHAND0000' }];
}
