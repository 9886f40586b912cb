import type { Iam, Secrets } from '../../account/ports';
import { TAG } from '../../core/names';
import type { Doer } from './doer';
import { notWantedBack } from './not-wanted-back';
import { tagNow } from './records';

interface DeactivateKeyPorts {
  readonly iam: Iam;
  readonly secrets: Secrets;
}

/** Makes a superseded key Inactive, after the record has said so (K7). */
export const deactivateKey: Doer<'deactivate', DeactivateKeyPorts> = async ({ accessKeyId, reason }, work) => {
  const { ports, run, managed } = work;
  const { entry } = managed;
  run.audit('key-deactivation-begun', entry, { accessKeyId, reason });
  await run.beforeTaking();
  await notWantedBack(accessKeyId, work);
  await ports.iam.deactivateAccessKey(entry.user, accessKeyId);
  run.audit('key-deactivated', entry, { accessKeyId, reason });
  run.count('deactivated');
  await tagNow(TAG.deactivated, accessKeyId, work);
};
