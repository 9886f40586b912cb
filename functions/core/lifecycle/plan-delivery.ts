import type { RegistryEntry } from '../config/registry';
import { after, DAY } from '../duration';
import { targetSetDigest } from '../hosts/target';
import { type Compromised, compromisedOf } from '../key/compromised';
import { tagFor } from '../key/dated-tag';
import {
  type DeliveryMark,
  isDelivered,
  isDeliveryAsked,
  isLastProduct,
  isMerelyAgain,
  markCounts,
  marksOn,
  mayBeOvertaken,
} from '../key/delivery-mark';
import { reactivatedAt } from '../key/key-ring';
import { isReplaced } from '../key/replaced';
import {
  currentKey,
  currentVersion,
  deliveredLabel,
  type SecretState,
  type StoredVersion,
  storedVersions,
  withoutFuture,
} from '../key/secret-state';
import { mayComeBack } from '../key/withdrawn';
import { TAG } from '../names';
import type { FoundOfKey } from './found';
import { type LeftTorn, leftTorn } from './left-torn';
import { isObserved } from './observed';
import { type PauseFinding, pauseFinding } from './paused';
import type { Delivery, StepNamed } from './steps';

export interface DeliveryInput {
  readonly entry: RegistryEntry;
  readonly secret: SecretState;
  /** Keys that have leaked, as far as the record proves it. @default - none */
  readonly compromised?: readonly Compromised[] | undefined;
  readonly now: Date;
}

/** The current version is one that a person put there. */
export type NotDelivered = FoundOfKey<'secret-edited', { readonly seenBy: 'delivery'; readonly secret: string }>;
type DeliveryFinding = PauseFinding | NotDelivered | LeftTorn;

export interface DeliveryPlan {
  /** Marks that go before the delivery begins. */
  readonly removeFirst: readonly DeliveryMark[];
  /** @default - everything is where it should be, or nothing can be delivered */
  readonly deliver?: Delivery;
  /** Marks that go when the delivery, if there is one, is complete and marked. */
  readonly removeAfter: readonly DeliveryMark[];
  readonly findings: readonly DeliveryFinding[];
}

/** IAM spreads a key within seconds, and minutes at the worst that was seen. */
const FRESH_FOR = DAY;

const NOTHING: DeliveryPlan = { removeFirst: [], removeAfter: [], findings: [] };

/** What sync does of a plan, one after the other. */
export function deliverySteps({
  removeFirst,
  deliver,
  removeAfter,
}: DeliveryPlan): readonly StepNamed<'deliver' | 'remove-label'>[] {
  return [...removals(removeFirst), ...(deliver === undefined ? [] : [deliver]), ...removals(removeAfter)];
}

export function removals(marks: readonly DeliveryMark[]): readonly StepNamed<'remove-label'>[] {
  return marks.map((mark) => ({ do: 'remove-label', ...mark }));
}

/** Decides whether the current version has to be delivered, and which marks of earlier deliveries have to go. */
export function planDelivery({ entry, secret: given, compromised, now }: DeliveryInput): DeliveryPlan {
  const secret = withoutFuture(given, now);
  const version = currentKey(secret);
  const digest = targetSetDigest(entry.targets, entry.connections);
  const torn = (because: LeftTorn['facts']['because']) =>
    version === undefined || isDelivered(secret, version, digest) ? [] : leftTorn(entry, secret, version, because);
  const paused = pauseFinding(entry, secret, now);
  if (paused !== undefined) return { ...NOTHING, findings: [paused, ...torn('paused')] };
  // The key before it is on its way back, and is delivered as soon as it is current.
  if (mayComeBack(secret, now)) return NOTHING;
  if (currentVersion(secret) === undefined || isReplaced(entry, secret)) return NOTHING;
  if (version === undefined) {
    const facts = { seenBy: 'delivery', secret: secret.name } as const;
    return { ...NOTHING, findings: [{ code: 'secret-edited', key: entry.id, facts }] };
  }
  // What has leaked is brought nowhere any more: its successor is made at once.
  if (compromisedOf(compromised, version.accessKeyId) !== undefined) return NOTHING;
  if (isDelivered(secret, version, digest)) return { ...NOTHING, removeAfter: staleMarks(secret, digest) };
  const misleading = misleadingMarks(secret, version);
  // Of a version that misleads all marks go.
  const isLeft = ({ versionId }: DeliveryMark) => misleading.every((mark) => mark.versionId !== versionId);
  const stale = staleMarks(secret, digest).filter(isLeft);
  const deliver = deliveryOf(secret, version, digest, misleading, now);
  const findings = isObserved(entry) ? torn('observed') : [];
  return isFull(secret)
    ? { removeFirst: [...misleading, ...stale], deliver, removeAfter: [], findings }
    : { removeFirst: misleading, deliver, removeAfter: stale, findings };
}

function deliveryOf(
  secret: SecretState,
  version: StoredVersion,
  digest: string,
  misleading: readonly DeliveryMark[],
  now: Date,
): Delivery {
  const label = deliveredLabel(digest);
  const holder = secret.versions.find(({ labels }) => labels.includes(label))?.versionId;
  const { versionId, accessKeyId, createdAt } = version;
  return {
    do: 'deliver',
    versionId,
    accessKeyId,
    createdAt,
    digest,
    markedBefore: misleading.some((mark) => mark.label === label) ? undefined : holder,
    fresh:
      (marksOn(version).length === 0 && now < after(createdAt, FRESH_FOR)) || isJustReactivated(secret, version, now),
    conclusive: !mayBeOvertaken(secret, version, digest, now),
    returned:
      isDeliveryAsked(secret, version) ||
      !isLastProduct(secret, version) ||
      tagFor(secret, TAG.checked, accessKeyId) !== undefined,
    again: isMerelyAgain(secret, version, digest),
  };
}

/** IAM spreads that a key is Active again as it does a new one. */
function isJustReactivated(secret: SecretState, { accessKeyId }: StoredVersion, now: Date): boolean {
  const at = reactivatedAt(secret, accessKeyId);
  if (at === undefined || now >= after(at, FRESH_FOR)) return false;
  const delivered = tagFor(secret, TAG.delivered, accessKeyId);
  return delivered === undefined || delivered < at;
}

/**
 * Marks that would say too much before this delivery is complete: one on the version itself that does not count any
 * more, and those of others that would count if one of them became current again (K1).
 */
function misleadingMarks(secret: SecretState, delivering: StoredVersion): readonly DeliveryMark[] {
  return storedVersions(secret)
    .filter((version) => (version.versionId === delivering.versionId) !== markCounts(secret, version))
    .flatMap(marksOn);
}

/** Marks of earlier target sets. */
function staleMarks(secret: SecretState, digest: string): readonly DeliveryMark[] {
  return secret.versions.flatMap(marksOn).filter(({ label }) => label !== deliveredLabel(digest));
}

/** Secrets Manager: labels of one secret, over all its versions. */
const MOST_LABELS = 20;

/** Whether there is no room for one more mark. */
function isFull({ versions }: SecretState): boolean {
  return versions.flatMap(({ labels }) => labels).length >= MOST_LABELS;
}
