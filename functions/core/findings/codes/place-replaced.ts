import type { FoundOfAccessKey } from '../../lifecycle/found';
import { allOf, auditEvents, deliver, failures } from '../commands';
import type { Descriptor } from '../descriptor';

/** The name of a target means another place than when a key was delivered there: a stranger's, until a person says so. */
export const placeReplaced: Descriptor<
  FoundOfAccessKey<'place-replaced', { readonly target: string; readonly reason: string }>
> = {
  theme: 'Delivery',
  severity: 'attention',
  outcome: 'held',
  what: 'the name of a target means another place now',
  brokenNow:
    'Nothing is broken by Keyturn: the key was kept from a place that it does not know, and the key before goes on working.',
  message: ({ key, accessKeyId, facts: { reason } }) =>
    `Key "${key}": ${accessKeyId} was not delivered. ${reason} Somebody has deleted or renamed the first one and given ` +
    'its name to another. If the new one is meant, name it by its IDs in the configuration, and deploy the stack; if not, ' +
    'find out who made it, and correct the name.',
  keyturn: { shows: 'status' },
  commands: allOf(failures, auditEvents('See whose the targets were', 'target-delivered'), deliver),
};
