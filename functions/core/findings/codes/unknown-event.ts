import type { Found, NoFacts } from '../../lifecycle/found';
import { thisRun } from '../commands';
import type { Descriptor } from '../descriptor';

type UnknownEvent = Found<'unknown-event', NoFacts>;

export const unknownEvent: Descriptor<UnknownEvent> = {
  theme: "Keyturn's own runs",
  severity: 'notice',
  what: 'an event of an unknown shape',
  brokenNow: 'Nothing is broken: everything was looked at instead.',
  message: () =>
    'The event that started this run has a shape that Keyturn does not know. Everything was looked at instead.',
  keyturn: { shows: 'status' },
  commands: thisRun,
};
