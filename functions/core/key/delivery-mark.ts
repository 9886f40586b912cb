import { after, latest, MINUTE } from '../duration';
import { DELIVERED_LABEL_PREFIX, TAG } from '../names';
import { tagFor } from './dated-tag';
import { lastIntent, productOf } from './intent';
import {
  deliveredLabel,
  type SecretState,
  type SecretVersion,
  type StoredVersion,
  storedVersions,
} from './secret-state';
import { withdrawal } from './withdrawn';
import { isWritten } from './written-places';

/** One label that says: every target of a set has confirmed this version. */
export interface DeliveryMark {
  readonly label: string;
  readonly versionId: string;
}

/**
 * How long a delivery that somebody else began may still be at work: the 15 minutes of the sync function, the one that a
 * function of a team's own may still write in when sync is gone (`notAfter`), and 4 for clocks that differ.
 */
export const DELIVERY_LIVES = 20 * MINUTE;

/** Whether every target of today's set has confirmed this version, and holds it still. */
export function isDelivered(secret: SecretState, version: StoredVersion, digest: string): boolean {
  return version.labels.includes(deliveredLabel(digest)) && markCounts(secret, version);
}

/**
 * Whether a mark of this version counts. A rotation takes the marks of all earlier versions back, without a call of its
 * own: from the first target that takes the new key on, no earlier one is at every target any more. When an earlier
 * version becomes current again it has to be delivered again, and `keyturn:delivered` records that (K1).
 */
export function markCounts(secret: SecretState, version: StoredVersion): boolean {
  return !isDeliveryAsked(secret, version) && !isTorn(secret, version) && countsUnasked(secret, version);
}

/**
 * Whether a delivery of this version has left a torn pair. Whoever makes it whole, knowing of it, takes the tag away with
 * its mark: a mark beside the tag is of a run that had written before the pair was torn (K1).
 */
export function isTorn(secret: SecretState, { accessKeyId }: Pick<StoredVersion, 'accessKeyId'>): boolean {
  return tagFor(secret, TAG.torn, accessKeyId) !== undefined;
}

/**
 * Whether a place may hold this version, whatever it shows: every place was told to by a delivery that was complete, or this
 * one is among those that were written to.
 *
 * @param place see `placeDigest`
 */
export function mayBeHeld(
  secret: SecretState,
  version: Pick<StoredVersion, 'versionId' | 'accessKeyId'>,
  place: string,
): boolean {
  const { versionId, accessKeyId } = version;
  const labels = secret.versions.find((one) => one.versionId === versionId)?.labels ?? [];
  const tags = [TAG.reached, TAG.checked, TAG.delivered];
  const isComplete = marksOf(labels).length > 0 || tags.some((tag) => tagFor(secret, tag, accessKeyId) !== undefined);
  return isComplete || isWritten(secret, accessKeyId, place);
}

/** The same of what was recorded with the mark, whatever a person has asked for since. */
export function countsUnasked(secret: SecretState, version: Pick<StoredVersion, 'versionId' | 'accessKeyId'>): boolean {
  const rotation = lastIntent(secret);
  if (rotation === undefined || isLastProduct(secret, version)) return true;
  const again = tagFor(secret, TAG.delivered, version.accessKeyId);
  return again !== undefined && again > rotation.at;
}

/**
 * Since when at the soonest a version that is current again is, after a later one was; undefined where it was all the time.
 * That it was asked for comes before it is done.
 */
export function currentAgainSince(secret: SecretState, version: Pick<StoredVersion, 'versionId'>): Date | undefined {
  const rotation = lastIntent(secret);
  if (rotation === undefined || isLastProduct(secret, version)) return undefined;
  const takenBack = withdrawal(secret);
  return takenBack === undefined ? rotation.at : latest(rotation.at, takenBack.at);
}

/** Whether a person wants a version delivered again that has not been since. */
export function isDeliveryAsked(secret: SecretState, version: Pick<StoredVersion, 'accessKeyId'>): boolean {
  return deliveryAskedAt(secret, version) !== undefined;
}

/** Since when; undefined where nobody does. */
export function deliveryAskedAt(
  secret: SecretState,
  { accessKeyId }: Pick<StoredVersion, 'accessKeyId'>,
): Date | undefined {
  const askedAt = tagFor(secret, TAG.deliveryAsked, accessKeyId);
  if (askedAt === undefined) return undefined;
  const isOpen = [TAG.delivered, TAG.reached].every((tag) => {
    const again = tagFor(secret, tag, accessKeyId);
    return again === undefined || again < askedAt;
  });
  return isOpen ? askedAt : undefined;
}

