import type { LeakWaits, StillActive } from '../../lifecycle/leaked';
import { allOf, keyturn, lastUse, ofAccessKey } from '../commands';
import type { Descriptor } from '../descriptor';

export const compromised: Descriptor<StillActive> = {
  theme: 'A leaked key',
  severity: 'attention',
  what: 'a leaked key still works',
  brokenNow: {
    usually: 'Nothing is broken for pipelines, but whoever has the leaked key can use it.',
    but: 'perhaps while it is current, for steps that fetch it from a provider',
    of: ({ facts: { waits } }) =>
      IS_CURRENT.includes(waits)
        ? 'Perhaps broken: a step that fetches it from a provider gets nothing (403) until another key is current. Pipelines with stored variables go on, and whoever has the leaked key can use it.'
        : 'Nothing is broken for pipelines, but whoever has the leaked key can use it.',
  },
  message: ({ key, accessKeyId, facts: { at, waits, user } }) =>
    `Key "${key}": ${accessKeyId} has leaked (said at ${at.toISOString()}) and is still Active. ${WAITS[waits](key, accessKeyId, user)}`,
  about: ({ accessKeyId, facts: { waits } }) => [accessKeyId, waits],
  keyturn: { shows: 'status' },
  commands: allOf(
    keyturn('See what it waits for', (key) => `why ${key}`),
    ofAccessKey(
      'Make it Inactive now, whatever holds it',
      (id, user) => `aws iam update-access-key --user-name ${user} --access-key-id ${id} --status Inactive`,
    ),
    lastUse,
  ),
  recorded: ({ facts: { at, order, waits } }) => ({ since: at.toISOString(), order, waits }),
};

/** What it waits for where nothing has taken its place yet. */
const IS_CURRENT: readonly LeakWaits[] = ['rotation', 'settling', 'room'];

const orNow = (key: string, accessKeyId: string) =>
  `If that takes too long: keyturn rotate ${key} --compromised --key ${accessKeyId} --now makes it Inactive first, and ` +
  'pipelines fail until they have the new one.';

const WAITS: Readonly<Record<LeakWaits, (key: string, accessKeyId: string, user: string) => string>> = {
  rotation: (key, accessKeyId) =>
    `Its successor is being made; it is made Inactive as soon as that is at every target, within minutes. ${orNow(key, accessKeyId)}`,
  settling: (key, accessKeyId) =>
    'It was made or delivered so lately that a delivery may still be under way. Its successor is made by the first ' +
    `hourly run of sync after that: 80 minutes after it was made, and up to an hour more. ${orNow(key, accessKeyId)}`,
  room: (key, accessKeyId, user) =>
    `User ${user} has two access keys, so there is no room for its successor. Delete the one beside ${accessKeyId} if nobody ` +
    `needs it (aws iam delete-access-key --user-name ${user} --access-key-id …); Keyturn does not do so before its time. ${orNow(key, accessKeyId)}`,
  delivery: (key, accessKeyId) =>
    `Its successor is not at every target yet; the findings of the sync function say what is in the way. ${orNow(key, accessKeyId)}`,
  successor: () => 'Its successor was deleted or made Inactive by hand; the next rotation repairs that first.',
  person: (_key, accessKeyId, user) =>
    `It is none of Keyturn's: somebody made it by hand, and Keyturn touches no such key. Make it Inactive: aws iam ` +
    `update-access-key --user-name ${user} --access-key-id ${accessKeyId} --status Inactive`,
};
