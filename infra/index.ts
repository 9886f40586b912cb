export type { AlarmSettings } from './alarms/alarm-settings';
export { Adopt } from './engine/adopt';
export { Encryption } from './engine/encryption';
export { FirstRotation } from './engine/first-rotation';
export type { IKeyRotation } from './engine/key-engine';
export { KeyRotation, type KeyRotationProps } from './engine/key-rotation';
export { KeyturnStack, type KeyturnStackOptions, type KeyturnStackProps } from './engine/keyturn-stack';
export { ManagedKey, type ManagedKeyProps } from './engine/managed-key';
export type { ManagedKeyOptions } from './engine/managed-key-options';
export type { RotationPolicy } from './engine/rotation-policy';
export type { RotationSchedule } from './engine/rotation-schedule';
export { Trail } from './engine/trail';
export { AuditArchive, type AuditArchiveProps } from './evidence/audit-archive';
export { AuditLog, type AuditLogProps } from './evidence/audit-log';
export type { ArchiveSettings, AuditSettings, ScheduledReportSettings } from './evidence/audit-settings';
export { type BitbucketConnectionProps, Connection } from './targets/connection';
export {
  type BitbucketDeploymentProps,
  type BitbucketRepositoryProps,
  type BitbucketWorkspaceProps,
  type DeliveryProps,
  DeliveryTarget,
  type VariableNames,
} from './targets/delivery-target';
