import type { Exposed } from '../../lifecycle/exposed';
import { allOf, keyturn, lastUse } from '../commands';
import type { Descriptor } from '../descriptor';

export const exposed: Descriptor<Exposed> = {
  theme: 'A leaked key',
  severity: 'attention',
  outcome: 'blocked',
  what: 'AWS says that a managed key has leaked',
  brokenNow: 'Nothing is broken for pipelines, but whoever has the leaked key can use it.',
  message: ({ key, accessKeyId, facts: { is, source, what } }) =>
    `Key "${key}": ${source} says that ${accessKeyId} has leaked (${what}). Nothing was done, because ${BECAUSE[is]}. ` +
    `Make it harmless: keyturn rotate ${key} --compromised --key ${accessKeyId}.`,
  about: ({ accessKeyId, facts: { is } }) => [accessKeyId, is],
  keyturn: { shows: 'status', cures: 'rotate --compromised' },
  heldBy: ({ facts: { is } }) => (is === 'notify' ? undefined : is),
  commands: allOf(
    keyturn('See where it stands', (key) => `status ${key}`),
    lastUse,
  ),
  recorded: ({ facts: { is, source, what } }) => ({ is, source, what }),
};

const BECAUSE: Readonly<Record<Exposed['facts']['is'], string>> = {
  notify: 'onExposed is notify',
  paused: 'the key is paused: keyturn resume lets it go on',
  observed: 'the key is only observed (mode: observe)',
};
