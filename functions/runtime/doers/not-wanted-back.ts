import type { Secrets } from '../../account/ports';
import { KeyturnError } from '../../core/errors';
import { isToGo, type Replaceable } from '../../core/key/replaced';
import { currentKey, type SecretState, withoutFuture } from '../../core/key/secret-state';
import { isRollbackAsked, keysBefore } from '../../core/key/withdrawn';
import type { Run } from '../run';

interface Retiring {
  readonly ports: { readonly secrets: Pick<Secrets, 'describe'> };
  readonly run: Pick<Run, 'now'>;
  readonly managed: { readonly entry: Replaceable; readonly secret: Pick<SecretState, 'name'> };
}

/**
 * Looks at the secret once more just before a key is retired: an administrator may have taken the current one back since
 * the run looked, and this one may be the key that comes back (K1).
 *
 * @throws KeyturnError `label-moved`; a later run sees what came of it
 */
export async function notWantedBack(accessKeyId: string, { ports, run, managed }: Retiring): Promise<void> {
  const now = run.now();
  const secret = withoutFuture(await ports.secrets.describe(managed.secret.name), now);
  // A user has two keys at most: a stored one beside the current one is what comes back.
  const isOnItsWay = isRollbackAsked(secret, now) && keysBefore(secret).some((key) => key.accessKeyId === accessKeyId);
  const isWanted = currentKey(secret)?.accessKeyId === accessKeyId && !isToGo(managed.entry, secret);
  if (!isWanted && !isOnItsWay) return;
  throw new KeyturnError(
    'label-moved',
    `${accessKeyId} of ${managed.secret.name} is current again, or on its way to it: it is left as it is.`,
    { retryable: true },
  );
}
