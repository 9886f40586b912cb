import type { RegistryEntry } from '../config/registry';
import { after, DAY } from '../duration';
import { targetSetDigest } from '../hosts/target';
import type { AccessKey } from '../key/access-key';
import { checkedAt, driftedAt, isChecked } from '../key/check-mark';
import type { SecretState, StoredVersion } from '../key/secret-state';
import type { FoundOfAccessKey } from './found';

/** A superseded key stays as it is, because a target is known not to hold its successor any more. */
export type DriftedSuccessor = FoundOfAccessKey<
  'drifted',
  { readonly waits: 'retirement'; readonly successor: string; readonly seenAt: Date }
>;
/** A superseded key stays as it is until somebody has looked whether its successor is still there. */
export type UncheckedSuccessor = FoundOfAccessKey<
  'unchecked',
  {
    readonly waits: 'retirement';
    readonly successor: string;
    /** @default - nobody has looked since it was delivered */
    readonly checkedAt: Date | undefined;
    /** It has waited for longer than a day. */
    readonly isLate: boolean;
  }
>;
export type UnseenSuccessor = DriftedSuccessor | UncheckedSuccessor;

/** What forbids to make a key Inactive: its delivered successor was not seen at every target within the day (K3, K13). */
export function unseenSuccessor(
  { entry, secret, now }: { readonly entry: RegistryEntry; readonly secret: SecretState; readonly now: Date },
  successor: StoredVersion,
  { accessKeyId }: AccessKey,
  since: Date,
): UnseenSuccessor | undefined {
  const digest = targetSetDigest(entry.targets, entry.connections);
  if (entry.targets.length === 0 || isChecked(secret, successor, digest, now)) return undefined;
  const about = { key: entry.id, accessKeyId, since };
  const waiting = { waits: 'retirement', successor: successor.accessKeyId } as const;
  const seenAt = driftedAt(secret, successor, digest);
  if (seenAt !== undefined) return { code: 'drifted', ...about, facts: { ...waiting, seenAt } };
  const isLate = now >= after(since, DAY);
  return {
    code: 'unchecked',
    ...about,
    facts: { ...waiting, checkedAt: checkedAt(secret, successor, digest), isLate },
  };
}
