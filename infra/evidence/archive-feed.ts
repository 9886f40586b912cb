import { Stack } from 'aws-cdk-lib';
import { ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { CfnPermission, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnSubscriptionFilter } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { AuditLog } from './audit-log';

export interface ArchiveFeedProps {
  /** The record of record. */
  readonly auditLog: AuditLog;
  /** Writes what it is handed into the archive. */
  readonly writer: IFunction;
}

/** Name of the subscription filter, by which CloudWatch knows its metrics. */
const FILTER = 'keyturn-archive';

/** Hands every event of the record to the function that archives it, within moments. */
export class ArchiveFeed extends Construct {
  /** Names by which CloudWatch knows the subscription. */
  readonly watched: { readonly logGroup: string; readonly filter: string };

  constructor(scope: Construct, id: string, { auditLog, writer }: ArchiveFeedProps) {
    super(scope, id);
    const { logGroupArn, logGroupName } = auditLog.logGroup;
    const permission = new CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: writer.functionArn,
      principal: new ServicePrincipal('logs.amazonaws.com').service,
      sourceAccount: Stack.of(this).account,
      // This group alone: no other one's subscription gets anything into the archive.
      sourceArn: logGroupArn,
    });
    const subscription = new CfnSubscriptionFilter(this, 'Subscription', {
      filterName: FILTER,
      logGroupName,
      // Everything.
      filterPattern: '',
      destinationArn: writer.functionArn,
    });
    // CloudWatch Logs tries the function before it takes the filter.
    subscription.node.addDependency(permission, auditLog);
    this.watched = { logGroup: logGroupName, filter: FILTER };
  }
}
