export type { BreakGlassSettings } from './access/break-glass';
export type { AlarmSettings } from './alarms/alarm-settings';
export { Adopt } from './engine/adopt';
export type { CodeSigningSettings, DeploymentSettings } from './engine/deployment-settings';
export { Drift } from './engine/drift';
export { Encryption } from './engine/encryption';
export { FirstRotation } from './engine/first-rotation';
export type { IKeyRotation } from './engine/key-engine';
export { KeyRotation } from './engine/key-rotation';
export type { KeyRotationProps } from './engine/key-rotation-props';
export { KeyturnStack, type KeyturnStackOptions, type KeyturnStackProps } from './engine/keyturn-stack';
export { ManagedKey } from './engine/managed-key';
export type { ManagedKeyOptions, ManagedKeyProps } from './engine/managed-key-props';
export { Mode } from './engine/mode';
export { OnExposed } from './engine/on-exposed';
export type { ReplacingRoles } from './engine/replacing-roles';
export { RotationPolicies } from './engine/rotation-policies';
export type { RotationPolicy } from './engine/rotation-policy';
export type { RotationSchedule } from './engine/rotation-schedule';
export { Trail } from './engine/trail';
export type { UsersSettings } from './engine/users-settings';
export { AuditArchive, type AuditArchiveProps } from './evidence/audit-archive';
export { AuditLog, type AuditLogProps } from './evidence/audit-log';
export type {
  AcceptedExceptionSettings,
  ArchiveSettings,
  AuditSettings,
  ScheduledReportSettings,
  TrailFilesSettings,
} from './evidence/audit-settings';
export { BitbucketOidcRole, type BitbucketOidcRoleProps } from './keyless/bitbucket-oidc-role';
export {
  type ProvidedKey,
  type ProvidedRole,
  type ProvidedSecret,
  SecretProvider,
  type SecretProviderProps,
  type SecretProviderRule,
} from './keyless/secret-provider';
export * from './targets/connection';
export * from './targets/delivery-target';
