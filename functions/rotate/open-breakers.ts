import type { AuditEvent } from '../core/audit';
import { after, HOUR } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import { type Attempt, cannotBeOpen, type OpenBreaker, openBreakers, stuckKeys } from '../core/lifecycle/breaker';
import type { Managed } from '../core/lifecycle/managed';
import type { Run } from '../runtime/run';

/** Sync tries what is undelivered every hour; what it has no time for comes within some hours more. */
const ATTEMPTS_WITHIN = 6 * HOUR;

/** The connections over which nothing is delivered; each is told. Why keys are stuck is in the record. */
export async function findOpenBreakers(run: Run, all: readonly Managed[]): Promise<readonly OpenBreaker[]> {
  const stuck = stuckKeys(all, run.now());
  if (cannotBeOpen(stuck)) return [];
  const open = openBreakers(all, stuck, await attempts(run));
  for (const { connection, host, stuck } of open)
    run.find({ code: 'breaker-open', connection, facts: { host, stuck } });
  return open;
}

/** The attempts to deliver that sync has recorded, oldest first; none where the record cannot be read. */
async function attempts(run: Run): Promise<readonly Attempt[]> {
  const since = after(run.now(), -ATTEMPTS_WITHIN);
  try {
    const events = await Promise.all([
      run.recorded(since, 'target-failed'),
      run.recorded(since, 'target-delivered'),
      run.recorded(since, 'step-failed'),
    ]);
    return events
      .flat()
      .sort((a, b) => Date.parse(a.time) - Date.parse(b.time))
      .flatMap(attemptOf);
  } catch (thrown) {
    run.log.warn('the record does not say why keys are not delivered', { code: toKeyturnError(thrown).code });
    return [];
  }
}

/** What sync has recorded: what succeeded has no code. */
function attemptOf({ function: by, key, accessKeyId, target, code, facts }: AuditEvent): readonly Attempt[] {
  return by === 'sync' ? [{ key, accessKeyId, target, error: code, ofPlace: facts?.concerns === 'place' }] : [];
}
