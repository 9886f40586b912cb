import type { FoundOfAccessKey } from '../../lifecycle/found';
import { start } from '../commands';
import type { Descriptor } from '../descriptor';

/** What the error said that stopped the proof. */
type ProofFailed = FoundOfAccessKey<'proof-failed', { readonly user: string; readonly reason: string }>;

export const proofFailed: Descriptor<ProofFailed> = {
  theme: 'The current key does not work',
  severity: 'attention',
  what: 'the key does not authenticate, not delivered',
  brokenNow: 'Perhaps broken: targets keep what they had; if that is the same key, pipelines cannot log in.',
  message: ({ key, accessKeyId, facts: { user, reason } }) =>
    `Key "${key}": ${accessKeyId} is not delivered, because it did not prove to be ${user}: ${reason}`,
  keyturn: { shows: 'status' },
  commands: start('rotate', 'Make a fresh key, unless AWS only did not answer'),
};
