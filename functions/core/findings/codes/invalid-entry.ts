import type { FoundOfKey } from '../../lifecycle/found';
import { registryHistory } from '../commands';
import type { Descriptor } from '../descriptor';
import { FOUND_BY_ALL } from '../found-by-all';

type InvalidEntry = FoundOfKey<
  'invalid-entry',
  /** The error's own words. */
  | { readonly is: 'unreadable'; readonly reason: string }
  /** Somebody asked for a rotation of what is no managed key. */
  | { readonly is: 'requested' }
>;

export const invalidEntry: Descriptor<InvalidEntry> = {
  theme: 'Something stands in the way',
  severity: 'attention',
  outcome: 'blocked',
  what: 'no such key, or its entry cannot be read',
  brokenNow: 'Nothing is broken, but the key is left alone until its registry entry can be read.',
  message: ({ key, facts }) =>
    facts.is === 'unreadable'
      ? facts.reason
      : `A rotation of "${key}" was asked for, but there is no such managed key that works.`,
  commands: registryHistory('See who changed the entry'),
  toldBy: () => FOUND_BY_ALL,
};
