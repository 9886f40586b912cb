import { RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { AUDIT_LOG_GROUP } from '../functions/core/names';

export interface AuditLogProps {
  /** For how long the record is kept: a number of days that CloudWatch Logs offers. */
  readonly retentionDays: number;
  /** ARN of the KMS key that encrypts it; its policy must admit CloudWatch Logs. @default - CloudWatch Logs' own */
  readonly encryptionKey?: string;
}

/**
 * The record of record: a log group that holds audit events and nothing else, that of Keyturn's roles only the four
 * functions' write to, and that outlives the stack.
 */
export class AuditLog extends Construct {
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, { retentionDays, encryptionKey }: AuditLogProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Group', {
      logGroupName: AUDIT_LOG_GROUP,
      retention: retentionDays,
      deletionProtectionEnabled: true,
      removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
      ...(encryptionKey === undefined ? {} : { encryptionKey: Key.fromKeyArn(this, 'Key', encryptionKey) }),
    });
  }
}
