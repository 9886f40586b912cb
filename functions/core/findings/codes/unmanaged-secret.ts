import type { FoundOfKey } from '../../lifecycle/found';
import { secretName } from '../../names';
import { allOf, ofSecret } from '../commands';
import type { Descriptor } from '../descriptor';

/** Seen by a look at all secrets, or because it changed. */
type UnmanagedSecret = FoundOfKey<
  'unmanaged-secret',
  /** @default - no key of its user is managed under another id */
  { readonly is: 'there'; readonly takenOverBy?: string | undefined } | { readonly is: 'changed' }
>;

export const unmanagedSecret: Descriptor<UnmanagedSecret> = {
  theme: "Keyturn's own runs",
  severity: 'notice',
  what: 'the secret has no registry entry',
  brokenNow: 'Nothing is broken: its access key works, and nobody rotates it.',
  message: ({ key, facts }) => {
    if (facts.is === 'changed') return `${secretName(key)} changed, but the registry has no such key.`;
    return facts.takenOverBy === undefined
      ? `The secret ${secretName(key)} is in no registry entry: its key is not rotated any more. It is the only record of ` +
          'which key is current: keep it for as long as the key is used. A key of the same user under another id takes it over.'
      : `The secret ${secretName(key)} is in no registry entry; the key "${facts.takenOverBy}" takes its ` +
          'state over. Keep it until that key was rotated and the older keys of the user are gone.';
  },
  keyturn: { shows: 'doctor' },
  commands: allOf(
    ofSecret('See which keys it names', 'describe-secret', ' --query VersionIdsToStages'),
    ofSecret('Delete the secret, when its access keys are gone', 'delete-secret'),
  ),
};
