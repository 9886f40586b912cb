import { startOf } from '../audit';
import type { KeptAttempt } from './kept-attempt';
import { type AttemptEnd, dayOf, SEALED_WITHIN } from './manifest';
import type { NotOurs, Problem, UnprovedCode, Verified } from './verified';

/** A line that says to be an event, and that no key proves. */
export interface Unproved {
  readonly code: UnprovedCode;
  /** File and line. */
  readonly place: string;
  /** The day (UTC) of its folder. @default - it is in no such folder */
  readonly day: string | undefined;
  /** What it says of itself. */
  readonly attempt: string;
  readonly sequence: number;
  /** ms since the epoch. */
  readonly time: number;
}

interface Known {
  readonly attempts: ReadonlyMap<string, KeptAttempt>;
  /** What manifests name, by attempt. */
  readonly named: ReadonlyMap<string, AttemptEnd>;
  /** The first instant with a proved event. */
  readonly begins: number;
  /** Whether nothing shows that there are sealed events from before that. */
  readonly isFromStart: boolean;
}

/**
 * Whoever may write into the log group puts any line beside the record, and must not be able to make a true record look
 * broken. So what is not proved breaks it only where it stands for an event that the record lacks: then somebody has
 * changed that one. The rest is not ours, or from before the functions sealed.
 */
export function judgeClaims(
  unproved: readonly Unproved[],
  known: Known,
): Pick<Verified, 'problems' | 'notOurs' | 'before'> {
  const problems: Problem[] = [];
  const notOurs: NotOurs[] = [];
  let before = 0;
  for (const line of unproved) {
    const { code, place: at } = line;
    if (isOfLacking(line, known)) problems.push({ code, at });
    else if (isBeforeSeal(line, known)) before += 1;
    else notOurs.push({ code, at });
  }
  return { problems, notOurs, before };
}

/** Whether it says to be an event that the record has to have, and has not. */
function isOfLacking({ attempt, sequence, day }: Unproved, { attempts, named, begins }: Known): boolean {
  const kept = attempts.get(attempt);
  if (kept?.digestOf(sequence) !== undefined) return false;
  const end = named.get(attempt);
  if (startOf(attempt) < begins && sequence < (kept?.first ?? Number.POSITIVE_INFINITY)) {
    // It is kept elsewhere, unless the day of a whole attempt is here and has such lines only.
    const isOwnDay = kept === undefined && (day === undefined || day === dayOf(startOf(attempt)));
    return isOwnDay && sequence <= (end?.events ?? 0);
  }
  if (sequence <= (end?.events ?? 0)) return true;
  const isOpen = kept !== undefined && !kept.hasEnded && end === undefined;
  return isOpen || sequence < (kept?.last ?? 0);
}

/** The version before sealed nothing, and may have been at work still when the first seal was made. */
function isBeforeSeal({ code, time, day }: Unproved, { begins, isFromStart }: Known): boolean {
  if (code !== 'unsealed' || !isFromStart || !Number.isFinite(begins)) return false;
  // What was written later stands in a later day's folder, whatever time it names.
  return time < begins + SEALED_WITHIN && (day === undefined || day <= dayOf(begins));
}
