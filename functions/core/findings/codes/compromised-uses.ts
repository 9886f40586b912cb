import { isAllRead } from '../../key/uses-since';
import type { UsedWhileLeaked } from '../../lifecycle/leaked';
import { allOf, eventsOf, keyturn, lastUse } from '../commands';
import type { Descriptor } from '../descriptor';
import { minutesInWords, usesRecorded, whatItDid } from '../uses-since';

export const compromisedUses: Descriptor<UsedWhileLeaked> = {
  theme: 'A leaked key',
  severity: {
    usually: 'attention',
    but: 'notice when it did nothing, and all was read',
    of: ({ facts: { used } }) =>
      used.calls === 0 && isAllRead(used) && used.unasked.length === 0 ? 'notice' : 'attention',
  },
  what: 'what a leaked key did',
  brokenNow: 'Nothing is broken: the key is Inactive.',
  message: ({ key, accessKeyId, facts: { disabledAt, minutes, used } }) =>
    `Key "${key}": the leaked key ${accessKeyId} was made Inactive at ${disabledAt.toISOString()}, ` +
    `${minutesInWords(minutes)} after it was said to have leaked. ${whatItDid(used)} What pipelines did with it is among ` +
    `that. More: ${eventsOf(accessKeyId)}`,
  about: ({ accessKeyId }) => [accessKeyId],
  keyturn: { shows: 'why' },
  commands: allOf(
    keyturn('See what Keyturn did with it', (key) => `status ${key}`),
    lastUse,
  ),
  recorded: ({ facts: { disabledAt, minutes, used } }) => ({
    disabledAt: disabledAt.toISOString(),
    minutes,
    used: usesRecorded(used),
  }),
};
