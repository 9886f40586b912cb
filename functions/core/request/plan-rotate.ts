import { daysBetween } from '../duration';
import { targetSetDigest } from '../hosts/target';
import { isRotationAsked, NO_KEY } from '../key/asked';
import { isDelivered } from '../key/delivery-mark';
import { currentKey, currentVersion } from '../key/secret-state';
import { placeIsFreeAt } from '../lifecycle/rollback';
import { type PlanInput, planned, type Refused, type RequestFor, type RequestPlan, refusedAsHeld } from './plan';

/** A rotation now: what it will do, or why it would have to wait. */
export function planRotate(input: PlanInput<RequestFor<'rotate'>>): RequestPlan | Refused {
  const { entry, secret, now } = input;
  const { id, user, targets, policy } = entry;
  const refused = refusedAsHeld(input);
  if (refused !== undefined) return refused;
  const current = currentKey(secret);
  if (isRotationAsked(secret, now)) {
    const message = `Somebody has asked for key "${id}" to be rotated already: it is being done. keyturn status ${id} shows how far it is.`;
    return { refused: 'nothing-to-do', message };
  }
  if (current !== undefined && !isDelivered(secret, current, targetSetDigest(targets, entry.connections))) {
    const message = `The current key ${current.accessKeyId} of "${id}" has not reached every target yet, and a further one would overtake it. keyturn status ${id} shows why; deliver it first.`;
    return { refused: 'not-delivered', message };
  }
  const freeAt = placeIsFreeAt(entry, secret);
  if (freeAt !== undefined && now < freeAt) {
    const message = `Key "${id}" was rolled back, and the withdrawn key has the place of a new one: it is deleted from ${freeAt.toISOString().slice(0, 10)} on, and later where it is still used. Ask again then. keyturn status ${id} shows what comes next.`;
    return { refused: 'no-room', message };
  }
  const makes = `A new access key is made for the IAM user ${user}, proved, stored and delivered to ${places(targets.length)}.`;
  if (current === undefined) {
    const stands =
      currentVersion(secret) === undefined ? 'It has no key yet.' : 'What its secret holds now is no key of it.';
    return planned(input, { tag: NO_KEY, of: NO_KEY }, [`Key "${id}" is rotated now.`, makes, stands]);
  }
  const { accessKeyId, createdAt } = current;
  const overlap = policy.deactivateAfter - policy.rotateAfter;
  return planned(input, { tag: accessKeyId, of: accessKeyId }, [
    `Key "${id}" is rotated now.`,
    makes,
    `Its current key ${accessKeyId}, ${daysBetween(createdAt, now)} days old, stays Active for at least ${overlap} days after that.`,
  ]);
}

export function places(count: number): string {
  if (count === 0) return 'nowhere: it has no target';
  return count === 1 ? 'its target' : `its ${count} targets`;
}
