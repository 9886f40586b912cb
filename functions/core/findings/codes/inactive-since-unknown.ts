import type { InactiveSinceUnknown } from '../../lifecycle/plan-deletion';
import { listKeys } from '../commands';
import type { Descriptor } from '../descriptor';

export const inactiveSinceUnknown: Descriptor<InactiveSinceUnknown> = {
  theme: 'A superseded key',
  severity: 'notice',
  what: 'Inactive, and nobody knows since when',
  brokenNow: 'Nothing is broken: its recovery counts from now.',
  message: ({ key, accessKeyId, facts: { recoveryDays, usedSince } }) => {
    const why =
      usedSince === undefined
        ? 'Keyturn did not see when it was made Inactive'
        : `it was used at ${usedSince.toISOString()}, so somebody had made it Active again`;
    return `Key "${key}": ${accessKeyId} is Inactive; ${why}. Its ${recoveryDays} days of recovery count from now.`;
  },
  keyturn: { shows: 'status' },
  commands: listKeys,
};
