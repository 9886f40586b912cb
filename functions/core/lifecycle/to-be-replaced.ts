import { type Compromised, compromisedOf } from '../key/compromised';
import { keyRing } from '../key/key-ring';
import { currentKey } from '../key/secret-state';
import type { Managed } from './managed';
import { isObserved } from './observed';
import { pauseFinding } from './paused';
import { unsettledSince } from './settling';

/** Whether the current key has leaked, as far as the record proves it, and a look of rotate may replace it now. */
export function isToBeReplaced(
  { entry, secret, compromised }: Managed & { readonly compromised?: readonly Compromised[] | undefined },
  now: Date,
): boolean {
  if (compromisedOf(compromised, currentKey(secret)?.accessKeyId) === undefined) return false;
  if (isObserved(entry) || pauseFinding(entry, secret, now) !== undefined) return false;
  return unsettledSince(secret, keyRing(secret, []), now) === undefined;
}
