import { HOUR } from '../../../functions/core/duration';
import { planRotation, type RotationInput } from '../../../functions/core/lifecycle/plan-rotation';
import { DELIVERED, day, entryOf, keyOf, secretOf, told, versionOf } from '../web-shop';

/** The first key that Keyturn made for web-shop-production. */
export const first = keyOf('first', day(0, HOUR));

/** The ordinary state: the first key is current, delivered and alone. */
export const quiet: RotationInput = {
  entry: entryOf(),
  secret: secretOf([versionOf(first, 'AWSCURRENT', DELIVERED)]),
  keys: [first],
  now: day(40),
};

/** What rotate plans where so much differs from the ordinary state. */
export function plan(changes: Partial<RotationInput>) {
  return told(planRotation({ ...quiet, ...changes }));
}
