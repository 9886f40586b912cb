import type { RegistryEntry } from '../config/registry';
import { after } from '../duration';
import { targetSetDigest } from '../hosts/target';
import type { AccessKey } from '../key/access-key';
import { ASK_STANDS_FOR, unmetRotationAt } from '../key/asked';
import { type Compromised, compromisedOf } from '../key/compromised';
import { isDelivered, markCounts, marksOn } from '../key/delivery-mark';
import {
  INTENT_LIVES,
  type Intent,
  lastIntent,
  openIntent,
  orphanCandidates,
  RECORD_SHOWS_WITHIN,
} from '../key/intent';
import { inactiveSince, type KeyRing, keyRing, ringOfUser } from '../key/key-ring';
import { changedUser } from '../key/key-user';
import type { UnprovedEnd } from '../key/replaced';
import {
  currentVersion,
  type SecretState,
  type StoredVersion,
  storedVersions,
  withoutFuture,
} from '../key/secret-state';
import { isWithdrawn } from '../key/withdrawn';
import { dueAt } from './due';
import type { UserChanged } from './former-users';
import { type LeakWaits, stillActive } from './leaked';
import { noRoom, takingOver, waitsForWithdrawn } from './no-room';
import { pauseFinding } from './paused';
import { notRolledBack, rollbackSteps } from './rollback';
import type { RotationFinding } from './rotation-findings';
import { isAtOnce, isRepair, rotationReason } from './rotation-reason';
import { firstOf, type Part, type Rule, together } from './rules';
import { unsettledSince } from './settling';
import type { Plan, RotationReason, StepNamed } from './steps';
import { inheritedTags } from './take-over';

export interface RotationInput {
  readonly entry: RegistryEntry;
  readonly secret: SecretState;
  /** What IAM lists for the user. */
  readonly keys: readonly AccessKey[];
  /** Whether this function created the keys that a crashed run may have left behind (`keysToTrace`), where that is known. */
  readonly isOwn?: ReadonlyMap<string, boolean | undefined>;
  readonly now: Date;
  /** An operator asked for this key by name. @default false */
  readonly requested?: boolean;
  /** Keys that have leaked, as far as the record proves it. @default - none */
  readonly compromised?: readonly Compromised[] | undefined;
  /** A tag says that one has leaked, and the record cannot tell: it is not made current again. @default - nobody says it */
  readonly doubtful?: readonly Compromised[] | undefined;
  /** Why the record does not prove that the current key goes for good. @default - it does, or it does not go */
  readonly unprovedEnd?: UnprovedEnd | undefined;
  /** A later day has more rotations than one run may make (`broughtForward`). @default false */
  readonly broughtForward?: boolean;
}

/** What a rotation may take. */
export type RotationStep = StepNamed<
  | 'record-take-over'
  | 'discard-orphan'
  | 'remove-label'
  | 'clear-intent'
  | 'rotate'
  | 'reactivate'
  | 'promote'
  | 'record-inactive'
>;

/** What the rules look at: the input, and what follows from it. */
interface Situation extends RotationInput {
  readonly ring: KeyRing;
  /** Why a rotation is wanted; undefined when nothing asks for one. */
  readonly reason: RotationReason | undefined;
  /** A rotation that began and has stored nothing. */
  readonly intent: Intent | 'unreadable' | undefined;
  /** Keys that its run may have left behind: whoever made them is not known yet. */
  readonly untraced: readonly AccessKey[];
  /** Keys that its run has left behind. */
  readonly orphans: readonly AccessKey[];
}

type RotationPart = Part<RotationStep, RotationFinding>;
type RotationRule = Rule<Situation, RotationStep, RotationFinding>;

/** Decides whether a key is rotated now, and names what stands in the way. */
export function planRotation(given: RotationInput): Plan<RotationStep, RotationFinding> {
  const situation = situationOf({ ...given, secret: withoutFuture(given.secret, given.now) });
  const blocked = firstOf(BLOCKED, situation);
  if (blocked !== undefined) return together([blocked, tellThatAnAskLapsed(situation)]);
  return together([...ALWAYS.map((rule) => rule(situation)), firstOf(ROTATION, situation)]);
}

/** Nothing at all is done while one of these holds. */
const BLOCKED: readonly RotationRule[] = [isPaused, intentIsEdited, anotherRunMayBeAtWork, creatorIsNotKnownYet];

