import type { Observed } from '../../lifecycle/observed';
import type { Step, StepNamed } from '../../lifecycle/steps';
import { registryHistory } from '../commands';
import type { Descriptor } from '../descriptor';

const TIDY_UP = () => 'tidy up tags and labels of its secret';

/** Each step as what would be done. */
const WOULD: { readonly [Name in Step['do']]: (step: StepNamed<Name>) => string } = {
  rotate: ({ reason }) => `make a fresh key (${reason}) and deliver it`,
  reactivate: ({ accessKeyId }) => `make ${accessKeyId} Active again`,
  promote: ({ accessKeyId }) => `make ${accessKeyId} current again`,
  deliver: ({ accessKeyId }) => `deliver ${accessKeyId} to its targets`,
  check: ({ accessKeyId }) => `look whether its targets hold ${accessKeyId}`,
  deactivate: ({ accessKeyId, reason }) => `make ${accessKeyId} Inactive (${reason})`,
  delete: ({ accessKeyId, inactiveSince }) => `delete ${accessKeyId}, Inactive since ${inactiveSince.toISOString()}`,
  'discard-orphan': ({ accessKeyId }) => `delete ${accessKeyId}, which a run that died has left`,
  'record-hold': ({ accessKeyId }) => `hold ${accessKeyId}, which is in use`,
  'record-reactivation': ({ accessKeyId }) => `leave ${accessKeyId}, which somebody made Active, for another overlap`,
  'record-inactive': ({ accessKeyId }) => `count the recovery of ${accessKeyId} from now`,
  'record-take-over': ({ from }) => `go on where ${from} left off`,
  'record-drift': ({ accessKeyId }) => `record that a target does not hold ${accessKeyId}`,
  'record-former-users': TIDY_UP,
  'clear-intent': TIDY_UP,
  'clear-record': TIDY_UP,
  'remove-label': TIDY_UP,
};

/** What it would wait for, by the finding that says so. */
const UNTIL: Readonly<Record<Observed['facts']['waits'][number], string>> = {
  settling: 'until deliveries have settled',
  undelivered: 'until its current key is at every target',
  unchecked: 'until sync has looked whether its targets hold the current key',
  drifted: 'until its targets hold the current key again',
  'in-use': 'while the key before is in use',
};

export const observed: Descriptor<Observed> = {
  theme: 'Something stands in the way',
  severity: 'notice',
  outcome: 'held',
  what: 'only observed',
  brokenNow: 'Nothing is broken by Keyturn: it only tells what it would do, and does nothing for the key.',
  message: ({ key, facts: { would, waits, oldest } }) => {
    const deeds = [...new Set(would.map(wouldDo))];
    const then = deeds.length === 0 ? '' : ` It would ${listed(deeds)}.`;
    const first = waits.length === 0 ? '' : ` It would wait ${listed(waits.map((code) => UNTIL[code]))}.`;
    const age = oldest === undefined ? '' : ` ${oldest.accessKeyId} is ${oldest.days} days old.`;
    return `Keyturn only observes key "${key}" (mode: observe), and has done nothing.${then}${first}${age}`;
  },
  keyturn: { shows: 'status' },
  commands: registryHistory('See who set the mode, and when'),
  recorded: ({ facts: { would, waits, oldest } }) => ({
    would: would.map((step) => step.do),
    ...(waits.length === 0 ? {} : { waits }),
    ...(oldest === undefined ? {} : { ageDays: oldest.days }),
  }),
};

function wouldDo(step: Step): string {
  // The map has for each name the words of that step; that the two belong together is more than the compiler follows.
  return (WOULD[step.do] as (step: Step) => string)(step);
}

function listed(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}
