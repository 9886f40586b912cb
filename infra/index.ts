export { Adopt } from './adopt';
export type { AlarmSettings } from './alarm-settings';
export { AuditArchive, type AuditArchiveProps } from './audit-archive';
export { AuditLog, type AuditLogProps } from './audit-log';
export type { ArchiveSettings, AuditSettings, ScheduledReportSettings } from './audit-settings';
export { type BitbucketConnectionProps, Connection } from './connection';
export {
  type BitbucketDeploymentProps,
  type BitbucketRepositoryProps,
  type BitbucketWorkspaceProps,
  type DeliveryProps,
  DeliveryTarget,
  type VariableNames,
} from './delivery-target';
export { Encryption } from './encryption';
export { FirstRotation } from './first-rotation';
export { KeyRotation, type KeyRotationProps } from './key-rotation';
export { KeyturnStack, type KeyturnStackOptions, type KeyturnStackProps } from './keyturn-stack';
export { ManagedKey, type ManagedKeyOptions, type ManagedKeyProps } from './managed-key';
export type { RotationPolicy } from './rotation-policy';
export type { RotationSchedule } from './rotation-schedule';
export { Trail } from './trail';
