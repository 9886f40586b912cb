import { after, DAY, daysBetween, latest, MINUTE } from '../duration';
import { openIntent } from '../key/intent';
import { inactiveSince } from '../key/key-ring';
import { changedUser } from '../key/key-user';
import { currentKey, type SecretState, type StoredVersion, storedVersions } from '../key/secret-state';
import { isWithdrawn, keysBefore, rollbackAskedAt } from '../key/withdrawn';
import { retirementAges } from '../lifecycle/retirement';
import { type PlanInput, planned, type Refused, type RequestFor, type RequestPlan, refusedAsHeld } from './plan';
import { places } from './plan-rotate';

/** A rollback that was asked for is under way for so long at least; what came of none may be asked for again. */
const UNDER_WAY = 5 * MINUTE;

/** The key before the current one, back. */
export function planRollback(input: PlanInput<RequestFor<'rollback'>>): RequestPlan | Refused {
  const { entry, secret, now } = input;
  const { id, targets } = entry;
  const refused = refusedAsHeld(input) ?? refusedNow(input);
  if (refused !== undefined) return refused;
  const current = currentKey(secret);
  const [back] = keysBefore(secret);
  if (current === undefined || back === undefined) return noneBefore(id, secret);
  const { accessKeyId } = current;
  const { overlap, retires, gone } = retirementOf(input, current, back);
  return planned(input, { tag: accessKeyId, of: accessKeyId }, [
    `Key "${id}" goes back from ${accessKeyId}, ${daysBetween(current.createdAt, now)} days old, to ${back.accessKeyId}, ${daysBetween(back.createdAt, now)} days old.`,
    `${statusOf(secret, back)} It is made current, proved, and delivered to ${places(targets.length)}.`,
    'Whether IAM still lists it is not known here: where it does not, nothing is changed, and the finding not-rolled-back says so.',
    `${accessKeyId} is withdrawn: never delivered again, kept Active until ${retires} and until ${back.accessKeyId} has been everywhere for ${overlap} days, then kept Inactive, and deleted on ${gone} at the soonest. Until then there is no room for another rotation.`,
  ]);
}

/** The days on which a key that is taken back now is made Inactive and deleted, at the soonest. */
function retirementOf({ entry, now }: PlanInput, { createdAt }: StoredVersion, back: StoredVersion) {
  const { rotateAfter, deactivateAfter, deleteAfter } = entry.policy;
  const overlap = deactivateAfter - rotateAfter;
  const aged = retirementAges(entry.policy, createdAt, back.createdAt).deactivate;
  const retires = latest(aged, after(now, overlap * DAY));
  const gone = after(retires, (deleteAfter - deactivateAfter) * DAY);
  const [from, until] = [retires, gone].map((at) => at.toISOString().slice(0, 10));
  return { overlap, retires: from, gone: until };
}

function statusOf(secret: SecretState, { accessKeyId }: StoredVersion): string {
  const since = inactiveSince(secret, accessKeyId);
  return since === undefined
    ? `${accessKeyId} was not made Inactive by Keyturn; if it is so, it is made Active.`
    : `${accessKeyId} has been Inactive since ${since.toISOString()}, and is made Active.`;
}

function refusedNow({ entry, secret, now }: PlanInput): Refused | undefined {
  const { id, user } = entry;
  const askedAt = rollbackAskedAt(secret);
  if (askedAt !== undefined && now < after(askedAt, UNDER_WAY)) {
    const message = `Somebody has asked for key "${id}" to be rolled back already: it is being done. keyturn status ${id} shows how far it is.`;
    return { refused: 'in-progress', message };
  }
  const withdrawn = storedVersions(secret).find((version) => isWithdrawn(secret, version));
  if (withdrawn !== undefined) {
    const message = `Key "${id}" has been rolled back already: ${withdrawn.accessKeyId} is withdrawn, and ${currentKey(secret)?.accessKeyId ?? 'another one'} is current. keyturn status ${id} shows how far it is.`;
    return { refused: 'nothing-to-do', message };
  }
  if (changedUser(secret, user) !== undefined) {
    const message = `Key "${id}" has another IAM user now, ${user}: the keys before the current one are not that one's. Rotate it.`;
    return { refused: 'nothing-to-do', message };
  }
  if (openIntent(secret) === undefined) return undefined;
  const message = `A rotation of key "${id}" has begun, and stored nothing yet: which key is to be taken back is not known before it has ended. Ask again then.`;
  return { refused: 'in-progress', message };
}

function noneBefore(id: string, secret: SecretState): Refused {
  const message =
    currentKey(secret) === undefined
      ? `Key "${id}" has no current key that Keyturn has stored: there is nothing to go back from.`
      : `The secret of key "${id}" has no key before the current one: there is nothing to go back to. If the current one must not be used, rotate it.`;
  return { refused: 'nothing-to-do', message };
}
