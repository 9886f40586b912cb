/** The alarms, by name. A name is part of the alarm's own name, of `alarms.off`, and of its runbook's: `docs/operate/runbooks/<name>.md`. */
export const ALARM_NAMES = [
  'overdue',
  'undelivered',
  'silent-rotate',
  'silent-deactivate',
  'silent-delete',
  'silent-sync',
  'errors',
  'failing',
  'dead-letters',
  'forwarding',
  'record-incomplete',
  'archive',
  'untold',
  'two-keys',
  'foreign-key',
  'hold-limit',
  'token-rejected',
  'token-expires',
  'registry-lost',
] as const;
export type AlarmName = (typeof ALARM_NAMES)[number];
