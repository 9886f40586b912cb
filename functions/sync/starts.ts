import type { FunctionStarter } from '../account/ports';
import { MOST_GO_ON } from '../core/config/asked';
import { toKeyturnError } from '../core/errors';
import type { Compromised } from '../core/key/compromised';
import type { Managed } from '../core/lifecycle/managed';
import { isToBeReplaced } from '../core/lifecycle/to-be-replaced';
import { isToBeResumed } from '../core/lifecycle/to-be-resumed';
import type { Run } from '../runtime/run';
import type { SyncRequest } from './trigger';

/** What sync may start. */
export interface Starters {
  /** Starts rotate. */
  readonly starter: FunctionStarter<'rotate'>;
  /** Starts this function. @default - what is left in the middle waits for the next hour */
  readonly itself?: FunctionStarter<'sync'> | undefined;
}

/**
 * Has rotate look at keys whose successor had to wait, because a delivery may have been under way or another run at work,
 * and at those whose rotation began and stored nothing: nothing else tells it before the next day. What is not started
 * now is an hour later.
 */
export async function startRotations(
  { starter }: Pick<Starters, 'starter'>,
  run: Run,
  managed: readonly (Managed & { readonly compromised?: readonly Compromised[] | undefined })[],
): Promise<void> {
  const now = run.now();
  const leaked = managed.filter((one) => isToBeReplaced(one, now));
  const begun = managed.filter((one) => !leaked.includes(one) && isToBeResumed(one, now));
  for (const { of, why } of [
    { of: leaked, why: 'the current key has leaked' },
    { of: begun, why: 'a rotation began and stored nothing' },
  ]) {
    if (of.length === 0) continue;
    const keys = of.map(({ entry }) => entry.id);
    try {
      await starter.start('rotate', { keys, by: run.function, why });
    } catch (thrown) {
      run.log.warn('rotate could not be started', { keys, code: toKeyturnError(thrown).code });
    }
  }
}

/** Has another run go on with deliveries that take longer than one. What is not started now is an hour later. */
export async function goOn(
  { itself }: Pick<Starters, 'itself'>,
  run: Run,
  { goesOn = 0 }: SyncRequest,
  keys: readonly string[],
): Promise<void> {
  // What Lambda repeats goes on by itself: three tries of it would start three.
  if (itself === undefined || keys.length === 0 || goesOn >= MOST_GO_ON || run.isUrgent) return;
  // The next one tells what it does not find there.
  await run.beforeGiving();
  try {
    await itself.start('sync', { keys, goesOn: goesOn + 1, by: run.function, why: 'a delivery is in the middle' });
  } catch (thrown) {
    run.log.warn('sync could not be started', { keys, code: toKeyturnError(thrown).code });
  }
}
