import { after, DAY, latest } from '../../core/duration';
import { tagFor } from '../../core/key/dated-tag';
import { keyRing } from '../../core/key/key-ring';
import { withoutFuture } from '../../core/key/secret-state';
import { isObserved } from '../../core/lifecycle/observed';
import { deactivationDue, retirementAges } from '../../core/lifecycle/retirement';
import { TAG } from '../../core/names';
import type { KeyFacts } from './key-facts';
import { supersededAt } from './lives';
import { ONE_RUN } from './time-bounds';

/** What decides for how long a superseded key may stay Active. */
export interface OverlapTimes {
  /** When it has to be made Inactive by its policy. */
  readonly due: Date;
  /** When its deactivation was held for the first time, because the key was in use. @default - it is not */
  readonly heldSince?: Date | undefined;
  /** Of its policy, in days. */
  readonly holdLimit: number;
}

/**
 * Two Active keys of a user while pipelines change over: within the dates of the policy that is a bounded exception,
 * with an end that is known; beyond them somebody has to look.
 */
export interface Overlap {
  readonly state: 'overlap' | 'held' | 'beyond';
  /** When the key is made Inactive, or should have been; the run of that day does it. */
  readonly until: Date;
}

/** Whether a superseded key that is Active is within its dates. */
export function overlapAt({ due, heldSince, holdLimit }: OverlapTimes, now: Date): Overlap {
  // A hold from before the key was due, such as before somebody made it Active again, is over.
  const isHeld = heldSince !== undefined && heldSince >= due;
  const until = isHeld ? after(heldSince, holdLimit * DAY) : due;
  if (now > after(until, ONE_RUN)) return { state: 'beyond', until };
  return { state: isHeld ? 'held' : 'overlap', until };
}

/**
 * The overlap of a managed user's superseded key with its successor; undefined for a key that is not superseded, and for one
 * that is only observed: nothing ends its overlap.
 */
export function overlapOf(key: KeyFacts, now: Date): Overlap | undefined {
  const times = key.role === 'superseded' && key.status === 'Active' ? timesOf(key, now) : undefined;
  return times === undefined ? undefined : overlapAt(times, now);
}

/** The functions decide by the secret, and so does this; without one the record tells. */
function timesOf({ managed, life, accessKeyId, createdAt }: KeyFacts, now: Date): OverlapTimes | undefined {
  if (managed?.entry === undefined || accessKeyId === undefined || createdAt === undefined) return undefined;
  if (isObserved(managed.entry)) return undefined;
  const { entry, policy } = managed;
  const { holdLimit } = policy;
  if (managed.secret !== undefined) {
    const secret = withoutFuture(managed.secret, now);
    const successor = keyRing(secret, []).anchor;
    if (successor === undefined || successor.accessKeyId === accessKeyId) return undefined;
    const due = deactivationDue(entry, secret, successor, { accessKeyId, createdAt });
    return { due, heldSince: tagFor(secret, TAG.held, accessKeyId), holdLimit };
  }
  const superseded = life === undefined ? undefined : supersededAt(life);
  if (superseded === undefined) return undefined;
  const since = new Date(superseded);
  const due = latest(
    retirementAges(policy, createdAt, since).deactivate,
    after(since, (policy.deactivateAfter - policy.rotateAfter) * DAY),
  );
  const held = life?.marks.findLast(({ kind, label }) => kind === 'hold' && label.startsWith('in-use'))?.at;
  return { due, heldSince: held === undefined ? undefined : new Date(held), holdLimit };
}
