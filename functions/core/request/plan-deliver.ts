import { hostOf } from '../hosts/target';
import { compromisedOf, saidCompromised } from '../key/compromised';
import { currentKey } from '../key/secret-state';
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
import { places } from './plan-rotate';

/** The current key once more, to every target. */
export function planDeliver(input: PlanInput<RequestFor<'deliver'>>): RequestPlan | Refused {
  const { entry, secret } = input;
  const { id, targets } = entry;
  const refused = refusedAsHeld(input) ?? refusedAsReplaced(input) ?? refusedAsRolledBack(input);
  if (refused !== undefined) return refused;
  const current = currentKey(secret);
  if (current === undefined) {
    return { refused: 'nothing-to-do', message: `Key "${id}" has no current key that could be delivered: rotate it.` };
  }
  if (targets.length === 0) return { refused: 'nothing-to-do', message: `Key "${id}" has no target.` };
  const { accessKeyId } = current;
  if (compromisedOf(saidCompromised(secret), accessKeyId) !== undefined) {
    const message = `The current key ${accessKeyId} of "${id}" has leaked, and is brought nowhere any more: its successor is delivered as soon as it is made. keyturn status ${id} shows how far it is.`;
    return { refused: 'held-back', message };
  }
  return planned(input, { tag: accessKeyId, of: accessKeyId }, [
    `The current key ${accessKeyId} of "${id}" is proved and delivered to ${places(targets.length)} again.`,
    ...new Set(targets.flatMap((target) => hostOf(target).onceMore ?? [])),
    'Until each has confirmed it, it counts as not delivered. No key is made, deactivated or deleted.',
  ]);
}
