import { SAYS } from '../../key/compromised';
import type { Unproved } from '../../lifecycle/leaked';
import { allOf, auditEvents, ofSecret } from '../commands';
import type { Descriptor } from '../descriptor';

export const compromisedUnproved: Descriptor<Unproved> = {
  theme: 'A leaked key',
  severity: 'attention',
  outcome: 'blocked',
  what: 'a key is said to have leaked, without proof',
  brokenNow:
    'Perhaps broken: a step that fetches it from a provider gets nothing (403) while the tag names the current key. Nothing else was done: if the key has really leaked, it is still Active.',
  message: ({ key, accessKeyId, facts: { is, at, order, secret } }) =>
    `Key "${key}": the tag ${SAYS[order].tag} of ${secret} says since ${at.toISOString()} that ${accessKeyId} has leaked. ` +
    (is === 'unreadable'
      ? 'The record could not be read, which has to say so too, so nothing was done; the next run looks again. '
      : 'The record has no sealed word of an administrator for it, so nothing was done: whoever may tag secrets can have written it. ') +
    `If it has leaked: keyturn rotate ${key} --compromised --key ${accessKeyId}.`,
  about: ({ accessKeyId, facts: { is } }) => [accessKeyId, is],
  keyturn: { shows: 'status' },
  commands: allOf(
    ofSecret('See the tag', 'describe-secret', " --query 'Tags'"),
    auditEvents('See what was asked for since yesterday', 'ask-written'),
  ),
};
