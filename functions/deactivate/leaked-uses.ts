import type { Iam, Trail } from '../account/ports';
import { after, SECOND } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import type { AccessKey } from '../core/key/access-key';
import type { Compromised } from '../core/key/compromised';
import { currentKey } from '../core/key/secret-state';
import { disabledLeaks, type LeakWords, leakToTell, TOLD_WITHIN } from '../core/lifecycle/leak-told';
import type { Managed } from '../core/lifecycle/managed';
import type { Run } from '../runtime/run';
import { usesOfLeaked } from '../runtime/uses-of-leaked';
import { within } from '../runtime/within';

/** Nothing waits for it, and a run has its own end. */
const RECORD_TAKES = 30 * SECOND;

/** The record's words, read once for all keys of a run. */
export function leakWords(run: Run): () => Promise<LeakWords> {
  let reading: Promise<LeakWords> | undefined;
  const read = async () => {
    const since = after(run.now(), -TOLD_WITHIN);
    const [disabled, begun, told] = await Promise.all([
      run.recorded(since, 'key-deactivated', 'compromised', run.function),
      run.recorded(since, 'key-deactivation-begun', 'compromised', run.function),
      run.recorded(since, 'people-told', 'compromised-disabled', run.function),
    ]);
    return { disabled, begun, told };
  };
  return () => {
    reading ??= within(RECORD_TAKES, read());
    return reading;
  };
}

interface Telling {
  readonly ports: { readonly iam: Iam; readonly trail: Trail };
  readonly run: Run;
  readonly said: () => Promise<LeakWords>;
  readonly managed: Managed;
  readonly keys: readonly AccessKey[];
}

/**
 * Says of leaked keys that were made Inactive within the day what they did until then: when that was told first, CloudTrail
 * could not show the last minutes. When it was, and how long it took, the record says. Where people were not told that one is
 * Inactive, because a run died or nothing could be sent, they are told that.
 */
export async function tellLeakedUses(telling: Telling): Promise<void> {
  const { run, managed, keys } = telling;
  const { entry, secret } = managed;
  const leaks = disabledLeaks(secret, keys, run.now());
  if (leaks.length === 0 || !run.hasTime()) return;
  try {
    const words = await telling.said();
    for (const leak of leaks) await tellOne(telling, leak, words);
  } catch (thrown) {
    run.log.warn('what leaked keys did is not told', { key: entry.id, code: toKeyturnError(thrown).code });
  }
}

async function tellOne({ ports, run, managed }: Telling, leak: Compromised, words: LeakWords): Promise<void> {
  const { entry, secret } = managed;
  const toTell = leakToTell(leak, { key: entry.id, words, now: run.now() });
  if (toTell === undefined) return;
  const { accessKeyId } = leak;
  const { since, disabledAt, minutes } = toTell;
  const used = await usesOfLeaked(ports, run, accessKeyId, since);
  const about = { key: entry.id, accessKeyId };
  if (toTell.is === 'disabled') {
    const wasCurrent = currentKey(secret)?.accessKeyId === accessKeyId;
    run.find({ code: 'compromised-disabled', ...about, facts: { at: since, minutes, wasCurrent, used } });
  } else if (used !== undefined) {
    run.find({ code: 'compromised-uses', ...about, facts: { disabledAt, minutes, used } });
  }
}
