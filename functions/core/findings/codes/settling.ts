import type { Settling } from '../../lifecycle/rotation-findings';
import { start } from '../commands';
import type { Descriptor } from '../descriptor';

export const settling: Descriptor<Settling> = {
  theme: "Keyturn's own runs",
  severity: 'notice',
  outcome: 'blocked',
  what: 'rotated moments ago, not again so soon',
  brokenNow: 'Nothing is broken: the next run looks again.',
  message: ({ key, facts: { since } }) =>
    `Key "${key}" was rotated or delivered at ${since.toISOString()}; a delivery may still be under way, so it is not ` +
    'rotated again so soon.',
  keyturn: { shows: 'status' },
  commands: start('rotate', 'Ask again in two hours'),
};
