import type { AuditEvent } from '../../core/audit';
import { HOUR } from '../../core/duration';
import type { FindingCode } from '../../core/findings/findings';
import { compare } from './compare';

/** Something that stood in a key's way for a while: the same finding again and again is one. */
export interface Episode {
  readonly kind: 'hold' | 'incident';
  readonly code: string;
  readonly accessKeyId: string | undefined;
  readonly at: Date;
  readonly until: Date;
  readonly times: number;
  /** ID of the event that told it first. */
  readonly event: string;
}

const HOLDS: ReadonlySet<string> = new Set<FindingCode>(['in-use', 'paused', 'observed', 'invalid-pause']);
const INCIDENTS: ReadonlySet<string> = new Set<FindingCode>([
  'user-missing',
  'secret-missing',
  'two-keys',
  'foreign-key',
  'undelivered',
  'hold-limit',
  'not-adopted',
  'orphan-discarded',
  'current-key-missing',
  'current-key-inactive',
  'key-promoted',
  'secret-edited',
  'reactivated',
  'not-rolled-back',
  'compromised',
  'compromised-disabled',
  'compromised-unproved',
  'quarantined',
  'exposed',
  'delivery-failed',
  'token-rejected',
  'proof-failed',
  'step-failed',
]);

/** A daily run says the same again a day later; when it does not for longer than that, it was over. */
const LASTS = 27 * HOUR;

/** The holds and incidents of a managed key, in order of time. */
export function episodesOf(events: readonly AuditEvent[]): readonly Episode[] {
  const open = new Map<string, Episode>();
  const over: Episode[] = [];
  for (const event of events) {
    const code = codeOf(event);
    if (code === undefined) continue;
    const kind = kindOf(code);
    if (kind === undefined) continue;
    const name = `${code} ${event.accessKeyId ?? ''}`;
    const at = new Date(event.time);
    const before = open.get(name);
    if (before !== undefined && at.getTime() - before.until.getTime() <= LASTS) {
      open.set(name, { ...before, until: at, times: before.times + 1 });
    } else {
      if (before !== undefined) over.push(before);
      open.set(name, { kind, code, accessKeyId: event.accessKeyId, at, until: at, times: 1, event: event.id });
    }
  }
  return [...over, ...open.values()].sort((a, b) => a.at.getTime() - b.at.getTime() || compare(a.event, b.event));
}

/** The finding that an event tells; a hold is told by an event of its own as well. */
function codeOf({ event, reason }: AuditEvent): string | undefined {
  if (event === 'hold-recorded') return 'in-use';
  return event === 'finding' ? reason : undefined;
}

function kindOf(code: string): Episode['kind'] | undefined {
  if (HOLDS.has(code)) return 'hold';
  return INCIDENTS.has(code) ? 'incident' : undefined;
}

export function labelOf({ code, times, until }: Episode): string {
  return times === 1 ? code : `${code}, ${times} times until ${until.toISOString()}`;
}
