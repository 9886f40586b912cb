import { RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Config } from '../functions/core/config';
import { AUDIT_LOG_GROUP } from '../functions/core/names';

/** The record of record: a log group that holds audit events and nothing else, that only the functions write to, and that outlives the stack. */
export class AuditLog extends Construct {
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, { retentionDays, encryptionKey }: Config['audit']) {
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
