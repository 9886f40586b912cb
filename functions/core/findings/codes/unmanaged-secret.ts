import type { FoundOfKey } from '../../lifecycle/found';
import { secretName } from '../../names';
import { ofSecret } from '../commands';
import type { Descriptor } from '../descriptor';

/** Seen by a look at all secrets, or because it changed. */
type UnmanagedSecret = FoundOfKey<'unmanaged-secret', { readonly is: 'there' | 'changed' }>;

export const unmanagedSecret: Descriptor<UnmanagedSecret> = {
  theme: "Keyturn's own runs",
  severity: 'notice',
  what: 'the secret has no registry entry',
  brokenNow: 'Nothing is broken: its access key works, and nobody rotates it.',
  message: ({ key, facts }) =>
    facts.is === 'changed'
      ? `${secretName(key)} changed, but the registry has no such key.`
      : `The secret ${secretName(key)} is in no registry entry: its key is not rotated any more. Delete the secret when ` +
        'nothing reads it.',
  commands: ofSecret('Delete the secret, when nothing reads it', 'delete-secret'),
};
