import type { FoundOfKey } from '../../lifecycle/found';
import { secretName } from '../../names';
import { ofSecret } from '../commands';
import type { Descriptor } from '../descriptor';
import { type FailedStep, failureMessage } from '../failed-step';
import { FOUND_BY_ALL } from '../found-by-all';

type SecretMissing = FoundOfKey<'secret-missing', { readonly is: 'absent' }> | FailedStep<'secret-missing'>;

export const secretMissing: Descriptor<SecretMissing> = {
  theme: 'Something stands in the way',
  severity: 'attention',
  outcome: 'blocked',
  what: 'the secret is gone',
  brokenNow: 'Nothing is broken for pipelines: targets have their copies. The key is not rotated.',
  message: ({ key, facts }) =>
    facts.is === 'failed'
      ? failureMessage(key, facts)
      : `Key "${key}" has no secret ${secretName(key)}. If it was deleted: aws secretsmanager restore-secret ` +
        `--secret-id ${secretName(key)}. If it cannot be restored: take the key out of the configuration, deploy, put it ` +
        'back, and deploy again; deploying alone makes no new one.',
  keyturn: { shows: 'doctor' },
  commands: ofSecret('Restore the secret', 'restore-secret'),
  toldBy: ({ facts }) => (facts.is === 'absent' ? FOUND_BY_ALL : undefined),
};