/** Done and told in every run, whether a rotation is wanted or not. */
const ALWAYS: readonly RotationRule[] = [
  recordTakeOver,
  discardOrphans,
  takeBackMarks,
  clearIntent,
  tellForeignKeys,
  tellWhatPeopleBroke,
  tellThatItHasLeaked,
  tellThatAnAskLapsed,
  tellOfRollback,
];

/** The first that applies decides. */
const ROTATION: readonly RotationRule[] = [
  rollBack,
  nothingAsksForIt,
  itsDayIsStillToCome,
  deliveriesSettle,
  lastRotationIsNotDelivered,
  rotateIntoFreeSlot,
  promoteKeyThatWorks,
  waitForRoom,
];

/** The keys whose creator `planRotation` has to know. */
export function keysToTrace({ secret, keys, now }: RotationInput): readonly AccessKey[] {
  const intent = lastIntent(secret);
  if (intent === undefined || now.getTime() - intent.at.getTime() < INTENT_LIVES) return [];
  return orphanCandidates(intent, keyRing(secret, keys).unknown);
}

function situationOf(input: RotationInput): Situation {
  const { secret, keys, isOwn = new Map<string, boolean | undefined>() } = input;
  const ring = keyRing(secret, keys);
  const suspects = keysToTrace(input);
  // Without proof that this function made it, a key is somebody else's (K5).
  const orphans = suspects.filter(({ accessKeyId }) => isOwn.get(accessKeyId) === true);
  const untraced = suspects.filter(({ accessKeyId }) => isOwn.get(accessKeyId) === undefined);
  return { ...input, ring, reason: rotationReason(input, ring), intent: openIntent(secret), orphans, untraced };
}

function isPaused({ entry, secret, now }: Situation): RotationPart | undefined {
  const paused = pauseFinding(entry, secret, now);
  return paused && { findings: [paused] };
}

function intentIsEdited({ entry, secret, intent, now }: Situation): RotationPart | undefined {
  if (intent === undefined || (isReadable(intent) && intent.at <= after(now, INTENT_LIVES))) return undefined;
  const facts = { is: 'edited', user: entry.user, secret: secret.name } as const;
  return { findings: [{ code: 'rotation-in-progress', key: entry.id, facts }] };
}

function anotherRunMayBeAtWork({ entry, intent, now }: Situation): RotationPart | undefined {
  if (!isReadable(intent) || now.getTime() - intent.at.getTime() >= INTENT_LIVES) return undefined;
  const facts = { is: 'at-work', run: intent.run, began: intent.at } as const;
  return { findings: [{ code: 'rotation-in-progress', key: entry.id, since: intent.at, facts }] };
}

/** CloudTrail tells within days who made what lies around; until then nobody's key is touched (K5). */
function creatorIsNotKnownYet(situation: Situation): RotationPart | undefined {
  const { entry, keys, intent, untraced, reason, now } = situation;
  if (!isReadable(intent) || untraced.length === 0 || now >= after(intent.at, RECORD_SHOWS_WITHIN)) return undefined;
  const holdsUpRepair = isRepair(reason);
  // Pipelines wait for a repair, and a leak for nobody: they do not wait for CloudTrail while there is room.
  if ((holdsUpRepair || reason === 'compromised') && keys.length < 2) return undefined;
  const left = untraced.map(({ accessKeyId }) => accessKeyId);
  const facts = { is: 'untraced', run: intent.run, began: intent.at, left, holdsUpRepair } as const;
  return { findings: [{ code: 'rotation-in-progress', key: entry.id, since: intent.at, facts }] };
}

function isReadable(intent: Intent | 'unreadable' | undefined): intent is Intent {
  return typeof intent === 'object';
}

/** Before anything else is changed, so that a run that dies, or a user that is changed again, loses nothing of it (K9). */
function recordTakeOver({ secret }: Situation): RotationPart {
  const { takesOver } = secret;
  if (takesOver === undefined || takesOver.isRecorded) return {};
  return { steps: [{ do: 'record-take-over', from: takesOver.secret, tags: inheritedTags(secret) }] };
}

