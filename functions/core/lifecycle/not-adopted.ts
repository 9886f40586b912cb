import type { RegistryEntry } from '../config/registry';
import { after, HOUR } from '../duration';
import { targetName } from '../hosts/target';
import type { LastUsed } from '../key/access-key';
import { deliveredAt } from '../key/delivery-mark';
import type { SeenUses } from '../key/key-use';
import type { SecretState, StoredVersion } from '../key/secret-state';
import type { FoundOfAccessKey } from './found';

/** The key that pipelines should use was used by nobody, and the one before it was. */
export type NotAdopted = FoundOfAccessKey<
  'not-adopted',
  {
    readonly old: string;
    readonly used: LastUsed;
    readonly delivered: Date;
    readonly targets: readonly string[];
    /** The old key's hold is over: it is made Inactive now. */
    readonly ends: boolean;
  }
>;

export interface AdoptionInput {
  readonly entry: RegistryEntry;
  readonly secret: SecretState;
  readonly successor: StoredVersion;
  readonly old: { readonly accessKeyId: string; readonly used: LastUsed; readonly ends: boolean };
  /** Of the successor, as IAM and as CloudTrail know it. */
  readonly used: LastUsed;
  readonly seen: SeenUses;
}

/** Whatever began before the delivery may use the old key for so long. */
const STILL_RUNNING = HOUR;

/**
 * Whether IAM alone says that others than Keyturn use a key: Keyturn proves it at STS and uses it for nothing else. A use
 * at STS may be anybody's.
 */
export function isUsedByOthers({ at, service }: LastUsed): boolean {
  return at !== undefined && service !== undefined && service !== 'sts';
}

/** Whether nobody but Keyturn was seen to use the successor since it was delivered, and somebody used the old key. */
export function notAdopted({ entry, secret, successor, old, used, seen }: AdoptionInput): NotAdopted | undefined {
  const delivered = deliveredAt(secret, successor);
  if (old.used.at === undefined || old.used.at <= after(delivered, STILL_RUNNING)) return undefined;
  if (isUsedByOthers(used) || seen.is === 'unknown') return undefined;
  if (seen.is === 'seen' && seen.uses.some(({ isProof }) => !isProof)) return undefined;
  return {
    code: 'not-adopted',
    key: entry.id,
    accessKeyId: successor.accessKeyId,
    since: delivered,
    facts: {
      old: old.accessKeyId,
      used: old.used,
      delivered,
      targets: entry.targets.map(targetName),
      ends: old.ends,
    },
  };
}
