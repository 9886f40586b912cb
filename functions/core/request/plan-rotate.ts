import { after, daysBetween, MINUTE } from '../duration';
import { targetSetDigest } from '../hosts/target';
import { isRotationAsked, NO_KEY, rotationAskedAt } from '../key/asked';
import { isDelivered } from '../key/delivery-mark';
import { currentKey, currentVersion } from '../key/secret-state';
import { placeIsFreeAt } from '../lifecycle/rollback';
import {
  type PlanInput,
  planned,
  type Refused,
  type RequestFor,
  type RequestPlan,
  refusedAsHeld,
  refusedAsReplaced,
  refusedAsRolledBack,
} from './plan';
import { keyBeside, roomForRotation } from './room';

/** The rotate function lives no longer. */
const IS_BEING_DONE_FOR = 5 * MINUTE;

/** A rotation now: what it will do, or why it would have to wait. */
export function planRotate(input: PlanInput<RequestFor<'rotate'>>): RequestPlan | Refused {
  const { entry, secret, now } = input;
  const { id, user, targets, policy } = entry;
  const refused =
    refusedAsOneOfAll(input) ?? refusedAsHeld(input) ?? refusedAsReplaced(input) ?? refusedAsRolledBack(input);
  if (refused !== undefined) return refused;
  const current = currentKey(secret);
  const askedAt = rotationAskedAt(secret);
  const until = askedAt && after(askedAt, IS_BEING_DONE_FOR);
  if (until !== undefined && now < until) {
    const message = `Somebody has asked for key "${id}" to be rotated just now: it is being done. If nothing has come of it, ask again after ${until.toISOString()}.`;
    return { refused: 'nothing-to-do', message };
  }
  if (current !== undefined && !isDelivered(secret, current, targetSetDigest(targets, entry.connections))) {
    const message = `The current key ${current.accessKeyId} of "${id}" has not reached every target yet, and a further one would overtake it. keyturn status ${id} shows why; deliver it first. If somebody has deleted it or made it Inactive, the next daily run of rotate replaces it.`;
    return { refused: 'not-delivered', message };
  }
  const freeAt = placeIsFreeAt(entry, secret);
  if (freeAt !== undefined && now < freeAt) {
    const message = `Key "${id}" was rolled back, and the withdrawn key has the place of a new one: it is deleted from ${freeAt.toISOString().slice(0, 10)} on, and later where it is still used. Ask again then. keyturn status ${id} shows what comes next.`;
    return { refused: 'no-room', message };
  }
  const again =
    askedAt !== undefined && isRotationAsked(secret, now)
      ? [`It was asked for at ${askedAt.toISOString()} already, and nothing has come of it: it is tried again.`]
      : [];
  const makes = `A new access key is made for the IAM user ${user}, proved, stored and delivered to ${places(targets.length)}.`;
  if (current === undefined) {
    const stands =
      currentVersion(secret) === undefined ? 'It has no key yet.' : 'What its secret holds now is no key of it.';
    return planned(input, { tag: NO_KEY, of: NO_KEY }, [`Key "${id}" is rotated now.`, ...again, makes, stands]);
  }
  const { accessKeyId, createdAt } = current;
  const beside = keyBeside(entry, secret, now);
  const overlap = policy.deactivateAfter - policy.rotateAfter;
  return planned(input, { tag: accessKeyId, of: accessKeyId }, [
    `Key "${id}" is rotated now${beside === undefined ? '' : ', if there is room'}.`,
    ...again,
    makes,
    roomForRotation(beside),
    `Its current key ${accessKeyId}, ${daysBetween(createdAt, now)} days old, stays Active for at least ${overlap} days after that.`,
  ]);
}

function refusedAsOneOfAll({ request, level }: PlanInput<RequestFor<'rotate'>>): Refused | undefined {
  if (request.all !== true || level === 'administrator') return undefined;
  return { refused: 'beyond-level', message: 'Only an administrator has all keys rotated.' };
}

export function places(count: number): string {
  if (count === 0) return 'nowhere: it has no target';
  return count === 1 ? 'its target' : `its ${count} targets`;
}
