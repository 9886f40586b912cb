import { quoted } from '../../functions/core/findings/commands';
import { PROVIDER_SEAL_KEY_ALIAS, SEAL_KEY_ALIAS, secretName } from '../../functions/core/names';
import type { CommandDocument, HandedKeyDocument, UninstallDocument } from '../documents/uninstall';
import { ENDPOINT } from './goes';

/**
 * What takes Keyturn away, in its order. The command runs none of it: a key that is made Inactive may be in use, and what is
 * deleted does not come back; each line is a person's own decision, with that person's rights.
 */
export function deletion({ keys, goes }: Pick<UninstallDocument, 'keys' | 'goes'>): readonly CommandDocument[] {
  return [
    ...keys.flatMap(retirement),
    { to: 'Write down what you hand back, without any secret', run: 'keyturn status --json > handover.json' },
    { to: 'Make the last report', run: 'keyturn report --output last-report.html' },
    {
      to: 'Keep the public key that checks the record',
      run: `aws kms get-public-key --key-id ${SEAL_KEY_ALIAS} > seal.json`,
    },
    ...(goes.some(({ type }) => type === ENDPOINT) ? [PROVIDER_SEAL] : []),
    ...goes.map(leaving),
    { to: 'Take the stack away', run: 'npx cdk destroy --all -c config=keyturn.yaml' },
    ...users(keys).map((user) => ({
      to: `See that ${user} has its key, and no other that you do not know`,
      run: `aws iam list-access-keys --user-name ${quoted(user)}`,
    })),
    ...keys.map(({ id }) => ({
      to: `When the key of ${id} is somebody else's task, and no overlap is left`,
      run: `aws secretsmanager delete-secret --secret-id ${quoted(secretName(id))}`,
    })),
  ];
}

const PROVIDER_SEAL: CommandDocument = {
  to: "Keep the public key that checks the provider's record",
  run: `aws kms get-public-key --key-id ${PROVIDER_SEAL_KEY_ALIAS} > provider-seal.json`,
};

function leaving({ type, id, so }: UninstallDocument['goes'][number]): CommandDocument {
  if (type === ENDPOINT) return { to: `Take ${id} out of Bitbucket's settings and those of each runner: ${so}` };
  return {
    to: `Give whoever takes ${id} a role of another stack, or a key, and see that nobody takes it any more`,
    run: `aws iam get-role --role-name ${quoted(id)} --query Role.RoleLastUsed`,
  };
}

/** Of keys before the current one; those that somebody made by hand are theirs. */
function retirement({ user, others }: HandedKeyDocument): readonly CommandDocument[] {
  return others
    .filter(({ is }) => is !== 'foreign')
    .flatMap(({ accessKeyId, status }) => {
      const of = `--user-name ${quoted(user)} --access-key-id ${quoted(accessKeyId)}`;
      const remove = { to: 'When nothing has missed it, delete it', run: `aws iam delete-access-key ${of}` };
      if (status === 'Inactive') return [remove];
      return [
        { to: `See that nobody uses ${accessKeyId} any more`, run: `keyturn why ${quoted(accessKeyId)}` },
        { to: 'Make it Inactive', run: `aws iam update-access-key ${of} --status Inactive` },
        remove,
      ];
    });
}

function users(keys: readonly HandedKeyDocument[]): readonly string[] {
  return [...new Set(keys.map(({ user }) => user))];
}
