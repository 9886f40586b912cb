import type { Iam, Secrets } from '../../account/ports';
import { MINUTE } from '../../core/duration';
import { TAG } from '../../core/names';
import type { Doer } from './doer';
import { tagNow } from './records';

interface ReactivateKeyPorts {
  readonly iam: Iam;
  readonly secrets: Secrets;
}

/** IAM spreads it within seconds; whoever reads the current key from the secret itself gets it right after this (K1). */
const SPREADS_IN = MINUTE;

/**
 * Makes a superseded key Active again, after the record has said so (K7). That it is not Inactive any more is tagged first:
 * a run that dies in between leaves a key whose recovery begins anew, and never one that is deleted too soon (K4).
 */
export const reactivateKey: Doer<'reactivate', ReactivateKeyPorts> = async ({ accessKeyId }, work) => {
  const { ports, run, managed } = work;
  const { entry } = managed;
  const reason = 'rolled-back';
  run.audit('key-reactivation-begun', entry, { accessKeyId, reason });
  await run.beforeTaking();
  await tagNow(TAG.reactivated, accessKeyId, work);
  await ports.iam.activateAccessKey(entry.user, accessKeyId);
  run.audit('key-reactivated', entry, { accessKeyId, reason });
  await run.time.sleep(SPREADS_IN);
};
