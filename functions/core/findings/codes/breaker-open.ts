import type { Found } from '../../lifecycle/found';
import { failures } from '../commands';
import type { Descriptor } from '../descriptor';

/** The keys that hold the breaker open. */
type BreakerOpen = Found<'breaker-open', { readonly stuck: readonly { readonly id: string; readonly since: Date }[] }>;

export const breakerOpen: Descriptor<BreakerOpen> = {
  theme: 'Delivery',
  severity: 'attention',
  outcome: 'blocked',
  what: 'nothing is rotated, deliveries fail',
  brokenNow: 'Nothing is broken while the keys before work: they are kept until the fresh ones are everywhere.',
  message: ({ facts }) => {
    const stuck = facts.stuck.map(({ id, since }) => `"${id}" since ${since.toISOString()}`).join(', ');
    return (
      `Nothing is rotated until delivery works again: ${stuck} did not reach every target. Keys that somebody deleted or ` +
      'deactivated are still repaired, and what an operator asks for by name is done.'
    );
  },
  commands: failures,
};
