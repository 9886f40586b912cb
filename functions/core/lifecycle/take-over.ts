import type { RegistryEntry } from '../config/registry';
import { latest } from '../duration';
import { targetSetDigest } from '../hosts/target';
import { isDelivered } from '../key/delivery-mark';
import { isSameUser } from '../key/key-user';
import { currentKey, currentVersion, type SecretState, type StoredVersion, storedVersions } from '../key/secret-state';
import { PLACES_TAGS, TAG } from '../names';

/**
 * The secret that a managed key had before, under another id. Of those in no registry entry it is the one of the same user.
 * While the own one holds no key yet, the user may have been changed too: then it is the one that was taken over before
 * that, or whose current key the same targets hold. Of several the one with the newest current key.
 */
export function retainedOf(
  { user, targets, connections }: RegistryEntry,
  own: SecretState,
  unmanaged: readonly SecretState[],
): SecretState | undefined {
  const pasts = unmanaged
    .flatMap((secret): Past[] => {
      const current = currentKey(secret);
      const of = secret.tags[TAG.user];
      return current === undefined || of === undefined ? [] : [{ secret, current, user: of }];
    })
    .sort((a, b) => b.current.createdAt.getTime() - a.current.createdAt.getTime());
  const ofUser = (name: string | undefined) => pasts.find((past) => name !== undefined && isSameUser(past.user, name));
  const ofTargets = () => {
    const digest = targetSetDigest(targets, connections);
    return targets.length === 0 ? undefined : pasts.find(({ secret, current }) => isDelivered(secret, current, digest));
  };
  const isEmpty = currentVersion(own) === undefined;
  return (ofUser(user) ?? (isEmpty ? (ofUser(own.tags[TAG.user]) ?? ofTargets()) : undefined))?.secret;
}

/** A secret in no registry entry. */
interface Past {
  readonly secret: SecretState;
  readonly current: StoredVersion;
  /** Whose keys it holds. */
  readonly user: string;
}

/**
 * The state of a secret with what a retained one knows of the user's keys. While it has no key of its own, everything
 * goes on where it was: the current key, the targets that it was delivered to, what the tags say. Afterwards the retained
 * one tells which of the older keys were Keyturn's, so that a foreign key stays one (K5).
 */
export function takeOver(own: SecretState, retained: SecretState): SecretState {
  const isEmpty = currentVersion(own) === undefined;
  const taken = storedVersions(retained).map(({ versionId, labels }) => ({
    versionId,
    labels: isEmpty ? labels : [],
    isTakenOver: true,
  }));
  return {
    ...own,
    arn: isEmpty ? retained.arn : own.arn,
    createdAt: retained.createdAt,
    changedAt: latest(own.changedAt, retained.changedAt),
    versions: [...taken, ...own.versions],
    tags: { ...(isEmpty ? tagsOf(retained, own) : placesIn(retained)), ...own.tags },
    takesOver: isEmpty
      ? {
          secret: retained.name,
          pauses: own.tags[TAG.paused] === undefined,
          isRecorded: isRecorded(own),
        }
      : undefined,
  };
}

/** What the tags say of users and keys that outlive the take-over: the own secret says it as soon as it is recorded there. */
const INHERITED: readonly string[] = [
  TAG.user,
  TAG.formerUsers,
  TAG.deactivated,
  TAG.reactivated,
  TAG.compromised,
  TAG.disableFirst,
];

const KEYTURNS: readonly string[] = [...Object.values(TAG), ...PLACES_TAGS];

/** The tags to record before the own secret holds a key: from then on those of the retained one say nothing. */
export function inheritedTags({ tags }: SecretState): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(tags).filter(([tag]) => INHERITED.includes(tag)));
}

/** Whose the places are stays known with the first key of its own: a name that was taken meanwhile is no new one. */
function placesIn({ tags }: SecretState): SecretState['tags'] {
  return Object.fromEntries(Object.entries(tags).filter(([tag]) => PLACES_TAGS.includes(tag)));
}

function isRecorded({ tags }: SecretState): boolean {
  return tags[TAG.user] !== undefined;
}

/** What a retained secret's tags say of its keys. Those that are not Keyturn's say who made that secret, and not this one. */
function tagsOf({ tags }: SecretState, own: SecretState): SecretState['tags'] {
  const passes = (tag: string) => KEYTURNS.includes(tag) && !(isRecorded(own) && INHERITED.includes(tag));
  return Object.fromEntries(Object.entries(tags).filter(([tag]) => passes(tag)));
}
