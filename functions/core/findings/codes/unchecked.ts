import type { ErrorCode } from '../../errors';
import type { FoundOfAccessKey } from '../../lifecycle/found';
import type { UncheckedSuccessor } from '../../lifecycle/unseen-successor';
import { start } from '../commands';
import type { Descriptor } from '../descriptor';

/** Nobody could look whether a target holds what was delivered to it. */
type UncheckedTarget = FoundOfAccessKey<
  'unchecked',
  {
    readonly waits: 'nothing';
    readonly target: string;
    readonly error: ErrorCode;
    /** The error's own words. */
    readonly reason: string;
    /** @default - nobody has since it was delivered */
    readonly checkedAt: Date | undefined;
    /** For longer than a day. */
    readonly isLate: boolean;
  }
>;

export const unchecked: Descriptor<UncheckedTarget | UncheckedSuccessor> = {
  theme: 'Delivery',
  severity: {
    usually: 'notice',
    but: 'attention when it lasts for longer than a day',
    of: ({ facts: { isLate } }) => (isLate ? 'attention' : 'notice'),
  },
  outcome: 'blocked',
  what: 'nobody has looked at its targets today',
  brokenNow: 'Nothing is broken as far as anybody knows: the old key is kept until somebody has looked.',
  message: ({ key, accessKeyId, facts }) => {
    const last = facts.checkedAt === undefined ? 'never since its delivery' : facts.checkedAt.toISOString();
    return facts.waits === 'retirement'
      ? `Key "${key}": ${accessKeyId} stays as it is until sync has looked whether its successor ${facts.successor} is ` +
          `still at every target (last seen: ${last}). Sync looks every hour; its findings say what is in the way.`
      : `Key "${key}": whether ${facts.target} still holds ${accessKeyId} could not be looked at (${facts.error}; last ` +
          `seen: ${last}). ${facts.reason} That says nothing about what is there; sync looks again every hour.`;
  },
  keyturn: { shows: 'status', cures: 'deliver' },
  commands: start('sync', 'Look again now'),
};
