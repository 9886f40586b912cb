import { type AuditEvent, type AuditEventName, attemptOfEvent } from '../../functions/core/audit';
import { LEVELS } from '../../functions/core/names';
import type { VERBS } from '../../functions/core/verbs';

/** What is followed: what has an end that the record tells. */
export type Followable = Extract<
  keyof typeof VERBS,
  'rotate' | 'deliver' | 'verify' | 'rollback' | 'compromised' | 'disable-first'
>;

/** One request that a front has taken. */
export interface AskedOf {
  readonly key: string;
  readonly do: Followable;
  /** The request's ID. */
  readonly request: string;
}

/** What the record has of what came of it. */
export interface Progress {
  readonly outcome: 'done' | 'in-the-way' | 'open';
  /** Its steps and what stands in the way, oldest first. */
  readonly events: readonly AuditEvent[];
}

/** What the record is asked for: everything about keys, and the ends of runs. */
export const PROGRESS = '{ $.key = "*" || $.event = "run-finished" }';

const DELIVERY: readonly AuditEventName[] = [
  'target-begun',
  'restart-ended',
  'target-delivered',
  'target-failed',
  'version-delivered',
  'finding',
];
const LEAK: ReadonlySet<AuditEventName> = new Set([
  ...(['key-created', 'key-proved', 'key-stored', 'key-discarded', 'key-promoted', 'key-deactivated'] as const),
  ...DELIVERY,
]);
const STEPS: Readonly<Record<Followable, ReadonlySet<AuditEventName>>> = {
  rotate: new Set(['key-created', 'key-proved', 'key-stored', 'key-discarded', ...DELIVERY]),
  deliver: new Set(['key-proved', ...DELIVERY]),
  verify: new Set(['check-recorded', 'target-drifted', 'finding']),
  rollback: new Set(['key-reactivated', 'key-promoted', 'key-proved', ...DELIVERY]),
  compromised: LEAK,
  'disable-first': LEAK,
};
/** The functions that work at it. */
const WORKERS: Readonly<Record<Followable, readonly string[]>> = {
  rotate: ['rotate', 'sync'],
  deliver: ['sync'],
  verify: ['sync'],
  rollback: ['rotate', 'sync'],
  compromised: ['rotate', 'sync', 'deactivate'],
  'disable-first': ['rotate', 'sync', 'deactivate'],
};
/** What a run has brought about that found something and went on. */
const WENT_ON: readonly AuditEventName[] = [
  'key-stored',
  'key-promoted',
  'version-delivered',
  'check-recorded',
  'key-deactivated',
];
/** Findings that tell of something else, or of another run that is at work at the same thing. */
const BESIDE: readonly (string | undefined)[] = ['rotation-in-progress', 'token-expires'];
/** Of a look at what was delivered before. */
const OF_LOOKS: readonly (string | undefined)[] = ['drifted', 'unchecked'];

/** How far something is that was asked for: what happened to its key since, and whether that is the end of it. */
export function progressOf(events: readonly AuditEvent[], asked: AskedOf): Progress {
  const { key, do: verb, request } = asked;
  const sorted = [...events].sort(inOrder);
  const begun = sorted.find((event) => event.key === key && event.facts?.request === request && event.outcome === 'ok');
  if (begun === undefined) return { outcome: 'open', events: [] };
  const since = sorted.filter(({ time, function: by }) => time >= begun.time && WORKERS[verb].includes(by));
  const own = since.filter((event) => event.key === key && STEPS[verb].has(event.event) && isTelling(event, verb));
  if (isRefusedInPart(own, verb)) return { outcome: 'in-the-way', events: own };
  if (isDone(own, verb)) return { outcome: 'done', events: own };
  const isInTheWay = own.some((event) => isObstacle(event, since));
  return { outcome: isInTheWay ? 'in-the-way' : 'open', events: own };
}

/** Notices are told elsewhere. */
function isTelling({ event, outcome, reason, function: by }: AuditEvent, verb: Followable): boolean {
  if ((LEVELS as readonly string[]).includes(by)) return false;
  if (event !== 'finding') return true;
  return outcome !== 'ok' && !BESIDE.includes(reason) && (verb === 'verify' || !OF_LOOKS.includes(reason));
}

function isDone(own: readonly AuditEvent[], verb: Followable): boolean {
  if (verb === 'verify') {
    const last = own.findLast(({ event }) => event === 'check-recorded' || event === 'target-drifted');
    return last?.event === 'check-recorded';
  }
  if (verb === 'deliver') return own.some(({ event }) => event === 'version-delivered');
  if (verb === 'compromised' || verb === 'disable-first') {
    const off = own.findLast(({ event, reason }) => event === 'key-deactivated' && reason === 'compromised');
    // Pipelines held nothing else: it is over when they hold the next one.
    return off !== undefined && (off.facts?.wasCurrent !== true || isNextEverywhere(own));
  }
  const makes = verb === 'rollback' ? 'key-promoted' : 'key-stored';
  const made = own.findLast(({ event }) => event === makes)?.accessKeyId;
  return own.some(({ event, accessKeyId }) => event === 'version-delivered' && accessKeyId === made);
}

/** Whether a delivery has come to its end, and one target could not be written once more. */
export function isRefusedInPart(own: readonly AuditEvent[], verb: Followable): boolean {
  const isRefused = own.some(({ event, reason }) => event === 'finding' && reason === 'request-refused');
  return verb === 'deliver' && isRefused && isDone(own, verb);
}

function isNextEverywhere(own: readonly AuditEvent[]): boolean {
  const next = own.findLast(({ event }) => event === 'key-stored' || event === 'key-promoted')?.accessKeyId;
  return own.some(({ event, accessKeyId }) => event === 'version-delivered' && accessKeyId === next);
}

/** What a leaked key waits for that comes by itself. */
const COMES: readonly unknown[] = ['rotation', 'delivery', 'successor'];

/** A finding of a run that has ended, and has not brought it further. */
function isObstacle(finding: AuditEvent, since: readonly AuditEvent[]): boolean {
  if (finding.event !== 'finding') return false;
  if (finding.reason === 'compromised' && COMES.includes(finding.facts?.waits)) return false;
  const attempt = attemptOfEvent(finding);
  const same = since.filter((event) => attemptOfEvent(event) === attempt);
  const wentOn = same.some(({ event, key }) => WENT_ON.includes(event) && key === finding.key);
  return !wentOn && same.some(({ event }) => event === 'run-finished');
}

function inOrder(a: AuditEvent, b: AuditEvent): number {
  if (a.time !== b.time) return a.time < b.time ? -1 : 1;
  return attemptOfEvent(a) === attemptOfEvent(b) ? a.sequence - b.sequence : 0;
}
