import type { CurrentPeriod } from './current-periods';
import type { KeyEvent } from './key-events';
import type { KeyLife } from './model';

type Phase = KeyLife['phases'][number];

/** What the phases of one access key are told from. */
export interface KeyTimes {
  readonly accessKeyId: string;
  readonly origin: KeyLife['origin'];
  /** When its life, as far as it is Keyturn's business, began. */
  readonly born: Date;
  /** What happened to it, in order of time. */
  readonly events: readonly KeyEvent[];
  /** When it and the other keys of its user were current. */
  readonly periods: readonly CurrentPeriod[];
  /** It began before the record, so nobody can tell that it was delivered: it is taken for granted. */
  readonly isPresumed: boolean;
}

/** The stretches of a key's life, without a gap, from its birth to its end. */
export function phasesOf(key: KeyTimes): Phase[] {
  const gone = key.events.find(({ what }) => what === 'deleted' || what === 'discarded')?.at;
  const phases: Phase[] = [];
  for (const at of edgesOf(key, gone)) {
    const phase = phaseAt(key, at);
    const last = phases.at(-1);
    if (last?.phase === phase) continue;
    const from = at.toISOString();
    if (last !== undefined) last.to = from;
    phases.push({ phase, from });
  }
  const last = phases.at(-1);
  if (last !== undefined && gone !== undefined) last.to = gone.toISOString();
  return phases;
}

/** The instants at which a phase may begin. */
function edgesOf({ born, events, periods }: KeyTimes, gone: Date | undefined): readonly Date[] {
  return [born, ...events.map(({ at }) => at), ...periods.map(({ from }) => from)]
    .filter((at) => at >= born && (gone === undefined || at < gone))
    .sort((a, b) => a.getTime() - b.getTime());
}

function phaseAt(key: KeyTimes, at: Date): Phase['phase'] {
  const past = key.events.filter((event) => event.at <= at);
  if (past.findLast(({ what }) => what === 'inactive' || what === 'active')?.what === 'inactive') return 'inactive';
  const isOlder = key.origin === 'adopted' || key.origin === 'unknown';
  return isOlder ? phaseOfOlder(key, at) : phaseOfNewer(key, past, at);
}

/** A key that was there before Keyturn is current until the first one that Keyturn stored. */
function phaseOfOlder({ periods }: KeyTimes, at: Date): Phase['phase'] {
  const first = periods[0]?.from;
  return first === undefined || at < first ? 'current' : 'overlap';
}

function phaseOfNewer(
  { accessKeyId, origin, periods, isPresumed }: KeyTimes,
  past: readonly KeyEvent[],
  at: Date,
): Phase['phase'] {
  const period = periods.find(({ from, to }) => from <= at && (to === undefined || at < to));
  if (period?.accessKeyId === accessKeyId) {
    const isDelivered = isPresumed || past.some(({ what }) => what === 'delivered');
    return isDelivered ? 'current' : 'undelivered';
  }
  const wasCurrent = periods.some((other) => other.accessKeyId === accessKeyId && other.from <= at);
  return origin === 'keyturn' && !wasCurrent ? 'undelivered' : 'overlap';
}
