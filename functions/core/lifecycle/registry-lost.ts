import { isGreatLoss } from '../config/deployed-keys';
import { currentKey, type SecretState } from '../key/secret-state';
import { idOfSecret } from '../names';
import type { Found } from './found';

/** Keys that Keyturn has made and that no registry entry names any more: too many for somebody to have meant it. */
export type RegistryLost = Found<
  'registry-lost',
  {
    /** Entries that there still are. */
    readonly entries: number;
    /** Keys without one, by id. */
    readonly lost: readonly string[];
  }
>;

/**
 * Whether the registry has lost everything, or half of what it had: a deployment of another file, a stack that was deleted
 * or that keys were moved out of. Secrets that hold no key are those of a deployment under way.
 *
 * @param known ids of all entries, the unreadable ones too
 */
export function registryLost(known: ReadonlySet<string>, secrets: readonly SecretState[]): RegistryLost | undefined {
  const lost = secrets.flatMap((secret) => {
    const id = idOfSecret(secret.name);
    return id === undefined || known.has(id) || currentKey(secret) === undefined ? [] : [id];
  });
  if (!isGreatLoss(known.size, lost.length)) return undefined;
  return { code: 'registry-lost', facts: { entries: known.size, lost } };
}
