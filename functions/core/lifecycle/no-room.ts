import type { RegistryEntry } from '../config/registry';
import { daysBetween } from '../duration';
import type { AccessKey } from '../key/access-key';
import type { KeyRing } from '../key/key-ring';
import type { FoundOfKey } from './found';

/** What holds the second place, and so what makes room again. */
export type Occupant =
  | { readonly is: 'inactive-current'; readonly accessKeyId: string }
  | { readonly is: 'foreign'; readonly accessKeyIds: readonly string[] }
  | { readonly is: 'superseded' }
  | { readonly is: 'adopted'; readonly replacesIdleAfter: number | undefined };

/** A rotation is wanted, and the user has two keys already (K10). */
export type NoRoom = FoundOfKey<
  'two-keys',
  {
    readonly is: 'no-room';
    readonly user: string;
    readonly keys: readonly (Pick<AccessKey, 'accessKeyId' | 'status'> & { readonly days: number })[];
    readonly occupant: Occupant;
  }
>;

export function noRoom(
  { entry, keys, now }: { readonly entry: RegistryEntry; readonly keys: readonly AccessKey[]; readonly now: Date },
  ring: KeyRing,
): NoRoom {
  return {
    code: 'two-keys',
    key: entry.id,
    facts: {
      is: 'no-room',
      user: entry.user,
      keys: keys.map(({ accessKeyId, status, createdAt }) => ({
        accessKeyId,
        status,
        days: daysBetween(createdAt, now),
      })),
      occupant: occupantOf(entry, ring),
    },
  };
}

function occupantOf({ adopt, policy }: RegistryEntry, { anchor, anchorKey, unknown, superseded }: KeyRing): Occupant {
  if (anchorKey?.status === 'Inactive') return { is: 'inactive-current', accessKeyId: anchorKey.accessKeyId };
  if (anchor !== undefined && unknown.length > 0) {
    return { is: 'foreign', accessKeyIds: unknown.map(({ accessKeyId }) => accessKeyId) };
  }
  if (anchor !== undefined && superseded.length > 0) return { is: 'superseded' };
  return { is: 'adopted', replacesIdleAfter: adopt === 'replace-idle' ? policy.deactivateAfter : undefined };
}
