import type { NotAdopted } from '../../lifecycle/not-adopted';
import { allOf, eventsOf, lastUse, ofAccessKey } from '../commands';
import type { Descriptor } from '../descriptor';
import { lastUseOf } from '../last-use';

/** Targets that are written out. */
const MOST = 5;

export const notAdopted: Descriptor<NotAdopted> = {
  theme: 'A superseded key',
  severity: 'attention',
  what: 'no use seen of the delivered key',
  brokenNow: {
    usually:
      'Nothing is broken: the old key is held. When its hold is over, pipelines that do not use the new one will be.',
    but: 'perhaps, when the hold of the old key is over: what uses it cannot log in any more',
    of: ({ facts: { ends } }) =>
      ends
        ? 'Perhaps broken: the hold of the old key is over, and what uses it cannot log in any more.'
        : 'Nothing is broken: the old key is held. When its hold is over, pipelines that do not use the new one will be.',
  },
  message: ({ key, accessKeyId, facts: { old, used, delivered, targets } }) =>
    `Key "${key}": ${accessKeyId} was delivered ${delivered.toISOString()}, and no use of it by anybody but Keyturn was ` +
    `seen since; ${old} was used ${lastUseOf(used)}. The pipelines may not use what was delivered: another variable of ` +
    `the same name wins, or they belong to another repository. Delivered to: ${targets.slice(0, MOST).join('; ')}` +
    `${targets.length > MOST ? `; and ${targets.length - MOST} more` : ''}. Uses that only touch data are not seen.`,
  keyturn: { shows: 'status' },
  commands: allOf(lastUse, ofAccessKey('See who uses the delivered key', eventsOf)),
};