function discardOrphans({ entry, secret, orphans }: Situation): RotationPart {
  const run = lastIntent(secret)?.run ?? '';
  return {
    steps: orphans.map(({ accessKeyId }) => ({ do: 'discard-orphan', accessKeyId })),
    findings: orphans.map(({ accessKeyId }) => ({
      code: 'orphan-discarded',
      key: entry.id,
      accessKeyId,
      facts: { run },
    })),
  };
}

/** Without the intent that takes it back, a mark would count again. */
function takeBackMarks({ secret }: Situation): RotationPart {
  const lapsed = storedVersions(secret).filter((version) => !version.isTakenOver && !markCounts(secret, version));
  return { steps: lapsed.flatMap(marksOn).map((mark) => ({ do: 'remove-label', ...mark })) };
}

function clearIntent({ intent }: Situation): RotationPart {
  return { steps: intent === undefined ? [] : [{ do: 'clear-intent' }] };
}

function tellForeignKeys({ entry, secret, keys, orphans }: Situation): RotationPart {
  const foreign = ringOfUser(secret, keys, entry.user).unknown.filter((key) => !orphans.includes(key));
  return {
    findings: foreign.map(({ accessKeyId, createdAt }) => ({
      code: 'foreign-key',
      key: entry.id,
      accessKeyId,
      since: createdAt,
      facts: { user: entry.user, createdAt },
    })),
  };
}

function tellWhatPeopleBroke({ entry, secret, ring, reason, compromised, now }: Situation): RotationPart {
  const key = entry.id;
  // IAM may not list a key yet that was made a moment ago: nobody has deleted it for all that is known.
  if (reason === 'current-key-missing' && unsettledSince(secret, ring, now) !== undefined) return {};
  // What was asked for is nobody's mistake, and told as what it is.
  const isAsked = compromisedOf(compromised, ring.anchor?.accessKeyId)?.order === 'disable-first';
  if (reason === 'current-key-inactive' && isAsked) return {};
  if (isRepair(reason)) {
    const facts = { waits: 'pipelines', current: ring.anchor?.accessKeyId } as const;
    return { findings: [{ code: reason, key, facts }] };
  }
  if (reason === 'user-changed') return { findings: [userChange(entry, secret, ring)] };
  if (reason !== 'secret-edited') return {};
  return { findings: [{ code: reason, key, facts: { seenBy: 'rotation', secret: secret.name } }] };
}

function tellThatItHasLeaked(situation: Situation): RotationPart {
  const { entry, ring, reason, compromised } = situation;
  const leak = compromisedOf(compromised, ring.anchor?.accessKeyId);
  if (reason !== 'compromised' || leak === undefined) return {};
  return { findings: [stillActive(entry, leak, leakWaits(situation))] };
}

function leakWaits(situation: Situation): LeakWaits {
  if (!hasRoom(situation) && spareVersion(situation) === undefined) return 'room';
  return deliveriesSettle(situation) === undefined ? 'rotation' : 'settling';
}

function userChange({ id: key, user: to }: RegistryEntry, secret: SecretState, { anchor }: KeyRing): UserChanged {
  const from = changedUser(secret, to) ?? to;
  return { code: 'user-changed', key, user: from, facts: { is: 'changed', from, to, current: anchor?.accessKeyId } };
}

/** What nothing came of is not done one day when nobody thinks of it any more (K14). */
function tellThatAnAskLapsed({ entry, secret, now }: Situation): RotationPart {
  const askedAt = unmetRotationAt(secret);
  const over = askedAt && after(askedAt, ASK_STANDS_FOR);
  if (askedAt === undefined || over === undefined || now < over || now >= after(over, ASK_STANDS_FOR)) return {};
  return { findings: [{ code: 'request-refused', key: entry.id, facts: { is: 'lapsed', askedAt } }] };
}

/** What an administrator took back goes before everything else that is wanted: the key before it is there. */
function rollBack({ secret, keys, ring, now }: Situation): RotationPart | undefined {
  const steps = rollbackSteps(secret, keys, now);
  return steps.length === 0 ? undefined : { steps: [...steps, ...recordOfInactive(ring)] };
}

function tellOfRollback({ entry, secret, keys, now }: Situation): RotationPart {
  return { findings: notRolledBack(entry, secret, keys, now) };
}

function nothingAsksForIt({ reason }: Situation): RotationPart | undefined {
  return reason === undefined ? {} : undefined;
}

