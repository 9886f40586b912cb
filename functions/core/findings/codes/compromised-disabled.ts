import type { Disabled } from '../../lifecycle/leaked';
import { allOf, eventsOf, keyturn, lastUse } from '../commands';
import type { Descriptor } from '../descriptor';
import { minutesInWords, usesRecorded, whatItDid } from '../uses-since';

export const compromisedDisabled: Descriptor<Disabled> = {
  theme: 'A leaked key',
  severity: 'attention',
  outcome: 'held',
  what: 'a leaked key was made Inactive',
  brokenNow: {
    usually: 'Nothing is broken: every target has its successor.',
    but: 'broken while pipelines hold nothing else',
    of: ({ facts: { wasCurrent } }) =>
      wasCurrent
        ? 'Broken now: pipelines hold the leaked key, which was made Inactive first, until its successor is delivered.'
        : 'Nothing is broken: every target has its successor.',
  },
  message: ({ key, accessKeyId, facts: { minutes, wasCurrent, used } }) =>
    `Key "${key}": the leaked key ${accessKeyId} was made Inactive ${minutesInWords(minutes)} after it was said to have leaked. ` +
    (wasCurrent
      ? 'Its successor is made and delivered at once; pipelines fail until they have it. '
      : 'Pipelines have its successor. ') +
    'It is deleted after its recovery. Sessions that were taken with it go on, for up to 36 hours: the runbook says how to ' +
    `end them. ${used === undefined ? 'CloudTrail says what it did' : `${whatItDid(used)} More`}: ` +
    eventsOf(accessKeyId),
  about: ({ accessKeyId }) => [accessKeyId],
  keyturn: { shows: 'status', cures: 'deliver' },
  commands: allOf(
    keyturn('See that its successor is everywhere', (key) => `status ${key}`),
    lastUse,
  ),
  recorded: ({ facts: { at, minutes, wasCurrent, used } }) => ({
    since: at.toISOString(),
    minutes,
    wasCurrent,
    ...(used === undefined ? {} : { used: usesRecorded(used) }),
  }),
};
