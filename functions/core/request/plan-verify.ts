import { targetSetDigest } from '../hosts/target';
import { isDelivered } from '../key/delivery-mark';
import { currentKey } from '../key/secret-state';
import {
  type PlanInput,
  planned,
  type Refused,
  type RequestFor,
  type RequestPlan,
  refusedAsHeld,
  refusedAsReplaced,
} from './plan';
import { places } from './plan-rotate';

/** A look at every target, and nothing else. */
export function planVerify(input: PlanInput<RequestFor<'verify'>>): RequestPlan | Refused {
  const { entry, secret } = input;
  const { id, targets, connections } = entry;
  const refused = refusedAsHeld(input) ?? refusedAsReplaced(input);
  if (refused !== undefined) return refused;
  if (targets.length === 0) return { refused: 'nothing-to-do', message: `Key "${id}" has no target.` };
  const current = currentKey(secret);
  if (current === undefined || !isDelivered(secret, current, targetSetDigest(targets, connections))) {
    const message = `Key "${id}" has not reached every target yet, so there is nothing to compare them with. keyturn status ${id} shows why.`;
    return { refused: 'not-delivered', message };
  }
  return planned(input, { tag: undefined }, [
    `What is at ${places(targets.length)} is compared with what was delivered there, the key ${current.accessKeyId} of "${id}".`,
    'Nothing is written to a target, and no key is made, delivered, deactivated or deleted.',
  ]);
}
