import type { OrphanDiscarded } from '../../lifecycle/rotation-findings';
import { listKeys } from '../commands';
import type { Descriptor } from '../descriptor';

export const orphanDiscarded: Descriptor<OrphanDiscarded> = {
  theme: "Keyturn's own runs",
  severity: 'notice',
  what: 'a key that a dead run had left was deleted',
  brokenNow: 'Nothing is broken: nobody ever held it.',
  message: ({ key, accessKeyId, facts: { run } }) =>
    `Key "${key}": run ${run} created ${accessKeyId} and ended before it was stored. It was never handed to anybody and ` +
    'is deleted.',
  keyturn: { shows: 'status' },
  commands: listKeys,
};
