import * as z from 'zod';
import type { AuditEvent, AuditEventName } from '../audit';
import { DAY } from '../duration';
import type { Level } from '../names';

/** The longest that an exemption lasts, as an accepted exception of the configuration does: a leap year. */
export const LONGEST_EXEMPTION = 366 * DAY;

/** Its acceptance and its early end stand in the sealed record and nowhere else: a tag is written by whoever may tag. */
export const EXEMPTION_EVENTS = ['exception-accepted', 'exception-ended'] as const satisfies readonly AuditEventName[];

/** The only function that tells of them. */
export const EXEMPTS: Level = 'administrator';

/** What a person has accepted of one managed key: it holds the verdict of auditors, and nothing that Keyturn does. */
export interface Exemption {
  readonly key: string;
  readonly from: Date;
  /** Exclusive: its end, or when it was ended early or replaced. */
  readonly until: Date;
  /** ARN of whoever accepted it, as AWS says it. */
  readonly by: string;
  /** Whom that person named as the approver: said, and not attested. */
  readonly saidApprover?: string | undefined;
  readonly why: string;
  /** ID of the audit event that proves it. */
  readonly event: string;
  /** Who ended it before its time. @default - nobody has */
  readonly ended?: { readonly by: string; readonly why: string } | undefined;
}

const acceptedSchema = z.object({
  by: z.string().min(1),
  why: z.string().min(1),
  until: z.iso.datetime(),
  approver: z.string().optional(),
});
const endedSchema = z.object({ by: z.string().min(1), why: z.string().min(1) });

/**
 * The exemptions that the record tells of, in order of time. One is ended by its early end, and by a later one of its key.
 * What is longer than one may be, has no form, or is of another function than the administrators' front counts for nothing.
 *
 * @param events sealed ones: whoever may write into the record could accept what they like otherwise
 */
export function exemptionsOf(events: readonly AuditEvent[]): readonly Exemption[] {
  const told = events
    .filter(({ function: by, outcome, key }) => by === EXEMPTS && outcome === 'ok' && key !== undefined)
    .sort((a, b) => Date.parse(a.time) - Date.parse(b.time) || a.sequence - b.sequence);
  const all: Exemption[] = [];
  for (const event of told) {
    if (event.event === 'exception-ended') endOf(all, event);
    else if (event.event === 'exception-accepted') {
      const exemption = acceptedBy(event);
      if (exemption === undefined) continue;
      cut(all, exemption.key, exemption.from);
      all.push(exemption);
    }
  }
  return all;
}

/** The exemption of a key that is in force at an instant. */
export function exemptionOf(exemptions: readonly Exemption[], key: string, now: Date): Exemption | undefined {
  return exemptions.findLast((one) => one.key === key && one.from <= now && now < one.until);
}

/** Whether a key was exempt at every instant of a time. */
export function isExemptThroughout(exemptions: readonly Exemption[], key: string, from: Date, to: Date): boolean {
  let reached = from;
  for (const one of exemptions) {
    if (one.key === key && one.from <= reached && reached < one.until) reached = one.until;
  }
  return reached >= to;
}

function acceptedBy({ key = '', time, id, facts }: AuditEvent): Exemption | undefined {
  const parsed = acceptedSchema.safeParse(facts);
  if (!parsed.success) return undefined;
  const { by, why, approver: saidApprover } = parsed.data;
  const [from, until] = [new Date(time), new Date(parsed.data.until)];
  const lasts = until.getTime() - from.getTime();
  if (lasts <= 0 || lasts > LONGEST_EXEMPTION) return undefined;
  return { key, from, until, by, saidApprover, why, event: id };
}

function endOf(all: Exemption[], { key = '', time, facts }: AuditEvent): void {
  const parsed = endedSchema.safeParse(facts);
  // One that says nothing of itself ends it all the same: what takes an excuse away needs no proof.
  cut(all, key, new Date(time), parsed.success ? parsed.data : { by: 'an unnamed person', why: '' });
}

function cut(all: Exemption[], key: string, at: Date, ended?: Exemption['ended']): void {
  for (const [index, one] of all.entries()) {
    if (one.key === key && at < one.until) all[index] = { ...one, until: at, ended };
  }
}
