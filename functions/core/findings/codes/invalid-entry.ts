import type { FoundOfKey } from '../../lifecycle/found';
import { registryHistory } from '../commands';
import type { Descriptor } from '../descriptor';
import { FOUND_BY_ALL } from '../found-by-all';

/** The reason is the error's own words. */
type InvalidEntry = FoundOfKey<'invalid-entry', { readonly is: 'unreadable'; readonly reason: string }>;

export const invalidEntry: Descriptor<InvalidEntry> = {
  theme: 'Something stands in the way',
  severity: 'attention',
  outcome: 'blocked',
  what: 'its registry entry cannot be read',
  brokenNow: 'Nothing is broken, but the key is left alone until its registry entry can be read.',
  message: ({ facts: { reason } }) => reason,
  keyturn: { shows: 'doctor' },
  commands: registryHistory('See who changed the entry'),
  toldBy: () => FOUND_BY_ALL,
};
