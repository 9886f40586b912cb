import type { RegistryEntry } from '../config/registry';
import { after, DAY, daysBetween, latest } from '../duration';
import { targetSetDigest } from '../hosts/target';
import type { AccessKey } from '../key/access-key';
import { type Compromised, compromisedOf } from '../key/compromised';
import { isDelivered } from '../key/delivery-mark';
import { inactiveSince, type KeyRing } from '../key/key-ring';
import type { SecretState, StoredVersion } from '../key/secret-state';
import { isWithdrawn } from '../key/withdrawn';
import type { FoundOfAccessKey, FoundOfKey } from './found';
import { deactivationDue, type RetirementAges, retirementAges } from './retirement';

/** What holds the second place, and so what makes room again. */
export type Occupant =
  | { readonly is: 'inactive-current'; readonly accessKeyId: string; readonly hasLeaked: boolean }
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

interface Wanted {
  readonly entry: RegistryEntry;
  readonly keys: readonly AccessKey[];
  readonly compromised?: readonly Compromised[] | undefined;
  readonly now: Date;
}

export function noRoom({ entry, keys, compromised, now }: Wanted, ring: KeyRing): NoRoom {
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
      occupant: occupantOf(entry, ring, compromised),
    },
  };
}

function occupantOf(
  { adopt, policy }: RegistryEntry,
  { anchor, anchorKey, unknown }: KeyRing,
  compromised: Wanted['compromised'],
): Occupant {
  if (anchorKey?.status === 'Inactive') {
    const { accessKeyId } = anchorKey;
    return { is: 'inactive-current', accessKeyId, hasLeaked: compromisedOf(compromised, accessKeyId) !== undefined };
  }
  if (anchor !== undefined && unknown.length > 0) {
    return { is: 'foreign', accessKeyIds: unknown.map(({ accessKeyId }) => accessKeyId) };
  }
  if (anchor !== undefined) return { is: 'superseded' };
  return { is: 'adopted', replacesIdleAfter: adopt === 'replace-idle' ? policy.deactivateAfter : undefined };
}

/** A key has the place of one that had another id; its own first key comes when the older one of the two is gone. */
export type TakingOver = FoundOfKey<
  'taking-over',
  {
    readonly user: string;
    /** The retained secret. */
    readonly from: string;
    readonly current: string;
    readonly superseded: string;
    /** When the superseded one is made Inactive and deleted at the soonest. @default - today's targets do not hold the current one yet */
    readonly dates?: RetirementAges;
  }
>;

/** The key before is current again, and its next rotation is wanted, for which a withdrawn key has the place. */
export type WaitsForWithdrawn = FoundOfAccessKey<
  'withdrawn',
  {
    readonly user: string;
    readonly current: string;
    /** When the withdrawn one is made Inactive and deleted at the soonest. @default - today's targets do not hold the current one yet */
    readonly dates?: RetirementAges | undefined;
  }
>;

/** What holds the second place is a key that an administrator took back, which goes by its dates. */
export function waitsForWithdrawn(
  { entry, secret }: { readonly entry: RegistryEntry; readonly secret: SecretState },
  { current, anchorKey, superseded, unknown }: KeyRing,
): WaitsForWithdrawn | undefined {
  const withdrawn = superseded.find((key) => isWithdrawn(secret, key));
  if (current === undefined || withdrawn === undefined) return undefined;
  if (anchorKey?.status !== 'Active' || unknown.length > 0) return undefined;
  const dates = datesOf(entry, secret, current, withdrawn);
  const facts = { user: entry.user, current: current.accessKeyId, dates };
  return { code: 'withdrawn', key: entry.id, accessKeyId: withdrawn.accessKeyId, facts };
}

/** What holds the second place is the superseded key of the retained secret, which goes by its dates. */
export function takingOver(
  { entry, secret }: { readonly entry: RegistryEntry; readonly secret: SecretState },
  { current, anchorKey, superseded: [old], unknown }: KeyRing,
): TakingOver | undefined {
  const from = secret.takesOver?.secret;
  if (from === undefined || current === undefined || old === undefined) return undefined;
  if (anchorKey?.status !== 'Active' || unknown.length > 0) return undefined;
  const dates = datesOf(entry, secret, current, old);
  const facts = { user: entry.user, from, current: current.accessKeyId, superseded: old.accessKeyId, dates };
  return { code: 'taking-over', key: entry.id, facts };
}

/** undefined while today's targets do not hold the current key yet. */
function datesOf(
  entry: RegistryEntry,
  secret: SecretState,
  current: StoredVersion,
  old: Pick<AccessKey, 'accessKeyId' | 'createdAt'>,
): RetirementAges | undefined {
  if (!isDelivered(secret, current, targetSetDigest(entry.targets, entry.connections))) return undefined;
  const { deactivateAfter, deleteAfter } = entry.policy;
  const deactivate = inactiveSince(secret, old.accessKeyId) ?? deactivationDue(entry, secret, current, old);
  const age = retirementAges(entry.policy, old.createdAt, current.createdAt).delete;
  return { deactivate, delete: latest(age, after(deactivate, (deleteAfter - deactivateAfter) * DAY)) };
}
