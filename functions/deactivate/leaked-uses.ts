import type { Iam, Trail } from '../account/ports';
import type { AuditEvent } from '../core/audit';
import { after, HOUR, MINUTE, SECOND } from '../core/duration';
import { toKeyturnError } from '../core/errors';
import type { AccessKey } from '../core/key/access-key';
import { type Compromised, saidCompromised } from '../core/key/compromised';
import { inactiveSince } from '../core/key/key-ring';
import { currentKey } from '../core/key/secret-state';
import type { Managed } from '../core/lifecycle/managed';
import type { Run } from '../runtime/run';
import { usesOfLeaked } from '../runtime/uses-of-leaked';
import { within } from '../runtime/within';

/** CloudTrail shows a call within a quarter of an hour. */
const SHOWN_AFTER = 20 * MINUTE;
/** A daily run comes after a day, and takes up to an hour to come to a key. */
const TOLD_WITHIN = 25 * HOUR;
/** Nothing waits for it, and a run has its own end. */
const RECORD_TAKES = 30 * SECOND;

/** What the record says of leaked keys that were made Inactive within the day. */
interface LeakWords {
  readonly disabled: readonly AuditEvent[];
  /** What a run that died may have done, and not said. */
  readonly begun: readonly AuditEvent[];
  /** People were told that they are Inactive. */
  readonly told: readonly AuditEvent[];
}

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
  const leaks = saidCompromised(secret).filter(({ accessKeyId }) => {
    const since = inactiveSince(secret, accessKeyId);
    const status = keys.find((key) => key.accessKeyId === accessKeyId)?.status;
    return status === 'Inactive' && (since === undefined || isOfToday(since, run.now()));
  });
  if (leaks.length === 0 || !run.hasTime()) return;
  try {
    const words = await telling.said();
    for (const leak of leaks) await tellOne(telling, leak, words);
  } catch (thrown) {
    run.log.warn('what leaked keys did is not told', { key: entry.id, code: toKeyturnError(thrown).code });
  }
}

async function tellOne({ ports, run, managed }: Telling, leak: Compromised, words: LeakWords): Promise<void> {
  const { id: key } = managed.entry;
  const { accessKeyId } = leak;
  const isOfKey = (event: AuditEvent) => event.key === key && event.accessKeyId === accessKeyId;
  const disabled = words.disabled.findLast(isOfKey);
  const event = disabled ?? words.begun.findLast(isOfKey);
  const word = event && wordOf(event, leak);
  if (word === undefined || run.now() > after(word.disabledAt, TOLD_WITHIN)) return;
  const { since, disabledAt, minutes } = word;
  const isTold = words.told.some(({ key: of, facts }) => of === key && isAbout(facts?.about, accessKeyId));
  if (!isTold) {
    const wasCurrent = currentKey(managed.secret)?.accessKeyId === accessKeyId;
    const used = await usesOfLeaked(ports, run, accessKeyId, since);
    run.find({ code: 'compromised-disabled', key, accessKeyId, facts: { at: since, minutes, wasCurrent, used } });
  } else if (isOfToday(disabledAt, run.now())) {
    const used = await usesOfLeaked(ports, run, accessKeyId, since);
    if (used !== undefined)
      run.find({ code: 'compromised-uses', key, accessKeyId, facts: { disabledAt, minutes, used } });
  }
}

function isAbout(about: unknown, accessKeyId: string): boolean {
  return Array.isArray(about) && about.includes(accessKeyId);
}

function isOfToday(at: Date, now: Date): boolean {
  return after(at, SHOWN_AFTER) <= now && now <= after(at, TOLD_WITHIN);
}

/** Of one that was only begun the tag says since when it had leaked. */
function wordOf({ time, facts = {} }: AuditEvent, { at }: Compromised) {
  const disabledAt = new Date(time);
  const since = facts.since === undefined ? at : new Date(String(facts.since));
  const minutes =
    facts.minutes === undefined
      ? Math.max(0, Math.round((disabledAt.getTime() - since.getTime()) / MINUTE))
      : Number(facts.minutes);
  return Number.isNaN(since.getTime()) || Number.isNaN(minutes) ? undefined : { disabledAt, since, minutes };
}
