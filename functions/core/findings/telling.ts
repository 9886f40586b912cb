import type { AuditEvent } from '../audit';
import { HOUR, MINUTE } from '../duration';
import type { Described } from './described';

/** What started a run. */
export type Trigger = 'daily' | 'hourly' | 'event' | 'request';

/**
 * For how long nobody is told the same again: a day, less what a daily run may tell earlier than the one before. People
 * are told at a run's end, and a run takes up to fifteen minutes.
 */
export const TOLD_FOR = 24 * HOUR - 20 * MINUTE;

/**
 * Whether a finding is for people. Trouble that has a beginning may pass by itself, so the runs that meet it early wait
 * until it has lasted for an hour; what a daily run meets, or one that a person has started, is told at once, and so is
 * what is broken now.
 *
 * @param by the function that found it
 */
export function isForPeople(finding: Described, trigger: Trigger, now: Date, by: string): boolean {
  const { severity, since, toldBy } = finding;
  if (severity !== 'attention' || toldBy?.includes(by) === false) return false;
  if (isAtOnce(trigger) || since === undefined || isBrokenNow(finding)) return true;
  return now.getTime() - since.getTime() >= HOUR;
}

/**
 * The same while nobody can say what people know already: the runs that come every hour tell of what lasts in one hour
 * of its day, the second one, and only what is broken now each time.
 */
export function isForPeopleUnremembered(finding: Described, trigger: Trigger, now: Date): boolean {
  if (isAtOnce(trigger) || isBrokenNow(finding)) return true;
  const began = finding.since?.getTime() ?? 0;
  return Math.floor((now.getTime() - began) / HOUR) % 24 === 1;
}

function isAtOnce(trigger: Trigger): boolean {
  return trigger === 'daily' || trigger === 'request';
}

function isBrokenNow({ brokenNow }: Described): boolean {
  return brokenNow.startsWith('Broken now');
}

/**
 * What of it people have not been told within the day: one message a key and cause (`people-told` events say which).
 * Who knows that something is broken knows of the harmless form too.
 *
 * @param by the function that found it
 */
export function notYetTold(
  findings: readonly Described[],
  told: readonly AuditEvent[],
  by: string,
): readonly Described[] {
  const known = new Set(told.map(knownCause));
  return findings.filter((finding) => {
    const cause = causeOf(finding, by);
    return !known.has(named(cause)) && !known.has(named({ ...cause, isBroken: true }));
  });
}

/** The first finding of each key and cause: three hosts that refuse one key are one cause. */
export function oneOfEachCause(findings: readonly Described[], by: string): readonly Described[] {
  const first = new Map<string, Described>();
  for (const finding of findings) {
    const cause = named(causeOf(finding, by));
    if (!first.has(cause)) first.set(cause, finding);
  }
  return [...first.values()];
}

/** What people are told once. Any function may find the same, but what failed in one says nothing of another. */
interface Cause {
  readonly code: string | undefined;
  readonly key: string | undefined;
  readonly secret: unknown;
  readonly isBroken: boolean;
  readonly by: string | undefined;
  readonly error: unknown;
  /** Which access key has leaked and what it waits for, or whom it is about. */
  readonly about: unknown;
}

function causeOf(finding: Described, by: string): Cause {
  const { code, key, connection, error, about } = finding;
  const isFailure = code === 'step-failed';
  return {
    code,
    key,
    secret: connection?.secret,
    isBroken: isBrokenNow(finding),
    by: isFailure ? by : undefined,
    error: isFailure ? error : undefined,
    about,
  };
}

/** The cause that a `people-told` event names. */
function knownCause({ reason, key, facts, function: by }: AuditEvent): string {
  const isFailure = reason === 'step-failed';
  return named({
    code: reason,
    key,
    secret: facts?.secret,
    isBroken: facts?.brokenNow === true,
    by: isFailure ? by : undefined,
    error: isFailure ? facts?.error : undefined,
    about: facts?.about,
  });
}

function named({ code, key, secret, isBroken, by, error, about }: Cause): string {
  return JSON.stringify([code, key, secret, isBroken, by, error, about]);
}

/** What a `people-told` event says of a finding besides its code and key. */
export function factsOfTold(finding: Described): Pick<AuditEvent, 'facts'> {
  const { connection, error, about } = finding;
  const facts = {
    ...(connection === undefined ? {} : { connection: connection.name, secret: connection.secret }),
    ...(isBrokenNow(finding) ? { brokenNow: true } : {}),
    ...(error === undefined ? {} : { error }),
    ...(about === undefined ? {} : { about }),
  };
  return Object.keys(facts).length === 0 ? {} : { facts };
}