/** What is only brought forward, and cannot be done today, makes no fuss. */
function itsDayIsStillToCome(situation: Situation): RotationPart | undefined {
  if (situation.reason !== 'brought-forward') return undefined;
  const isInTheWay = deliveriesSettle(situation) ?? lastRotationIsNotDelivered(situation);
  return isInTheWay === undefined && hasRoom(situation) ? undefined : {};
}

/** A further rotation must not overtake deliveries that may be under way. */
function deliveriesSettle({ entry, secret, ring, now }: Situation): RotationPart | undefined {
  const since = unsettledSince(secret, ring, now);
  return since && { findings: [{ code: 'settling', key: entry.id, facts: { since } }] };
}

function lastRotationIsNotDelivered({ entry, secret, ring, reason }: Situation): RotationPart | undefined {
  const { current } = ring;
  if (current === undefined || current.isTakenOver || isAtOnce(reason)) return undefined;
  if (isDelivered(secret, current, targetSetDigest(entry.targets, entry.connections))) return undefined;
  const { accessKeyId, createdAt: since } = current;
  return { findings: [{ code: 'undelivered', key: entry.id, accessKeyId, since, facts: { waits: 'rotation' } }] };
}

function rotateIntoFreeSlot(situation: Situation): RotationPart | undefined {
  const { entry, keys, ring, reason } = situation;
  if (reason === undefined || !hasRoom(situation)) return undefined;
  const rotating = ring.current ?? ring.superseded[0] ?? keys[0];
  const isEarly = reason === 'brought-forward' && rotating !== undefined;
  const when = isEarly ? { dueAt: dueAt(rotating.createdAt, entry) } : {};
  return { steps: [{ do: 'rotate', reason, ...when }, ...recordOfInactive(ring)] };
}

function hasRoom({ keys, orphans }: Situation): boolean {
  return keys.length - orphans.length < 2;
}

/** A stored key that still works stands in for a dead or leaked current one, or for a value that nobody knows (K1). */
function promoteKeyThatWorks(situation: Situation): RotationPart | undefined {
  const { secret, ring, reason } = situation;
  const from = secret.takesOver === undefined ? currentVersion(secret)?.versionId : undefined;
  // Of a user that was renamed the current key works on.
  const isDead = ring.anchorKey?.status !== 'Active';
  if (from === undefined || !(isDead || ring.edited || reason === 'compromised')) return undefined;
  const spare = spareVersion(situation);
  if (spare === undefined) return undefined;
  const { accessKeyId, versionId } = spare;
  return { steps: [{ do: 'promote', accessKeyId, versionId, from }, ...recordOfInactive(ring)] };
}

/** The youngest stored key that works, and that nobody says has leaked. */
function spareVersion({ secret, keys, compromised = [], doubtful = [] }: Situation): StoredVersion | undefined {
  return storedVersions(secret).findLast(
    ({ isTakenOver, accessKeyId }) =>
      !isTakenOver &&
      !isWithdrawn(secret, { accessKeyId }) &&
      compromisedOf([...compromised, ...doubtful], accessKeyId) === undefined &&
      keys.some((key) => key.accessKeyId === accessKeyId && key.status === 'Active'),
  );
}

/** What somebody made Inactive is superseded by what follows; the credential report may not show it to the deletion. */
function recordOfInactive({ anchorKey }: KeyRing): readonly RotationStep[] {
  return anchorKey?.status === 'Inactive' ? [{ do: 'record-inactive', accessKeyId: anchorKey.accessKeyId }] : [];
}

/**
 * The deletion that would make room hears of an Inactive key here. There is one record a secret: of two such keys the
 * older one goes first, and its time is not begun anew by the other.
 */
function waitForRoom(situation: Situation): RotationPart {
  const { entry, secret, keys } = situation;
  const ring = ringOfUser(secret, keys, entry.user);
  const inactive = ring.superseded.filter(({ status }) => status === 'Inactive');
  const [oldest] = inactive;
  const isRecorded = inactive.some(({ accessKeyId }) => inactiveSince(secret, accessKeyId) !== undefined);
  return {
    steps: oldest === undefined || isRecorded ? [] : [{ do: 'record-inactive', accessKeyId: oldest.accessKeyId }],
    findings: [takingOver(situation, ring) ?? waitsForWithdrawn(situation, ring) ?? noRoom(situation, ring)],
  };
}
