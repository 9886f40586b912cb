import type { RegistryEntry } from '../config/registry';
import { after, DAY } from '../duration';
import type { AccessKey, LastUsed } from '../key/access-key';
import { tagFor } from '../key/dated-tag';
import { inactiveSince, type KeyRing, ringOfUser } from '../key/key-ring';
import type { SeenUses } from '../key/key-use';
import { type StoredVersion, withoutFuture } from '../key/secret-state';
import { TAG } from '../names';
import { EARLY_BY } from './due';
import type { FoundOfAccessKey } from './found';
import { activeLeaks, type LeakWaits, type NoSuchKey, noSuchKeys, type StillActive, stillActive } from './leaked';
import { type NeitherIdle, planMakingRoom } from './making-room';
import { type PauseFinding, pauseFinding } from './paused';
import { type Reactivated, reactivated } from './reactivated';
import { planReplacement, type ReplacementFinding } from './replacement';
import { deactivationDue, type RetirementInput } from './retirement';
import { keyOnItsWayBack } from './rollback';
import { type Part, together } from './rules';
import type { Plan, StepNamed } from './steps';
import { type SuccessorFinding, successorProblem } from './successor';
import { type UnseenSuccessor, unseenSuccessor } from './unseen-successor';

/** What a deactivation may take. */
export type DeactivationStep = StepNamed<'deactivate' | 'record-hold' | 'record-reactivation'>;

/** Due, but held because something uses it. */
export type InUse = FoundOfAccessKey<
  'in-use',
  { readonly used: LastUsed; readonly by?: SeenUses; readonly idleFor: number; readonly until: Date }
>;
/** Something uses it, but its hold is over. */
export type HoldLimit = FoundOfAccessKey<
  'hold-limit',
  { readonly used: LastUsed; readonly by?: SeenUses; readonly holdLimit: number; readonly user: string }
>;
type DeactivationFinding =
  | PauseFinding
  | NeitherIdle
  | Reactivated
  | SuccessorFinding
  | UnseenSuccessor
  | InUse
  | HoldLimit
  | StillActive
  | NoSuchKey
  | ReplacementFinding;

/** One superseded key that is Active. */
interface Candidate extends RetirementInput {
  readonly ring: KeyRing;
  /** What pipelines should hold instead. */
  readonly successor: StoredVersion;
  readonly key: AccessKey;
}

/** Decides which superseded keys are made Inactive now, and whether the current one goes for good. */
export function planDeactivation(given: RetirementInput): Plan<DeactivationStep, DeactivationFinding> {
  const input = { ...given, secret: withoutFuture(given.secret, given.now) };
  const paused = pauseFinding(input.entry, input.secret, input.now);
  if (paused !== undefined) return { steps: [], findings: [paused] };
  const ring = ringOfUser(input.secret, input.keys, input.entry.user);
  const { anchor: successor } = ring;
  const back = keyOnItsWayBack(input.secret, input.keys, input.now);
  const leaks = planLeaks(input, ring, back?.accessKeyId);
  // One of the superseded keys is on its way back: what has leaked goes all the same.
  if (back !== undefined) return together(leaks);
  if (successor === undefined) {
    // One at a time: of two adopted keys the other one may be what pipelines hold.
    const isGoing = leaks.some(({ steps = [] }) => steps.length > 0);
    return together<DeactivationStep, DeactivationFinding>(isGoing ? leaks : [...leaks, planMakingRoom(input, ring)]);
  }
  const leaked = activeLeaks(input).map(({ key }) => key);
  const active = ring.superseded.filter((key) => key.status === 'Active' && !leaked.includes(key));
  const isCurrentLeaked = leaked.some(({ accessKeyId }) => accessKeyId === successor.accessKeyId);
  return together([
    ...leaks,
    ...active.map((key) => planOne({ ...input, ring, successor, key })),
    isCurrentLeaked ? {} : planReplacement(input, ring),
  ]);
}