/**
 * Whether every target holds the version by its mark, and a person merely wants it written once more: the time of its
 * delivery stays what it was, or whoever asks every week would keep the key before it Active for ever (K8).
 */
export function isMerelyAgain(secret: SecretState, version: StoredVersion, digest: string): boolean {
  const { accessKeyId, labels } = version;
  if (!isDeliveryAsked(secret, version) || !labels.includes(deliveredLabel(digest))) return false;
  const drifted = tagFor(secret, TAG.drifted, accessKeyId);
  const seen = tagFor(secret, TAG.checked, accessKeyId);
  const isThere = drifted === undefined || (seen !== undefined && seen > drifted);
  return isThere && countsUnasked(secret, version);
}

/** Whether the version is what the last rotation stored, or no rotation is known: then its age tells when it came. */
export function isLastProduct(secret: SecretState, version: Pick<StoredVersion, 'versionId'>): boolean {
  const rotation = lastIntent(secret);
  const product = rotation === undefined ? undefined : productOf(secret, rotation);
  return product === undefined || product.versionId === version.versionId;
}

/**
 * Whether a delivery of another version may still be at work, so that a target may get that one after this one's
 * delivery. Not when there was no other version, when the one before this one was delivered, and when nobody has
 * touched the secret for as long as a delivery can live.
 */
export function mayBeOvertaken(secret: SecretState, version: StoredVersion, digest: string, now: Date): boolean {
  const others = secret.versions.filter(({ versionId }) => versionId !== version.versionId);
  if (others.length === 0) return false;
  // It is delivered once more because a person wants it: the mark that it has tells that nothing else was at work, and
  // that the secret was touched since is what was asked.
  const isAgain = isDeliveryAsked(secret, version) && isLastProduct(secret, version);
  if (isAgain && version.labels.includes(deliveredLabel(digest))) return false;
  const previous = storedVersions(secret).find(({ labels }) => labels.includes('AWSPREVIOUS'));
  if (previous?.labels.includes(deliveredLabel(digest))) {
    const late = againAt(secret, previous) ?? tagFor(secret, TAG.delivered, previous.accessKeyId);
    // A copy of a delivery that ended just now may be at work still; a prompt one has settled before a rotation.
    if (late === undefined || after(late, DELIVERY_LIVES) <= now) return false;
  }
  return now < after(secret.changedAt, DELIVERY_LIVES);
}

/** The marks that stand on a version, of whatever target set. */
export function marksOf(labels: readonly string[]): readonly string[] {
  return labels.filter((label) => label.startsWith(DELIVERED_LABEL_PREFIX));
}

/** The same, each with the version that it stands on. */
export function marksOn({ versionId, labels }: SecretVersion): readonly DeliveryMark[] {
  return marksOf(labels).map((label) => ({ label, versionId }));
}

/** The secret as it is when they are taken off. */
export function withoutMarks(secret: SecretState, marks: readonly DeliveryMark[]): SecretState {
  const isOff = (versionId: string, label: string) =>
    marks.some((mark) => mark.versionId === versionId && mark.label === label);
  const versions = secret.versions.map((version) => ({
    ...version,
    labels: version.labels.filter((label) => !isOff(version.versionId, label)),
  }));
  return { ...secret, versions };
}

/** When pipelines could last have picked up an older key: the successor's creation, or its delivery where that was late. */
export function deliveredAt(secret: SecretState, anchor: StoredVersion): Date {
  const late = tagFor(secret, TAG.delivered, anchor.accessKeyId);
  return late === undefined ? anchor.createdAt : latest(anchor.createdAt, late);
}

/** The same, or when it was written once more since: until then nothing that was seen of its targets counts. */
export function lastDeliveredAt(secret: SecretState, version: StoredVersion): Date {
  const at = deliveredAt(secret, version);
  return latest(at, againAt(secret, version) ?? at);
}

/** When a delivery that a person wanted once more was complete; undefined where there is none. */
function againAt(secret: SecretState, { accessKeyId }: StoredVersion): Date | undefined {
  const askedAt = tagFor(secret, TAG.deliveryAsked, accessKeyId);
  const again = tagFor(secret, TAG.reached, accessKeyId);
  return askedAt === undefined || again === undefined || again < askedAt ? undefined : again;
}
