import { after, DAY, daysBetween } from '../duration';
import { type Described, described } from '../findings/described';
import { rankOf } from '../findings/findings';
import { targetName, targetSetDigest } from '../hosts/target';
import type { AccessKey, LastUsed } from '../key/access-key';
import { checkedAt } from '../key/check-mark';
import { isDelivered, lastDeliveredAt } from '../key/delivery-mark';
import { ringOfUser } from '../key/key-ring';
import { currentKey, type SecretState } from '../key/secret-state';
import { isWithdrawn } from '../key/withdrawn';
import { isUsedByOthers } from '../lifecycle/not-adopted';
import { isObserved } from '../lifecycle/observed';
import { type Foreseen, forecast } from './forecast';
import type { ImaginedKey } from './imagined-key';

/** Where the current key is. */
export interface Delivered {
  readonly places: readonly string[];
  /** When every place had confirmed it. @default - not every one has */
  readonly at?: Date;
  /** When every place was last seen to hold it. @default - nobody has looked since */
  readonly seenAt?: Date;
}

export interface StandingKey {
  readonly accessKeyId: string;
  readonly status: AccessKey['status'] | 'gone';
  readonly createdAt: Date;
  readonly ageDays: number;
  readonly lastUsed: LastUsed;
  /** Whether IAM shows a use that is none of Keyturn's proofs. */
  readonly usedByOthers: boolean;
}

/** What a key of the user is that is not the current one. `withdrawn`: it was taken back, and an older one is current. */
export const OTHER_KEYS = ['superseded', 'withdrawn', 'foreign'] as const;
export type OtherKey = (typeof OTHER_KEYS)[number];

/** Where one managed key stands. */
export interface KeyStanding {
  readonly id: string;
  readonly user: string;
  readonly isObserved: boolean;
  /** @default - none is stored yet */
  readonly current?: StandingKey;
  readonly delivered: Delivered;
  /** The other keys of the user: superseded ones, one that was taken back, and those that somebody made by hand. */
  readonly others: readonly (StandingKey & { readonly is: OtherKey })[];
  /** What the daily runs will do, in the order of time. */
  readonly next: readonly Foreseen[];
  /** What stands in the way, or is not as it should be, today; the most serious first. */
  readonly findings: readonly Described[];
}

/** As far as the retirement that follows the next rotation, of a key that is made today. */
function horizonOf({ entry: { policy } }: ImaginedKey): number {
  return policy.deleteAfter + 1;
}

/** Where each key stands, and what comes next. @param maxRotations in one run at most */
export function standingOf(
  keys: readonly ImaginedKey[],
  { now, maxRotations }: { readonly now: Date; readonly maxRotations: number },
): readonly KeyStanding[] {
  const days = Math.max(1, ...keys.map(horizonOf));
  const { foreseen, obstacles } = forecast({ keys, now, days, maxRotations });
  return keys.map((key) => {
    const { id } = key.entry;
    const today = obstacles.filter(({ finding, from }) => finding.key === id && from.getTime() - now.getTime() < DAY);
    // A key of a longer life beside it shows no more of this one.
    const until = after(now, horizonOf(key) * DAY);
    return {
      ...ofKey(key, now),
      next: foreseen.filter((each) => each.key === id && each.at < until),
      findings: today.map(({ finding }) => described(finding)).sort((a, b) => rankOf(a.code) - rankOf(b.code)),
    };
  });
}

function ofKey(key: ImaginedKey, now: Date): Omit<KeyStanding, 'next' | 'findings'> {
  const { entry, secret, keys } = key;
  const current = currentKey(secret);
  const ring = ringOfUser(secret, keys, entry.user);
  const unknown = new Set(ring.unknown.map(({ accessKeyId }) => accessKeyId));
  const others = keys.filter(({ accessKeyId }) => accessKeyId !== current?.accessKeyId);
  const listed = keys.find(({ accessKeyId }) => accessKeyId === current?.accessKeyId);
  return {
    id: entry.id,
    user: entry.user,
    isObserved: isObserved(entry),
    ...(current === undefined ? {} : { current: standing({ status: 'gone', ...current, ...listed }, key, now) }),
    delivered: deliveredOf(key),
    others: others.map((other) => ({
      ...standing(other, key, now),
      is: roleOf(secret, other, unknown),
    })),
  };
}

function roleOf(secret: SecretState, other: AccessKey, unknown: ReadonlySet<string>): OtherKey {
  if (unknown.has(other.accessKeyId)) return 'foreign';
  return isWithdrawn(secret, other) ? 'withdrawn' : 'superseded';
}

function standing(
  { accessKeyId, status, createdAt }: Omit<AccessKey, 'status'> & Pick<StandingKey, 'status'>,
  { lastUsed }: ImaginedKey,
  now: Date,
): StandingKey {
  const used = lastUsed.get(accessKeyId) ?? { at: undefined };
  const ageDays = daysBetween(createdAt, now);
  return { accessKeyId, status, createdAt, ageDays, lastUsed: used, usedByOthers: isUsedByOthers(used) };
}

function deliveredOf({ entry, secret }: ImaginedKey): Delivered {
  const { targets, connections } = entry;
  const places = targets.map(targetName);
  const current = currentKey(secret);
  const digest = targetSetDigest(targets, connections);
  if (current === undefined || !isDelivered(secret, current, digest)) return { places };
  const seenAt = checkedAt(secret, current, digest);
  return { places, at: lastDeliveredAt(secret, current), ...(seenAt === undefined ? {} : { seenAt }) };
}
