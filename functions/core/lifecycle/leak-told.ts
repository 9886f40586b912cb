import type { AuditEvent } from '../audit';
import { after, HOUR, MINUTE } from '../duration';
import type { AccessKey } from '../key/access-key';
import { type Compromised, saidCompromised } from '../key/compromised';
import { inactiveSince } from '../key/key-ring';
import type { SecretState } from '../key/secret-state';

/** CloudTrail shows a call within a quarter of an hour. */
const SHOWN_AFTER = 20 * MINUTE;
/** A daily run comes after a day, and takes up to an hour to come to a key. */
export const TOLD_WITHIN = 25 * HOUR;

/** What the record says of leaked keys that were made Inactive within the day. */
export interface LeakWords {
  readonly disabled: readonly AuditEvent[];
  /** What a run that died may have done, and not said. */
  readonly begun: readonly AuditEvent[];
  /** People were told that they are Inactive. */
  readonly told: readonly AuditEvent[];
}

/** The leaked keys of a user that were made Inactive within the day, or nobody has kept when: the record may know. */
export function disabledLeaks(secret: SecretState, keys: readonly AccessKey[], now: Date): readonly Compromised[] {
  return saidCompromised(secret).filter(({ accessKeyId }) => {
    const since = inactiveSince(secret, accessKeyId);
    const status = keys.find((key) => key.accessKeyId === accessKeyId)?.status;
    return status === 'Inactive' && (since === undefined || isOfToday(since, now));
  });
}

/** What people are to hear of a leaked key that is Inactive. */
export interface LeakToTell {
  /** That it is, where nobody has told them; or what it did until then. */
  readonly is: 'disabled' | 'uses';
  readonly since: Date;
  readonly disabledAt: Date;
  /** From the word that it had leaked. */
  readonly minutes: number;
}

interface Telling {
  /** The managed key, by its id. */
  readonly key: string;
  readonly words: LeakWords;
  readonly now: Date;
}

/** What is to be told of one leaked key, as the record has it; undefined where that is nothing. */
export function leakToTell(leak: Compromised, { key, words, now }: Telling): LeakToTell | undefined {
  const { accessKeyId } = leak;
  const isOfKey = (event: AuditEvent) => event.key === key && event.accessKeyId === accessKeyId;
  const event = words.disabled.findLast(isOfKey) ?? words.begun.findLast(isOfKey);
  const word = event && wordOf(event, leak);
  if (word === undefined || now > after(word.disabledAt, TOLD_WITHIN)) return undefined;
  const isTold = words.told.some(({ key: of, facts }) => of === key && isAbout(facts?.about, accessKeyId));
  if (!isTold) return { is: 'disabled', ...word };
  return isOfToday(word.disabledAt, now) ? { is: 'uses', ...word } : undefined;
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
