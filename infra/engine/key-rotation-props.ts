import type { Settings } from '../../functions/core/config/settings';
import type { BreakGlassSettings } from '../access/break-glass';
import type { AlarmSettings } from '../alarms/alarm-settings';
import type { AuditSettings } from '../evidence/audit-settings';
import type { DeploymentSettings } from './deployment-settings';
import type { Drift } from './drift';
import type { Encryption } from './encryption';
import type { Mode } from './mode';
import type { OnExposed } from './on-exposed';
import type { RotationPolicy } from './rotation-policy';
import type { RotationSchedule } from './rotation-schedule';
import type { Trail } from './trail';
import type { UsersSettings } from './users-settings';

/** What there is to say about the engine; all of it is optional. */
export interface KeyRotationProps {
  /** Whether the functions act on the keys, or only tell what they would do. @default Mode.ROTATE */
  readonly mode?: Mode;
  /** When each step happens, for all keys. @default - 90, 100 and 110 days */
  readonly policy?: RotationPolicy;
  /** E-mail addresses that are told about findings and failures. Each has to confirm once. @default - nobody */
  readonly notify?: string[];
  /** How the functions know the managed users. @default - each by its name */
  readonly users?: UsersSettings;
  /** When the functions run. @default - daily from 3:00 UTC on, and a reconciliation every hour */
  readonly schedule?: RotationSchedule;
  /** Which CloudTrail trail brings PutSecretValue to the event bus. @default Trail.EXISTING */
  readonly trail?: Trail;
  /** Which KMS key encrypts the secrets. @default Encryption.AWS_MANAGED */
  readonly encryption?: Encryption;
  /** The roles that deploy and that run. @default - nobody who deploys reads a secret; roles without a path */
  readonly deployment?: DeploymentSettings;
  /** The audit record, and where else it goes. @default - a log group that keeps it for 400 days */
  readonly audit?: AuditSettings;
  /** When people are told that something needs them. @default - see the fields */
  readonly alarms?: AlarmSettings;
  /** How long the functions keep their logs: a number of days that CloudWatch Logs offers. @default 400 */
  readonly logRetentionDays?: number;
  /** What is done about a target that no longer holds what was delivered to it. @default Drift.REPAIR */
  readonly drift?: Drift;
  /**
   * Whether people ask through functions with a URL, at two levels: Lambda takes requests there that somebody of the
   * account has signed, whom a policy lets in. No policy of the stack does.
   *
   * @default false
   */
  readonly operators?: boolean;
  /**
   * A role that may ask as an administrator for an hour, by those who are named; every use is told. It takes `operators`.
   *
   * @default - there is none
   */
  readonly breakGlass?: BreakGlassSettings;
  /**
   * Whether events of AWS Health and GuardDuty about leaked access keys start Keyturn. Those of Health come in us-east-1.
   *
   * @default false
   */
  readonly exposed?: boolean;
  /** What is done for a managed key that AWS says has leaked. @default OnExposed.ROTATE */
  readonly onExposed?: OnExposed;
  /** Rotations in one run at most. @default 25 */
  readonly maxRotationsPerRun?: number;
  /** Keys that a run works on at the same time. @default 4 */
  readonly concurrency?: number;
  /** Folder that holds the functions' bundles. @default - `dist/functions` of this package */
  readonly bundles?: string;
  /** The settings where they were checked already, as part of a whole configuration. @internal */
  readonly _checked?: Settings;
}
