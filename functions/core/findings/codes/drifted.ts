import type { FoundOfAccessKey } from '../../lifecycle/found';
import type { AboutDrift } from '../../lifecycle/steps';
import type { DriftedSuccessor } from '../../lifecycle/unseen-successor';
import { allOf, auditEvents, deliver } from '../commands';
import type { Descriptor } from '../descriptor';

/** A target does not hold any more what was delivered to it. */
type DriftedTarget = FoundOfAccessKey<
  'drifted',
  {
    readonly waits: 'nothing';
    readonly target: string;
    /** What is different, without a value but access key IDs: `AWS_ACCESS_KEY_ID is missing`. */
    readonly differences: readonly string[];
    /** What is done about it. */
    readonly setting: AboutDrift;
  }
>;

const DONE: Readonly<Record<AboutDrift, (key: string, accessKeyId: string) => string>> = {
  repair: (_, accessKeyId) =>
    `${accessKeyId} is delivered there again. Find out who changes it, or it comes to that again.`,
  report: () => 'Nothing was written (drift: report). Put it right there, or deliver again with drift: repair.',
  verify: (key) =>
    `Nothing was written: it was asked for as a comparison only. keyturn deliver ${key} puts it right at once; with ` +
    'drift: repair the next look of the day does.',
};

export const drifted: Descriptor<DriftedTarget | DriftedSuccessor> = {
  theme: 'Delivery',
  severity: 'attention',
  what: 'a target lost what was delivered to it',
  brokenNow: {
    usually: 'Perhaps broken: a pipeline of this target finds what somebody put there, or nothing.',
    but: 'a deactivation that waits for it: no',
    of: ({ facts }) =>
      facts.waits === 'nothing'
        ? 'Perhaps broken: a pipeline of this target finds what somebody put there, or nothing.'
        : 'Nothing is broken by Keyturn: the old key is kept until the fresh one is everywhere.',
  },
  message: ({ key, accessKeyId, facts }) => {
    if (facts.waits === 'retirement') {
      return (
        `Key "${key}": ${accessKeyId} stays as it is, because a target does not hold its successor ${facts.successor}, ` +
        `seen at ${facts.seenAt.toISOString()}. Put it right there, or set drift: repair.`
      );
    }
    const { target, differences, setting } = facts;
    const done = DONE[setting](key, accessKeyId);
    return `Key "${key}": ${target} does not hold what was delivered to it: ${differences.join('; ')}. ${done}`;
  },
  keyturn: { shows: 'status', cures: 'deliver' },
  commands: allOf(auditEvents('See what has drifted since yesterday', 'target-drifted'), deliver),
};
