import { RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { AUDIT_LOG_GROUP } from '../../functions/core/names';

export interface AuditLogProps {
  /** `create`: the stack makes the group. `existing`: it uses the one that is there, and changes nothing of it. */
  readonly logGroup: 'create' | 'existing';
  /** For how long the record is kept: a number of days that CloudWatch Logs offers. */
  readonly retentionDays: number;
  /** ARN of the KMS key that encrypts it; its policy must admit CloudWatch Logs. @default - CloudWatch Logs' own */
  readonly encryptionKey?: string;
}

/**
 * The record of record: a log group that holds audit events and nothing else, that of Keyturn's roles only the four
 * functions' write to, and that outlives the stack. It outlives a first deployment that fails as well: CloudFormation could
 * not delete it, because it is protected, and the rollback would fail too.
 */
export class AuditLog extends Construct {
  readonly logGroup: ILogGroup;

  constructor(scope: Construct, id: string, { logGroup, retentionDays, encryptionKey }: AuditLogProps) {
    super(scope, id);
    this.logGroup =
      logGroup === 'existing'
        ? LogGroup.fromLogGroupName(this, 'Group', AUDIT_LOG_GROUP)
        : new LogGroup(this, 'Group', {
            logGroupName: AUDIT_LOG_GROUP,
            retention: retentionDays,
            deletionProtectionEnabled: true,
            removalPolicy: RemovalPolicy.RETAIN,
            ...(encryptionKey === undefined ? {} : { encryptionKey: Key.fromKeyArn(this, 'Key', encryptionKey) }),
          });
  }
}
