import type { Policy } from '../../core/config/policy';
import { after, DAY } from '../../core/duration';
import type { Evidence } from '../evidence/evidence';
import { groupBy } from '../group-by';
import { compare } from './compare';
import { type CurrentPeriod, currentPeriodsOf } from './current-periods';
import { foundEvents } from './found-events';
import { episodesOf, labelOf } from './incidents';
import { type KeyEvent, keyEventsOf } from './key-events';
import { lifeMarkOf } from './life-marks';
import type { Change, KeyLife } from './model';
import { phasesOf } from './phases';
import { requestedBy } from './requested-by';
import type { ManagedKey } from './scope';
import { isWithin, ONE_RUN, tenthsOfDays } from './time-bounds';

/** The lives of all access keys that a managed user has and had, oldest first; whole, also before and after the period. */
export function livesOf(managed: ManagedKey, changes: readonly Change[], evidence: Evidence): readonly KeyLife[] {
  const known = keyEventsOf(managed, changes);
  const keyEvents = [...known, ...foundEvents(managed, known, evidence)];
  const periods = currentPeriodsOf(keyEvents);
  const lives = [...groupBy(keyEvents, ({ accessKeyId }) => accessKeyId)].map(([accessKeyId, own]) => {
    const isPresumed = evidence.record === undefined || bornAt(own) < evidence.record.beginsAt;
    const isAdopted = isRetiredUnstored(own, managed, evidence);
    const origin = isAdopted ? 'adopted' : originOf(accessKeyId, own, managed, periods, isPresumed);
    const born = isAdopted && managed.since !== undefined ? managed.since : bornAt(own);
    const stored = own.find(({ what }) => what === 'stored');
    const reason = stored?.reason ?? own.find(({ what }) => what === 'created')?.reason;
    const late = lateDays(accessKeyId, own, periods, managed);
    return {
      accessKeyId,
      origin,
      phases: phasesOf({ accessKeyId, origin, born, events: own, periods, isPresumed }),
      marks: own.flatMap((keyEvent) => lifeMarkOf(keyEvent, origin, managed.since)),
      ...endOf(own),
      rotationReason: reason,
      requested: requestedBy(managed, stored, currentBefore(periods, stored)),
      lateDays: late,
    };
  });
  lives.sort((a, b) => compare(startOf(a), startOf(b)) || compare(a.accessKeyId, b.accessKeyId));
  for (const episode of episodesOf(managed.events)) {
    const { accessKeyId, at, event, kind } = episode;
    const life = lives.find((other) => other.accessKeyId === accessKeyId) ?? atThatTime(lives, periods, at);
    life?.marks.push({ kind, at: at.toISOString(), label: labelOf(episode), event });
  }
  for (const { marks } of lives) marks.sort((a, b) => compare(a.at, b.at));
  return lives;
}

function currentBefore(periods: readonly CurrentPeriod[], stored: KeyEvent | undefined): string | undefined {
  return stored && periods.findLast(({ from }) => from < stored.at)?.accessKeyId;
}

/** When another key became current in its place. */
export function supersededAt({ phases }: KeyLife): string | undefined {
  return phases.findLast(({ phase }) => phase === 'current' || phase === 'undelivered')?.to;
}

/** Whether its successor came within the period, and late. */
export function isLateWithin(period: Pick<Evidence, 'since' | 'until'>, life: KeyLife): boolean {
  return life.lateDays !== undefined && isWithin(period, supersededAt(life) ?? '');
}

function originOf(
  accessKeyId: string,
  own: readonly KeyEvent[],
  { events, since }: ManagedKey,
  periods: readonly CurrentPeriod[],
  isPresumed: boolean,
): KeyLife['origin'] {
  const created = own.find(({ what }) => what === 'created');
  if (created?.event !== undefined || periods.some((period) => period.accessKeyId === accessKeyId)) return 'keyturn';
  const isFound = events.some(
    ({ event, reason, accessKeyId: about }) => event === 'finding' && reason === 'foreign-key' && about === accessKeyId,
  );
  if (isFound) return 'foreign';
  if (created === undefined || since === undefined) return 'unknown';
  if (created.at < since) return 'adopted';
  // Younger than the secret and in no version: somebody made it, or a run of which there is no record.
  return isPresumed && created.by === undefined ? 'unknown' : 'foreign';
}

/**
 * Keyturn retires only keys that it stored and keys that are older than the secret. When the record knows all of the
 * secret's time and no storing of the key, it is one of the latter; since when it existed is not known.
 */
function isRetiredUnstored(own: readonly KeyEvent[], { since }: ManagedKey, { record }: Evidence): boolean {
  const isRetired = own.some(({ what, event }) => event !== undefined && (what === 'inactive' || what === 'deleted'));
  const isKnown = own.some(({ what }) => what === 'created' || what === 'stored');
  return isRetired && !isKnown && since !== undefined && record !== undefined && record.beginsAt <= after(since, DAY);
}

/** A key's first rotation after its adoption comes when it comes; later ones are due by age. */
function lateDays(
  accessKeyId: string,
  own: readonly KeyEvent[],
  periods: readonly CurrentPeriod[],
  managed: ManagedKey,
): number | undefined {
  const last = periods.findLast((period) => period.accessKeyId === accessKeyId);
  if (last?.to === undefined) return undefined;
  const over = last.to.getTime() - bornAt(own).getTime() - policyAt(managed, last.to).rotateAfter * DAY;
  return over > ONE_RUN ? tenthsOfDays(over) : undefined;
}

/** The policy that was in force at an instant: that of the last event before it that names one. */
export function policyAt({ events, policy }: ManagedKey, at: Date): Policy {
  return events.findLast((event) => event.policy !== undefined && new Date(event.time) <= at)?.policy ?? policy;
}

function bornAt(own: readonly KeyEvent[]): Date {
  const created = own.find(({ what }) => what === 'created')?.at;
  return created ?? own[0]?.at ?? new Date(0);
}

function startOf({ phases, marks }: KeyLife): string {
  return phases[0]?.from ?? marks[0]?.at ?? '';
}

/** The life that something without an access key is about: that of the key which was current then. */
function atThatTime<Life extends { readonly accessKeyId: string }>(
  lives: readonly Life[],
  periods: readonly CurrentPeriod[],
  at: Date,
): Life | undefined {
  const period = periods.findLast(({ from }) => from <= at);
  return lives.find(({ accessKeyId }) => accessKeyId === period?.accessKeyId) ?? lives.at(-1);
}

/** A key that somebody found gone has no end that anybody knows. */
function endOf(own: readonly KeyEvent[]): Pick<KeyLife, 'endedAt' | 'foundGoneAt'> {
  const end = own.find(({ what }) => what === 'deleted' || what === 'discarded');
  if (end === undefined) return {};
  return end.isFound ? { foundGoneAt: end.at.toISOString() } : { endedAt: end.at.toISOString() };
}
