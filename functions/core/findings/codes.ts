/** What can be found; stable, because runbooks and alarms refer to it. */
export const FINDING_CODES = [
  'invalid-entry',
  'user-missing',
  'secret-missing',
  'two-keys',
  'foreign-key',
  'undelivered',
  'in-use',
  'hold-limit',
  'paused',
  'invalid-pause',
  'rotation-in-progress',
  'orphan-discarded',
  'settling',
  'current-key-missing',
  'current-key-inactive',
  'key-promoted',
  'secret-edited',
  'reactivated',
  'inactive-since-unknown',
  'delivery-failed',
  'token-rejected',
  'token-expires',
  'proof-failed',
  'rotation-cap',
  'breaker-open',
  'out-of-time',
  'report-unavailable',
  'record-unavailable',
  'unknown-event',
  'unmanaged-secret',
  'step-failed',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/** Whether anything is broken now: one sentence, which starts with the answer. */
export type BrokenNow = `Broken now: ${string}` | `Perhaps broken: ${string}` | `Nothing is broken${string}`;
