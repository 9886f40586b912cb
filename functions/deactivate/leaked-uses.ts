import type { Iam, Trail } from '../account/ports';
import type { AuditEvent } from '../core/audit';
import { after, HOUR, MINUTE } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import type { AccessKey } from '../core/key/access-key';
import { saidCompromised } from '../core/key/compromised';
import { inactiveSince } from '../core/key/key-ring';
import type { Managed } from '../core/lifecycle/managed';
import type { Run } from '../runtime/run';
import { usesOfLeaked } from '../runtime/uses-of-leaked';

/** CloudTrail shows a call within a quarter of an hour. */
const SHOWN_AFTER = 20 * MINUTE;
/** A daily run comes after a day, and takes up to an hour to come to a key. */
const TOLD_WITHIN = 25 * HOUR;

interface Telling {
  readonly ports: { readonly iam: Iam; readonly trail: Trail };
  readonly run: Run;
  readonly managed: Managed;
  readonly keys: readonly AccessKey[];
}

/**
 * Says of leaked keys that were made Inactive within the day what they did until then: when that was told first, CloudTrail
 * could not show the last minutes. When it was, and how long it took, the record says.
 */
export async function tellLeakedUses({ ports, run, managed: { entry, secret }, keys }: Telling): Promise<void> {
  const said = new Set(saidCompromised(secret).map(({ accessKeyId }) => accessKeyId));
  const leaked = keys.filter(({ accessKeyId, status }) => {
    const since = inactiveSince(secret, accessKeyId);
    return status === 'Inactive' && said.has(accessKeyId) && (since === undefined || isOfToday(since, run.now()));
  });
  if (leaked.length === 0) return;
  try {
    const events = await run.recorded(after(run.now(), -TOLD_WITHIN), 'key-deactivated', 'compromised', run.function);
    for (const { accessKeyId } of leaked) {
      const event = events.findLast((one) => one.key === entry.id && one.accessKeyId === accessKeyId);
      const word = event && wordOf(event);
      if (word === undefined || !isOfToday(word.disabledAt, run.now())) continue;
      const used = await usesOfLeaked(ports, run, accessKeyId, word.since);
      const { disabledAt, minutes } = word;
      if (used !== undefined)
        run.find({ code: 'compromised-uses', key: entry.id, accessKeyId, facts: { disabledAt, minutes, used } });
    }
  } catch (thrown) {
    run.log.warn('what leaked keys did is not told', { key: entry.id, code: toKeyturnError(thrown).code });
  }
}

function isOfToday(at: Date, now: Date): boolean {
  return after(at, SHOWN_AFTER) <= now && now <= after(at, TOLD_WITHIN);
}

function wordOf({ time, facts }: AuditEvent) {
  const since = new Date(String(facts?.since));
  const minutes = Number(facts?.minutes);
  return Number.isNaN(since.getTime()) || Number.isNaN(minutes)
    ? undefined
    : { disabledAt: new Date(time), since, minutes };
}