/**
 * A key that has leaked is made Inactive as soon as its successor is at every target: no overlap, no idle days, no hold
 * and no look of that day. Where it was asked for, before that; then pipelines hold a dead key until they get the new one.
 *
 * @param back the key that an administrator has on its way back
 */
function planLeaks(
  input: RetirementInput,
  ring: KeyRing,
  back: string | undefined,
): readonly Part<DeactivationStep, StillActive | NoSuchKey>[] {
  const each = activeLeaks(input).map(({ key, leak }): Part<DeactivationStep, StillActive> => {
    const { accessKeyId } = key;
    if (accessKeyId === back) return {};
    if (ring.unknown.includes(key)) return { findings: [stillActive(input.entry, leak, 'person')] };
    const waits = leak.order === 'disable-first' ? undefined : leakWaits(input, ring, key);
    if (waits !== undefined) return { findings: [stillActive(input.entry, leak, waits)] };
    return { steps: [{ do: 'deactivate', accessKeyId, reason: 'compromised', since: leak.at }] };
  });
  return [...each, { findings: noSuchKeys(input) }];
}

function leakWaits(input: RetirementInput, ring: KeyRing, key: AccessKey): LeakWaits | undefined {
  const { anchor: successor } = ring;
  if (successor === undefined || successor.accessKeyId === key.accessKeyId) return 'rotation';
  const problem = successorProblem({ ...input, ring }, successor, key, input.now);
  if (problem === undefined) return undefined;
  return problem.code === 'undelivered' ? 'delivery' : 'successor';
}

/** The first line that applies decides. */
function planOne(candidate: Candidate): Part<DeactivationStep, DeactivationFinding> {
  const { entry, secret, successor, key, now } = candidate;
  const { accessKeyId } = key;
  if (inactiveSince(secret, accessKeyId) !== undefined) return reactivated(entry, key);
  const due = deactivationDue(entry, secret, successor, key);
  if (now < due) return {};
  const problem = successorProblem(candidate, successor, key, due);
  if (problem !== undefined) return { findings: [problem] };
  const unseen = unseenSuccessor(candidate, successor, key, due);
  if (unseen !== undefined) return { findings: [unseen] };
  const used = candidate.lastUsed.get(accessKeyId);
  if (used === undefined) return {};
  if (isIdle(used, entry, now)) return { steps: [{ do: 'deactivate', accessKeyId, reason: 'idle' }] };
  return hold(candidate, due, used);
}

function isIdle(used: LastUsed, entry: RegistryEntry, now: Date): boolean {
  return used.at === undefined || after(used.at, entry.policy.idleFor * DAY) <= now;
}

/** A key in use waits up to the hold limit, and people are told (K3). */
function hold(
  { entry, secret, key, now }: Candidate,
  due: Date,
  used: LastUsed,
): Part<DeactivationStep, InUse | HoldLimit> {
  const { accessKeyId } = key;
  const { idleFor, holdLimit } = entry.policy;
  // Counted from the first hold: after a pause, or an outage of the rules, people get the whole of it. A hold from before
  // the key was due, such as before somebody made it Active again, is over.
  const held = tagFor(secret, TAG.held, accessKeyId);
  const heldSince = held !== undefined && held >= due ? held : undefined;
  const until = after(heldSince ?? now, holdLimit * DAY);
  const about = { key: entry.id, accessKeyId, since: due };
  // The last day's run may start a little earlier in the day than the one that recorded the hold.
  if (after(now, EARLY_BY) < until) {
    return {
      steps: heldSince === undefined ? [{ do: 'record-hold', accessKeyId }] : [],
      findings: [{ code: 'in-use', ...about, facts: { used, idleFor, until } }],
    };
  }
  return {
    steps: [{ do: 'deactivate', accessKeyId, reason: 'hold-limit' }],
    findings: [{ code: 'hold-limit', ...about, facts: { used, holdLimit, user: entry.user } }],
  };
}
