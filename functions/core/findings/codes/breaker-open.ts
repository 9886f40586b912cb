import type { Undelivered } from '../../lifecycle/breaker';
import type { Found } from '../../lifecycle/found';
import { failures } from '../commands';
import type { Descriptor } from '../descriptor';

/** The host that nothing reaches, and the keys that wait for it. */
type BreakerOpen = Found<
  'breaker-open',
  { readonly host: string; readonly stuck: readonly Pick<Undelivered, 'id' | 'since'>[] }
>;

/** Keys that are named. */
const MOST_NAMED = 10;

export const breakerOpen: Descriptor<BreakerOpen> = {
  theme: 'Delivery',
  severity: 'attention',
  outcome: 'blocked',
  what: {
    usually: 'nothing reaches one host, its keys wait',
    but: 'the connection is named',
    of: ({ connection }) =>
      connection === undefined
        ? 'nothing reaches one host, its keys wait'
        : `nothing is delivered over connection ${connection.name}, its keys wait`,
  },
  brokenNow: 'Nothing is broken while the keys before work: they are kept until the fresh ones are everywhere.',
  message: (finding) => {
    const { stuck } = finding.facts;
    const named = stuck.slice(0, MOST_NAMED).map(({ id, since }) => `"${id}" since ${since.toISOString()}`);
    const more = stuck.length > MOST_NAMED ? ` and ${stuck.length - MOST_NAMED} more` : '';
    return (
      `No key that is delivered over ${overWhat(finding)} (${finding.facts.host}) is rotated until delivery works again: ` +
      `${named.join(', ')}${more} did not reach every target. Keys of other hosts are rotated, keys that somebody ` +
      'deleted or deactivated are repaired, and what an operator asks for by name is done.'
    );
  },
  keyturn: { shows: 'doctor', cures: 'connect' },
  commands: failures,
  recorded: ({ facts: { host } }) => ({ host }),
};

function overWhat({ connection }: BreakerOpen): string {
  return connection === undefined ? 'one function' : `connection "${connection.name}"`;
}
