import * as z from 'zod';
import { policySchema } from './config/policy';
import { sealSchema } from './sealed';

/** Version of the audit event's schema. Optional fields may be added to it; a field's meaning never changes. */
export const AUDIT_SCHEMA = 'keyturn.audit/v1';

const ASKED_EVENTS = [
  'requested',
  'pause-written',
  'pause-removed',
  'ask-written',
  'check-started',
  'exception-accepted',
  'exception-ended',
] as const;

const PROVIDED_EVENTS = ['secrets-given', 'secrets-refused'] as const;

/** What an audit event can tell. Changes to keys and secrets, deliveries, findings and the bounds of a run. */
export const AUDIT_EVENTS = [
  'run-started',
  'run-finished',
  'intent-written',
  'intent-cleared',
  'key-created',
  'key-proved',
  'key-stored',
  'key-discarded',
  'key-reactivation-begun',
  'key-reactivated',
  'key-promotion-begun',
  'key-promoted',
  'key-deactivation-begun',
  'key-deactivated',
  'key-deletion-begun',
  'key-deleted',
  'hold-recorded',
  'inactive-recorded',
  'reactivation-recorded',
  'take-over-recorded',
  'target-begun',
  'restart-ended',
  'target-delivered',
  'target-failed',
  'target-drifted',
  'check-recorded',
  'drift-recorded',
  'version-delivered',
  'labels-cleaned',
  'finding',
  'people-told',
  'people-not-told',
  'step-failed',
  'manifest-written',
  'events-unsent',
  ...ASKED_EVENTS,
  'exposed',
  ...PROVIDED_EVENTS,
] as const;
export type AuditEventName = (typeof AUDIT_EVENTS)[number];

/** What only the functions tell that people ask. */
export const REQUEST_EVENTS: readonly AuditEventName[] = ASKED_EVENTS;

/** What only a secret provider tells, in a log group of its own. */
export const PROVIDER_EVENTS: readonly AuditEventName[] = PROVIDED_EVENTS;

export const AUDIT_OUTCOMES = ['ok', 'failed', 'held', 'blocked'] as const;

/** One fact for the auditor (K7): who, what, when, why and in which run. Holds no secret material by its shape. */
export const auditEventSchema = z.object({
  schema: z.literal(AUDIT_SCHEMA),
  id: z.string().min(1).describe('Unique: the attempt that wrote it, a hyphen and its sequence number.'),
  sequence: z.int().min(1).describe('Counts the events of one attempt from 1 without a gap.'),
  event: z.enum(AUDIT_EVENTS),
  time: z.iso.datetime().describe('ISO 8601, UTC.'),
  account: z.string().regex(/^\d{12}$/),
  region: z.string().min(1),
  run: z.string().min(1).describe("Lambda's request ID. Its repetitions have the same one."),
  function: z.string().min(1),
  functionVersion: z.string().min(1).describe("Keyturn's version, a plus sign and the start of the code's SHA-256."),
  key: z.string().optional().describe('ID of the managed key.'),
  user: z.string().optional().describe('IAM user.'),
  accessKeyId: z.string().optional(),
  version: z.string().optional().describe('Version ID of the secret; it names the access key and its creation.'),
  target: z.string().optional().describe('Where a credential was delivered to; starts with the kind of host.'),
  reason: z.string().optional().describe("Why: a reason code of the plan, or the finding's code."),
  policy: policySchema.optional().describe('The policy in force, in days.'),
  outcome: z.enum(AUDIT_OUTCOMES),
  code: z.string().optional().describe('Error code, where the outcome is failed.'),
  message: z.string().optional(),
  facts: z.record(z.string(), z.unknown()).optional(),
  shortened: z
    .int()
    .optional()
    .describe('How many bytes the event had, where its texts and lists were too long and were cut off.'),
  seal: sealSchema
    .optional()
    .describe(
      'Proves who wrote the event, wherever it is found: keyturn verify checks it. Not there before the record was sealed.',
    ),
});
export type AuditEvent = Readonly<z.infer<typeof auditEventSchema>>;

/** Where a run's events come from. */
export type AuditOrigin = Pick<AuditEvent, 'account' | 'region' | 'functionVersion'>;

/** The JSON Schema of an audit event, for whoever consumes the log or the event bus. */
export function auditJsonSchema(): Record<string, unknown> {
  return {
    title: AUDIT_SCHEMA,
    description: 'One event of the audit log of Keyturn.',
    ...z.toJSONSchema(auditEventSchema, { io: 'input', unrepresentable: 'throw' }),
  };
}

/** A line of the log, read: an event, or why it is none. */
export type ReadLine =
  /** The document is the event with what this version does not know of it, which its seal covers too. */
  | { readonly event: AuditEvent; readonly document: unknown }
  | { readonly unreadable: 'newer-schema'; readonly schema: string }
  | { readonly unreadable: 'not-an-event' };

const anyVersion = z.object({ schema: z.string().regex(/^keyturn\.audit\/v\d+$/) });

/** Reads one line of the audit log. Of a schema that is newer than this code nothing is guessed. */
export function readAuditLine(line: string): ReadLine {
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    // Nothing is no event either.
  }
  const parsed = auditEventSchema.safeParse(document);
  if (parsed.success) return { event: parsed.data, document };
  const other = anyVersion.safeParse(document);
  return other.success && other.data.schema !== AUDIT_SCHEMA
    ? { unreadable: 'newer-schema', schema: other.data.schema }
    : { unreadable: 'not-an-event' };
}

/** One invocation of a function; when Lambda repeats it, that is another attempt with the same run. */
export function attemptOf({ run }: Pick<AuditEvent, 'run'>, startedAt: Date): string {
  return `${run}-${startedAt.getTime().toString(36)}`;
}

/** When an attempt began, in ms since the epoch, as its name says; NaN where it has no such name. */
export function startOf(attempt: string): number {
  return Number.parseInt(attempt.slice(attempt.lastIndexOf('-') + 1), 36);
}

/** ID of an attempt's n-th event. */
export function eventId(attempt: string, sequence: number): string {
  return `${attempt}-${sequence}`;
}

/** The attempt that an event belongs to. */
export function attemptOfEvent({ id, sequence }: Pick<AuditEvent, 'id' | 'sequence'>): string {
  return id.slice(0, -(String(sequence).length + 1));
}
