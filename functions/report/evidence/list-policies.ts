import type { RegistryEntry } from '../../core/config/registry';
import { toKeyturnError } from '../../core/errors';
import type { SecretState } from '../../core/key/secret-state';
import { idOfSecret } from '../../core/names';
import type { SecretPolicy } from './evidence';
import type { SecretPolicies } from './ports';

/** Secrets that are asked for at the same time. Secrets Manager: 50 calls about policies a second, of the whole account. */
const CONCURRENCY = 4;

/**
 * The own policies of the managed secrets and of the connections that are used. One that cannot be read is left out; the
 * first reason is thrown where none can be.
 *
 * @throws KeyturnError `aws-*`
 */
export async function listPolicies(
  policies: SecretPolicies,
  secrets: readonly SecretState[] | undefined,
  entries: readonly RegistryEntry[] | undefined,
): Promise<ReadonlyMap<string, SecretPolicy>> {
  const names = new Set([
    ...(secrets ?? []).flatMap(({ name }) => (idOfSecret(name) === undefined ? [] : [name])),
    ...(entries ?? []).flatMap(({ connections }) => Object.values(connections).map(({ secret }) => secret)),
  ]);
  const found = new Map<string, SecretPolicy>();
  const failures: unknown[] = [];
  const queue = names.values();
  const workers = Array.from({ length: CONCURRENCY }, async () => {
    for (const name of queue) {
      try {
        found.set(name, await policies.read(name));
      } catch (thrown) {
        // One that is not there has its finding.
        if (toKeyturnError(thrown).code !== 'secret-missing') failures.push(thrown);
      }
    }
  });
  await Promise.all(workers);
  if (found.size === 0 && failures.length > 0) throw failures[0];
  return found;
}
