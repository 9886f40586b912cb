import type { Secrets } from '../../account/ports';
import { KeyturnError } from '../../core/errors';
import { currentKey, withoutFuture } from '../../core/key/secret-state';
import { isRollbackAsked } from '../../core/key/withdrawn';
import type { Work } from './doer';

/**
 * Looks at the secret once more just before a key is retired: an administrator may have taken the current one back since
 * the run looked, and this one may be the key that comes back (K1).
 *
 * @throws KeyturnError `label-moved`; a later run sees what came of it
 */
export async function notWantedBack(
  accessKeyId: string,
  { ports, run, managed }: Work<{ readonly secrets: Secrets }>,
): Promise<void> {
  const secret = await ports.secrets.describe(managed.secret.name);
  if (currentKey(secret)?.accessKeyId !== accessKeyId && !isRollbackAsked(withoutFuture(secret, run.now()), run.now()))
    return;
  throw new KeyturnError(
    'label-moved',
    `${accessKeyId} of ${managed.secret.name} is current again, or on its way to it: it is left as it is.`,
    { retryable: true },
  );
}
