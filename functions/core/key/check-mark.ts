import { createHash } from 'node:crypto';
import { after, HOUR } from '../duration';
import { TAG } from '../names';
import { datedTag, tagFor } from './dated-tag';
import { lastDeliveredAt } from './delivery-mark';
import type { SecretState, StoredVersion } from './secret-state';

/** For how long a look at the targets says that what was delivered is there (K3: on the day of a deactivation). */
export const CHECK_COUNTS = 24 * HOUR;

/**
 * Characters of one target's digest: 24 bits, so that 50 targets fit into a tag's 256 characters, and one change in 16
 * million stays unseen.
 */
const DIGEST_LENGTH = 4;

/** Stands behind the revisions that a delivery saw: they are compared with, and no look. */
const BY_DELIVERY = 'delivered';

/** One look at all targets of a version, when nothing was amiss. */
export interface CheckMark {
  readonly accessKeyId: string;
  /** Digest of the target set. */
  readonly digest: string;
  /** What the hosts showed of the targets; see `revisionDigest`. */
  readonly revisions: readonly string[];
}

/** The tags that record it. */
export function checkTags(mark: CheckMark, at: Date): Readonly<Record<string, string>> {
  return { [TAG.checked]: datedTag(mark.accessKeyId, at), [TAG.revisions]: revisionsTag(mark) };
}

/**
 * The tag that records what a delivery has written to: the first look compares with it, so that a place which somebody
 * makes anew and fills by hand before that look does not pass for what was delivered (K3). None where no host shows any.
 */
export function deliveredRevisionsTag(mark: CheckMark): Readonly<Record<string, string>> {
  return mark.revisions.length === 0 ? {} : { [TAG.revisions]: `${revisionsTag(mark)} ${BY_DELIVERY}` };
}

function revisionsTag({ accessKeyId, digest, revisions }: CheckMark): string {
  return [accessKeyId, digest, ...(revisions.length === 0 ? [] : [revisions.join('')])].join(' ');
}

/**
 * When all targets of a set were last seen to hold a version; undefined when they never were, and when it was delivered
 * again since: what was seen before that says nothing.
 */
export function checkedAt(secret: SecretState, version: StoredVersion, digest: string): Date | undefined {
  const at = tagFor(secret, TAG.checked, version.accessKeyId);
  if (at === undefined || recordedRevisions(secret, version, digest)?.isLook !== true) return undefined;
  return at >= lastDeliveredAt(secret, version) ? at : undefined;
}

/** Since when a target is known not to hold a version any more, and is left so. */
export function driftedAt(secret: SecretState, version: StoredVersion, digest: string): Date | undefined {
  const at = tagFor(secret, TAG.drifted, version.accessKeyId);
  const seen = checkedAt(secret, version, digest);
  return at === undefined || at < (seen ?? lastDeliveredAt(secret, version)) ? undefined : at;
}

/** Whether every target was seen to hold the version within the day, and none was seen not to since (K3). */
export function isChecked(secret: SecretState, version: StoredVersion, digest: string, now: Date): boolean {
  const at = checkedAt(secret, version, digest);
  return at !== undefined && now <= after(at, CHECK_COUNTS) && driftedAt(secret, version, digest) === undefined;
}

/**
 * What the hosts showed of the targets when the version was delivered to them, or when they were last seen to hold it;
 * undefined where nothing counts.
 */
export function revisionsOf(
  secret: SecretState,
  version: StoredVersion,
  digest: string,
): ReadonlySet<string> | undefined {
  const recorded = recordedRevisions(secret, version, digest);
  return recorded?.isLook === true && checkedAt(secret, version, digest) === undefined
    ? undefined
    : recorded?.revisions;
}

/**
 * Stands for what a host shows of one target: UUIDs, the time of the last change. In no order, because the same set of
 * targets may come in another one.
 */
export function revisionDigest(target: string, revision: string): string {
  return createHash('sha256')
    .update(JSON.stringify([target, revision]))
    .digest('base64url')
    .slice(0, DIGEST_LENGTH);
}

/** Whether a delivery or a look has recorded this of a target that has the version, in whatever set of targets. */
export function isRecorded(
  { tags }: SecretState,
  { accessKeyId }: Pick<StoredVersion, 'accessKeyId'>,
  revision: string,
) {
  const [, set = ''] = (tags[TAG.revisions] ?? '').split(' ');
  return recordedRevisions({ tags }, { accessKeyId }, set)?.revisions.has(revision) === true;
}

interface Recorded {
  readonly revisions: ReadonlySet<string>;
  /** Whether a look saw them; otherwise a delivery did. */
  readonly isLook: boolean;
}

function recordedRevisions(
  { tags }: Pick<SecretState, 'tags'>,
  { accessKeyId }: Pick<StoredVersion, 'accessKeyId'>,
  digest: string,
): Recorded | undefined {
  const [id, set, revisions = '', by, ...rest] = (tags[TAG.revisions] ?? '').split(' ');
  if (id !== accessKeyId || set !== digest || rest.length > 0) return undefined;
  if (by !== undefined && by !== BY_DELIVERY) return undefined;
  return {
    revisions: new Set(revisions.match(new RegExp(`.{${DIGEST_LENGTH}}`, 'g')) ?? []),
    isLook: by === undefined,
  };
}
