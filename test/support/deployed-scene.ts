import { thingsDocument } from '../../functions/core/deployed-facts';
import { ALARM_PREFIX, DEPLOYMENT_PARAMETERS } from '../../functions/core/names';
import { version } from '../../package.json';
import { Scene } from './scene';
import { SEAL_KEY_ARN } from './seal-key';
import { STACK } from './stage';

/** What CloudFormation's names for the stack's own things begin with. */
export const NAMES = `${STACK}-`;

/** What the functions say of their code. */
export const RELEASE = `${version}+abcdef`;

/** A scene with what a deployment leaves beside the registry: what a person who looks after it can see of a stack. */
export class DeployedScene extends Scene {
  override release = RELEASE;

  override async start(): Promise<this> {
    await super.start();
    this.writeDeployment();
    const trail = { Name: 'management', S3BucketName: 'trail-of-the-account' };
    this.account.invoke(this.admin, 'cloudtrail', 'CreateTrail', trail);
    this.account.invoke(this.admin, 'cloudtrail', 'StartLogging', trail);
    return this;
  }

  /** Whatever a deployment puts right. */
  writeDeployment(): void {
    const { account, admin, topicArn } = this;
    const things = { stacks: [STACK], names: NAMES, topic: topicArn, keys: [SEAL_KEY_ARN.replace(/^.*\//, '')] };
    this.writeParameter(DEPLOYMENT_PARAMETERS.things, thingsDocument(things));
    this.writeParameter(DEPLOYMENT_PARAMETERS.rights, { version: 1, rights: [] });
    for (const name of ['RotateRule', 'DeactivateRule', 'DeleteRule', 'ReconcileRule']) {
      account.invoke(admin, 'events', 'PutRule', { Name: NAMES + name, ScheduleExpression: 'rate(1 day)' });
    }
    for (const name of ['overdue', 'dead-letters']) this.writeAlarm(ALARM_PREFIX + name);
    const { Subscriptions } = account.invoke(admin, 'sns', 'ListSubscriptionsByTopic', { TopicArn: topicArn });
    if (Subscriptions.length > 0) return;
    account.invoke(admin, 'sns', 'Subscribe', { TopicArn: topicArn, Protocol: 'sqs', Endpoint: `${topicArn}-queue` });
  }

  writeParameter(Name: string, document: object): void {
    const input = { Name, Value: JSON.stringify(document), Type: 'String' as const, Overwrite: true };
    this.account.invoke(this.admin, 'ssm', 'PutParameter', input);
  }

  private writeAlarm(AlarmName: string): void {
    this.account.cloudWatch.alarms.put({
      AlarmName,
      AlarmActions: [this.topicArn],
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 1,
      Threshold: 0,
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: NAMES }],
      Period: 300,
      Statistic: 'Maximum',
    });
  }
}
