import { after, MINUTE } from '../duration';
import { DELIVERED_LABEL_PREFIX } from '../names';
import { DATED_TAGS, type DatedTag, datedTags, readDatedTags } from './dated-tag';
import { parseVersionId, type StoredKey } from './version-id';

/** What Secrets Manager tells about a managed secret without showing its value. */
export interface SecretState {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: Date;
  /** When its value, a label or a tag was changed last. */
  readonly changedAt: Date;
  /** Only versions that carry a label, as DescribeSecret and ListSecrets return them; others where they were asked for. */
  readonly versions: readonly SecretVersion[];
  readonly tags: Readonly<Record<string, string>>;
  /** The retained secret whose state this one takes over. @default - there is none */
  readonly takesOver?: {
    /** Its name. */
    readonly secret: string;
    /** A pause stands on that one. */
    readonly pauses: boolean;
    /** The tags of this one say what that one says of users and older keys. */
    readonly isRecorded: boolean;
  };
}

export interface SecretVersion {
  readonly versionId: string;
  readonly labels: readonly string[];
  /** It is a version of a retained secret, whose state this one takes over. @default false */
  readonly isTakenOver?: boolean;
}

export interface StoredVersion extends StoredKey, SecretVersion {}

export function currentVersion(secret: SecretState): SecretVersion | undefined {
  return secret.versions.find((version) => version.labels.includes('AWSCURRENT'));
}

/** The access keys that Keyturn stored, oldest first; of two of the same second always the same one is the older. */
export function storedVersions(secret: SecretState): readonly StoredVersion[] {
  return secret.versions
    .flatMap((version) => {
      const key = parseVersionId(version.versionId);
      return key === undefined ? [] : [{ ...version, ...key }];
    })
    .sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime() || (a.accessKeyId < b.accessKeyId ? -1 : 1));
}

/** The current access key; undefined before the first rotation and when somebody edited the secret. */
export function currentKey(secret: SecretState): StoredVersion | undefined {
  return storedVersions(secret).find(({ labels }) => labels.includes('AWSCURRENT'));
}

/**
 * The state without what tags say of the future: somebody made that up, and a date that is still to come would keep a
 * key for as long as it says (K8).
 */
export function withoutFuture(secret: SecretState, now: Date): SecretState {
  const latest = after(now, CLOCK_SKEW);
  const isPast = ({ at }: DatedTag) => at <= latest;
  const future = DATED_TAGS.filter((tag) => !readDatedTags(secret.tags[tag]).every(isPast));
  if (future.length === 0) return secret;
  const tags = Object.entries(secret.tags).flatMap(([tag, value]) => {
    if (!future.includes(tag)) return [[tag, value] as const];
    const past = readDatedTags(value).filter(isPast);
    return past.length === 0 ? [] : [[tag, datedTags(past)] as const];
  });
  return { ...secret, tags: Object.fromEntries(tags) };
}

/** How far the clock of whoever stored a version may be ahead. */
export const CLOCK_SKEW = 5 * MINUTE;

/** The youngest stored key. A version ID from the future was made up by somebody, and must not stop anything. */
export function newestStored(secret: SecretState, now: Date): StoredVersion | undefined {
  return storedVersions(secret).findLast(({ createdAt }) => createdAt <= after(now, CLOCK_SKEW));
}

export function deliveredLabel(digest: string): string {
  return `${DELIVERED_LABEL_PREFIX}${digest}`;
}
