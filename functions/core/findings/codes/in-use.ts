import type { InUse } from '../../lifecycle/plan-deactivation';
import { allOf, lastUse, whoUsesIt } from '../commands';
import type { Descriptor } from '../descriptor';
import { keyUsers } from '../key-users';
import { lastUseOf } from '../last-use';

export const inUse: Descriptor<InUse> = {
  theme: 'A superseded key',
  severity: 'attention',
  outcome: 'held',
  what: 'a superseded key is still in use',
  brokenNow: 'Nothing is broken: the old key is held. When its hold is over, whatever uses it will be.',
  message: ({ key, accessKeyId, facts: { used, by, idleFor, until } }) =>
    `Key "${key}": ${accessKeyId} is due to be made Inactive but was used ${lastUseOf(used)}. It is held until it has been ` +
    `idle for ${idleFor} days, at most until ${until.toISOString()}. Something still uses the old key: a copy outside ` +
    `the targets, or a pipeline that keeps its variables.${keyUsers(by)}`,
  keyturn: { shows: 'why' },
  commands: allOf(lastUse, whoUsesIt),
};
