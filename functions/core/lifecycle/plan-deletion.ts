import type { RegistryEntry } from '../config/registry';
import { after, DAY, latest } from '../duration';
import type { AccessKey } from '../key/access-key';
import { readDatedTag } from '../key/dated-tag';
import { inactiveSince, type KeyRing, ringOfUser } from '../key/key-ring';
import { isReplaced, isReplacedInIam } from '../key/replaced';
import { withoutFuture } from '../key/secret-state';
import { TAG } from '../names';
import type { FoundOfAccessKey } from './found';
import { type PauseFinding, pauseFinding } from './paused';
import { type Replaced, replacedFinding } from './replacement';
import { type RetirementInput, retirementAges } from './retirement';
import { keyOnItsWayBack } from './rollback';
import { type Part, together } from './rules';
import type { Plan, StepNamed } from './steps';
import { type SuccessorFinding, successorProblem } from './successor';

/** What a deletion may take. */
export type DeletionStep = StepNamed<'record-inactive' | 'delete' | 'clear-record'>;

/** Its recovery counts from now. */
export type InactiveSinceUnknown = FoundOfAccessKey<
  'inactive-since-unknown',
  {
    readonly recoveryDays: number;
    /** When it was used after it had been made Inactive. @default - nobody saw when it was made Inactive */
    readonly usedSince?: Date;
  }
>;
type DeletionFinding = PauseFinding | SuccessorFinding | InactiveSinceUnknown | Replaced;

/** Decides which Inactive superseded keys are deleted now. */
export function planDeletion(given: RetirementInput): Plan<DeletionStep, DeletionFinding> {
  const input = { ...given, secret: withoutFuture(given.secret, given.now) };
  const paused = pauseFinding(input.entry, input.secret, input.now);
  if (paused !== undefined) return { steps: [], findings: [paused] };
  // One of the superseded keys is on its way back.
  if (keyOnItsWayBack(input.secret, input.keys, input.now) !== undefined) return { steps: [], findings: [] };
  const ring = ringOfUser(input.secret, input.keys, input.entry.user);
  const unrecorded = goneUnrecorded(input, ring);
  if (unrecorded !== undefined) return { steps: [unrecorded], findings: [] };
  const plan = together([tellUnproved(input, ring), ...inactive(input, ring).map((key) => planOne(input, ring, key))]);
  // That of a key which is gone for good stays: it says that there is nothing to deliver.
  const isOver = isRecordOfNobody(input) && !isReplaced(input.entry, input.secret);
  return plan.steps.length === 0 && isOver ? { ...plan, steps: [{ do: 'clear-record' }] } : plan;
}

/** Of a key that roles have replaced, and that a person has deleted before anybody wrote down that it was Inactive. */
function goneUnrecorded(input: RetirementInput, { current, anchorKey }: KeyRing): DeletionStep | undefined {
  const { entry, secret, keys } = input;
  if (current === undefined || anchorKey !== undefined || !isReplacedInIam(entry, secret, keys)) return undefined;
  const { accessKeyId } = current;
  return isReplaced(entry, secret) ? undefined : { do: 'record-inactive', accessKeyId };
}

/** The keys that may be deleted one day: superseded or replaced and Inactive, or the one that makes room for the first rotation. */
function inactive(input: RetirementInput, ring: KeyRing): readonly AccessKey[] {
  const { entry, keys } = input;
  const { anchorKey, superseded } = ring;
  const current = anchorKey !== undefined && isProvedToHaveGone(input) ? [anchorKey] : [];
  const candidates = [...superseded.filter(({ status }) => status === 'Inactive'), ...current];
  if (ring.anchor !== undefined) return candidates;
  return entry.adopt === 'replace-idle' && keys.length === 2 ? candidates.slice(0, 1) : [];
}

/** What is deleted cannot be had back: it takes the record's word, and not the tag's alone. */
function isProvedToHaveGone({ entry, secret, keys, unprovedEnd }: RetirementInput): boolean {
  return unprovedEnd === undefined && isReplacedInIam(entry, secret, keys);
}

/** A key that went for good, and stays Inactive beyond its days because the record does not prove it (K7, K8). */
function tellUnproved(input: RetirementInput, ring: KeyRing): Part<DeletionStep, DeletionFinding> {
  const { entry, secret, keys, unprovedEnd, now } = input;
  const { anchorKey } = ring;
  if (unprovedEnd === undefined || anchorKey === undefined || !isReplacedInIam(entry, secret, keys)) return {};
  const since = inactiveSince(secret, anchorKey.accessKeyId);
  return since !== undefined && now < recovered(entry, since) ? {} : { findings: replacedFinding(input, ring) };
}

/** The first line that applies decides. */
function planOne(input: RetirementInput, ring: KeyRing, key: AccessKey): Part<DeletionStep, DeletionFinding> {
  const { entry, secret, lastUsed, now } = input;
  const { accessKeyId } = key;
  // What a role has replaced has no successor to wait for, and neither has what is left beside it.
  const isForGood = isProvedToHaveGone(input);
  const { anchor: successor } = ring;
  const since = inactiveSince(secret, accessKeyId);
  if (since === undefined) return recoveryFromNow(entry, accessKeyId);
  const due = isForGood ? recovered(entry, since) : deletionDue(entry, key, since, successor?.createdAt);
  if (now < due) return {};
  const problem = isForGood ? undefined : successor && successorProblem({ ...input, ring }, successor, key, due);
  if (problem !== undefined) return { findings: [problem] };
  const used = lastUsed.get(accessKeyId);
  if (used === undefined) return {};
  if (used.at !== undefined && used.at > since) return recoveryFromNow(entry, accessKeyId, used.at);
  const lived = used.at === undefined || after(used.at, entry.policy.deactivateAfter * DAY) <= now;
  const makesRoom = successor === undefined;
  if (makesRoom && !lived) return {};
  return { steps: [{ do: 'delete', accessKeyId, inactiveSince: since }] };
}

/** When an Inactive key may be deleted: when it has the age, and after the whole time to recover (K4). */
export function deletionDue(
  entry: RegistryEntry,
  key: AccessKey,
  since: Date,
  successorCreatedAt: Date | undefined,
): Date {
  const { deleteAfter } = entry.policy;
  const age =
    successorCreatedAt === undefined
      ? after(key.createdAt, deleteAfter * DAY)
      : retirementAges(entry.policy, key.createdAt, successorCreatedAt).delete;
  return latest(age, recovered(entry, since));
}

/** When a key has been Inactive for the whole time in which people can get it back. */
function recovered({ policy: { deactivateAfter, deleteAfter } }: RegistryEntry, since: Date): Date {
  return after(since, (deleteAfter - deactivateAfter) * DAY);
}

/** @param usedSince when it was used although it was recorded as Inactive: somebody had made it Active again */
function recoveryFromNow(
  { id, policy }: RegistryEntry,
  accessKeyId: string,
  usedSince?: Date,
): Part<DeletionStep, InactiveSinceUnknown> {
  const recoveryDays = policy.deleteAfter - policy.deactivateAfter;
  return {
    steps: [{ do: 'record-inactive', accessKeyId }],
    findings: [{ code: 'inactive-since-unknown', key: id, accessKeyId, facts: { recoveryDays, usedSince } }],
  };
}

/** Whether the record is of a key that is gone: a run recorded it, and died right after the deletion (K9). */
function isRecordOfNobody({ secret, keys }: RetirementInput): boolean {
  const recorded = readDatedTag(secret.tags[TAG.deactivated])?.accessKeyId;
  return recorded !== undefined && keys.every(({ accessKeyId }) => accessKeyId !== recorded);
}
