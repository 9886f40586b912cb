import { RemovalPolicy } from 'aws-cdk-lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { CfnLogGroup, type ILogGroup, LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct, type IDependable } from 'constructs';
import { AUDIT_LOG_GROUP } from '../../functions/core/names';

export interface AuditLogProps {
  /** @default - that of the record of record */
  readonly name?: string;
  /** `create`: the stack makes the group. `existing`: it uses the one that is there, and changes nothing of it. */
  readonly logGroup: 'create' | 'existing';
  /** For how long the record is kept: a number of days that CloudWatch Logs offers. */
  readonly retentionDays: number;
  /** ARN of the KMS key that encrypts it; its policy must admit CloudWatch Logs. @default - CloudWatch Logs' own */
  readonly encryptionKey?: string;
}

/**
 * The record of record: a log group that holds audit events and nothing else, that of Keyturn's roles only the four
 * functions' write to, and that outlives the stack. CloudFormation cannot delete it, because it is protected; so it is made
 * after everything whose name may be taken already, and a first deployment that fails for that leaves nothing behind.
 */
export class AuditLog extends Construct {
  /** By its name, which is fixed: who writes to it need not wait until it is there. */
  readonly logGroup: ILogGroup;
  private readonly made: LogGroup | undefined;

  constructor(scope: Construct, id: string, props: AuditLogProps) {
    super(scope, id);
    const { name = AUDIT_LOG_GROUP, logGroup, retentionDays, encryptionKey } = props;
    this.logGroup = LogGroup.fromLogGroupName(this, 'Named', name);
    this.made =
      logGroup === 'existing'
        ? undefined
        : new LogGroup(this, 'Group', {
            logGroupName: name,
            retention: retentionDays,
            removalPolicy: RemovalPolicy.RETAIN,
            ...(encryptionKey === undefined ? {} : { encryptionKey: Key.fromKeyArn(this, 'Key', encryptionKey) }),
          });
    // By its name in the template: releases of the CDK that do not know the property leave it out without a word.
    const resource = this.made?.node.defaultChild;
    if (resource instanceof CfnLogGroup) resource.addPropertyOverride('DeletionProtectionEnabled', true);
  }

  /** Has it made, where the stack makes it, only when these are. @internal */
  _makeAfter(...others: readonly IDependable[]): void {
    this.made?.node.addDependency(...others);
  }
}
