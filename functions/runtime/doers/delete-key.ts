import type { Iam, Secrets } from '../../account/ports';
import type { Doer } from './doer';
import { notWantedBack } from './not-wanted-back';
import { forgetRetirement } from './records';

interface DeleteKeyPorts {
  readonly iam: Iam;
  readonly secrets: Secrets;
}

/** Deletes an Inactive key, after the record has said so (K7). */
export const deleteKey: Doer<'delete', DeleteKeyPorts> = async ({ accessKeyId, inactiveSince }, work) => {
  const { ports, run, managed } = work;
  const { entry } = managed;
  const facts = { inactiveSince: inactiveSince.toISOString() };
  run.audit('key-deletion-begun', entry, { accessKeyId, facts });
  await run.beforeTaking();
  await notWantedBack(accessKeyId, work);
  await ports.iam.deleteAccessKey(entry.user, accessKeyId);
  run.audit('key-deleted', entry, { accessKeyId, facts });
  run.count('deleted');
  await forgetRetirement(work);
};
