import type { Iam } from '../../account/ports';
import type { Doer, Work } from './doer';

interface DiscardPorts {
  readonly iam: Iam;
}

/** Deletes a key that a crashed run left behind. */
export const discardOrphan: Doer<'discard-orphan', DiscardPorts> = ({ accessKeyId }, work) =>
  discardKey(accessKeyId, 'orphan', work);

/**
 * Deletes a key that a rotation made and that nobody holds, after the record has said so.
 *
 * @throws KeyturnError when the key was not deleted; a later run finds it
 */
export async function discardKey(
  accessKeyId: string,
  reason: string,
  { ports, run, managed: { entry } }: Work<DiscardPorts>,
): Promise<void> {
  run.audit('key-deletion-begun', entry, { accessKeyId, reason });
  await run.beforeTaking();
  await ports.iam.deleteAccessKey(entry.user, accessKeyId);
  run.audit('key-discarded', entry, { accessKeyId, reason });
}
