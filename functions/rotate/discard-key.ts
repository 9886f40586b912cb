import type { Iam } from '../account/ports';
import type { RegistryEntry } from '../core/config/registry';
import type { Run } from '../runtime/run';

/**
 * Deletes a key that a rotation made and that nobody holds, after the record has said so.
 *
 * @throws KeyturnError when the key was not deleted; a later run finds it
 */
export async function discardKey(
  iam: Iam,
  run: Run,
  entry: RegistryEntry,
  accessKeyId: string,
  reason: string,
): Promise<void> {
  run.audit('key-deletion-begun', entry, { accessKeyId, reason });
  await run.beforeTaking();
  await iam.deleteAccessKey(entry.user, accessKeyId);
  run.audit('key-discarded', entry, { accessKeyId, reason });
}
