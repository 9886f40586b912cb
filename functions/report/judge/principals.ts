import type { AuditEvent } from '../../core/audit';
import type { TrailWrite } from '../evidence/evidence';

/** An audit event that accounts for a write, and the write. */
export interface Accounted {
  readonly write: TrailWrite;
  readonly event: AuditEvent;
}

/** The principal that most writes of each function have. */
export interface Principals {
  readonly ofFunction: ReadonlyMap<string, string>;
  /** What speaks against a write being its function's own; undefined when nothing does. */
  doubt(accounted: Accounted): string | undefined;
}

/**
 * Who may write into the record may also write there what he did himself. CloudTrail names him all the same: each
 * function has a role of its own, so a write by another principal than the function's other writes is doubtful. Where
 * most of the writes are forged, or there is one only, nothing can be told from this.
 */
export function principalsOf(accounted: readonly Accounted[]): Principals {
  const votes = new Map<string, Map<string, number>>();
  for (const { write, event } of accounted) {
    const ofFunction = votes.get(event.function) ?? new Map<string, number>();
    votes.set(event.function, ofFunction);
    const by = principalOf(write);
    ofFunction.set(by, (ofFunction.get(by) ?? 0) + 1);
  }
  const main = new Map<string, string>();
  for (const [name, ofFunction] of votes) {
    const all = [...ofFunction.values()].reduce((sum, count) => sum + count, 0);
    const most = [...ofFunction].find(([, count]) => 2 * count > all);
    if (most !== undefined) main.set(name, most[0]);
  }
  return {
    ofFunction: main,
    doubt({ write, event }) {
      const expected = main.get(event.function);
      const by = principalOf(write);
      if (by === expected || !votes.has(event.function)) return undefined;
      return expected === undefined
        ? `The writes of the ${event.function} function have several principals; this one is ${by}.`
        : `Done by ${by}, while the other writes of the ${event.function} function are by ${expected}: the event may be forged.`;
    },
  };
}

/** Who did it, without the name of the session, which a caller chooses. */
export function principalOf({ by }: Pick<TrailWrite, 'by'>): string {
  return by.replace(/^(arn:[^:]*:sts::\d*:assumed-role\/[^/]+)\/.*$/, '$1');
}
