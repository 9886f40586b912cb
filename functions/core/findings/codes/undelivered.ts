import type { NotYetDelivered } from '../../lifecycle/rotation-findings';
import type { SuccessorFinding } from '../../lifecycle/successor';
import { allOf, deliver, failures } from '../commands';
import type { Descriptor } from '../descriptor';

type Undelivered = NotYetDelivered | Extract<SuccessorFinding, { code: 'undelivered' }>;

export const undelivered: Descriptor<Undelivered> = {
  theme: 'Delivery',
  severity: 'attention',
  outcome: 'blocked',
  partOfAlarm: 'undelivered',
  what: 'the current key is not at every target',
  brokenNow: 'Nothing is broken while the key before works: it is kept until the fresh one is everywhere.',
  message: ({ key, accessKeyId, facts }) =>
    facts.waits === 'rotation'
      ? `Key "${key}": ${accessKeyId} has not reached every target yet, so its successor has to wait. ` +
        "The findings of the sync function say what is in delivery's way."
      : `Key "${key}": ${accessKeyId} stays as it is, because its successor ${facts.successor} has not reached every ` +
        "target. The findings of the sync function say what is in delivery's way.",
  keyturn: { shows: 'status', cures: 'deliver' },
  commands: allOf(failures, deliver),
};
