import * as z from 'zod';
import type { TargetConfig } from '../../functions/core/hosts/target';
import type { PlaceWrite } from './hosts/host';
import type { Places } from './hosts/register';

const DAY = 86_400_000;

/** The part of an audit event that the timeline tells. */
const auditSchema = z.object({
  schema: z.literal('keyturn.audit/v1'),
  event: z.string(),
  time: z.string(),
  function: z.string(),
  run: z.string(),
  key: z.string().optional(),
  user: z.string().optional(),
  accessKeyId: z.string().optional(),
  target: z.string().optional(),
  reason: z.string().optional(),
  outcome: z.string(),
  message: z.string().optional(),
});
export type Audit = z.infer<typeof auditSchema>;

/** What happens to keys; the rest of the audit log is about how. */
const TOLD: Readonly<Record<string, string>> = {
  'key-created': 'created',
  'key-proved': 'proved',
  'key-stored': 'stored',
  'target-delivered': 'delivered',
  'target-failed': 'not delivered',
  'key-deactivated': 'deactivated',
  'key-deleted': 'deleted',
  'key-discarded': 'discarded',
  'key-reactivated': 'Active again',
  'key-promoted': 'current again',
  finding: 'finding',
};

export interface Moment {
  /** Days since the stack was deployed, rounded down. */
  readonly day: number;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly event: string;
  readonly key?: string;
  readonly accessKeyId?: string;
  readonly target?: string;
  /** Why: the plan's reason, or the finding's code. */
  readonly reason?: string;
  readonly message?: string;
  /** Simulated milliseconds during which the target held one old and one new half, measured at the host. */
  readonly tornMilliseconds?: number;
}

/** Reads an audit event out of a log line; undefined for any other line. */
export function auditOf(line: string): Audit | undefined {
  if (!line.includes('"keyturn.audit/v1"')) return undefined;
  const parsed = auditSchema.safeParse(JSON.parse(line));
  return parsed.success ? parsed.data : undefined;
}

/** What the functions did, counted in their own audit events. */
export function countsOf(audits: readonly Audit[]) {
  const count = (event: string) => audits.filter((audit) => audit.event === event).length;
  return {
    runs: count('run-started'),
    rotations: count('key-stored'),
    deliveries: count('target-delivered'),
    deactivations: count('key-deactivated'),
    deletions: count('key-deleted'),
    findings: count('finding'),
  };
}

/** The readable history of a rehearsal, made from the audit log and from what the hosts saw. */
export class Timeline {
  readonly moments: Moment[] = [];
  readonly #writes = new Map<string, PlaceWrite[]>();

  constructor(
    private readonly start: number,
    private readonly places: Places,
    private readonly onMoment: (moment: Moment) => void = () => {},
  ) {}

  /** Something changed at a host; pairs are measured per place, by the delivery that follows. */
  wrote(write: PlaceWrite): void {
    this.#writes.set(write.scope, [...(this.#writes.get(write.scope) ?? []), write]);
  }

  /** @param target of a delivery */
  heard(audit: Audit, target?: TargetConfig): void {
    const event = TOLD[audit.event];
    if (event === undefined || (event === 'proved' && audit.function.includes('sync'))) return;
    const instant = Date.parse(audit.time);
    const torn = event === 'delivered' && target !== undefined ? this.#torn(target) : undefined;
    const moment: Moment = {
      day: Math.floor((instant - this.start) / DAY),
      at: audit.time,
      event,
      key: audit.key,
      accessKeyId: audit.accessKeyId,
      target: audit.target,
      reason: audit.reason,
      message: audit.message,
      tornMilliseconds: torn,
    };
    this.moments.push(moment);
    this.onMoment(moment);
  }

  /** From the last write of one half of the pair to that of the other, at the host's own instants. */
  #torn(target: TargetConfig): number | undefined {
    const scope = this.places.scopeOf(target);
    const names = this.places.halvesOf(target);
    const halves = (this.#writes.get(scope) ?? []).filter(({ key }) => key !== undefined && names.includes(key));
    this.#writes.delete(scope);
    if (halves.length === 0) return undefined;
    const instants = [...new Map(halves.map(({ key, at }) => [key, at])).values()];
    return Math.max(...instants) - Math.min(...instants);
  }
}
