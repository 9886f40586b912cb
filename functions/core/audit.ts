/** Version of the audit event's schema. */
export const AUDIT_SCHEMA = 'keyturn.audit/v1';

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
  'key-promoted',
  'key-deactivation-begun',
  'key-deactivated',
  'key-deletion-begun',
  'key-deleted',
  'hold-recorded',
  'inactive-recorded',
  'reactivation-recorded',
  'target-delivered',
  'target-failed',
  'version-delivered',
  'labels-cleaned',
  'finding',
  'step-failed',
] as const;
export type AuditEventName = (typeof AUDIT_EVENTS)[number];

/** One fact for the auditor (K7): who, what, when, why and in which run. Holds no secret material by its shape. */
export interface AuditEvent {
  readonly schema: typeof AUDIT_SCHEMA;
  readonly event: AuditEventName;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly run: string;
  readonly function: string;
  /** Managed key. */
  readonly key?: string;
  readonly user?: string;
  readonly accessKeyId?: string;
  /** Version ID of the secret. */
  readonly version?: string;
  readonly target?: string;
  /** Why it was done: a reason code of the plan, or the finding's code. */
  readonly reason?: string;
  readonly outcome: 'ok' | 'failed' | 'held' | 'blocked';
  /** Error code, where the outcome is `failed`. */
  readonly code?: string;
  readonly message?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}
