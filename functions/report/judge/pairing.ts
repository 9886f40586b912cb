import type { AuditEvent } from '../../core/audit';
import type { TrailWrite } from '../evidence/evidence';
import { groupBy } from '../group-by';
import { actionOfEvent, actionOfWrite } from './actions';
import { compare } from './compare';
import { MOST_SKEW, TOLERANCE } from './time-bounds';

/** A write of CloudTrail and the one audit event that tells the same action. */
export interface Pair {
  readonly write: TrailWrite;
  readonly event: AuditEvent;
  /** Milliseconds by which the event is later than the write. */
  readonly skew: number;
}

export interface Pairing {
  readonly pairs: readonly Pair[];
  readonly writes: readonly TrailWrite[];
  readonly events: readonly AuditEvent[];
}

/**
 * Matches writes and events of the same action one to one. What lies within the tolerance for clocks comes first; what is
 * further apart, but less than a day, is still the same action, because no other event can tell it. The order of what is
 * given does not matter.
 */
export function pairUp(writes: readonly TrailWrite[], events: readonly AuditEvent[]): Pairing {
  const writesOf = groupBy(writes, actionOfWrite);
  const eventsOf = groupBy(events, actionOfEvent);
  const pairs: Pair[] = [];
  const left = { writes: writes.filter((write) => actionOfWrite(write) === undefined), events: [] as AuditEvent[] };
  for (const action of new Set([...writesOf.keys(), ...eventsOf.keys()])) {
    let open = {
      writes: (writesOf.get(action) ?? []).toSorted(
        (a, b) => a.at.getTime() - b.at.getTime() || compare(a.eventId, b.eventId),
      ),
      events: (eventsOf.get(action) ?? []).toSorted(
        (a, b) => Date.parse(a.time) - Date.parse(b.time) || compare(a.id, b.id),
      ),
    };
    for (const tolerance of [TOLERANCE, MOST_SKEW]) {
      const step = pairInOrder(open.writes, open.events, tolerance);
      pairs.push(...step.pairs);
      open = step;
    }
    left.writes.push(...open.writes);
    left.events.push(...open.events);
  }
  return { pairs, ...left };
}

/** Both in order of time: what is too early for the other's next one has no partner any more. */
function pairInOrder(writes: readonly TrailWrite[], events: readonly AuditEvent[], tolerance: number) {
  const pairs: Pair[] = [];
  const left = { writes: [] as TrailWrite[], events: [] as AuditEvent[] };
  let [w, e] = [0, 0];
  for (;;) {
    const [write, event] = [writes[w], events[e]];
    if (write === undefined || event === undefined) break;
    const skew = Date.parse(event.time) - write.at.getTime();
    if (Math.abs(skew) <= tolerance) pairs.push({ write, event, skew });
    else if (skew > 0) left.writes.push(write);
    else left.events.push(event);
    if (skew >= -tolerance) w++;
    if (skew <= tolerance) e++;
  }
  return { pairs, writes: [...left.writes, ...writes.slice(w)], events: [...left.events, ...events.slice(e)] };
}
